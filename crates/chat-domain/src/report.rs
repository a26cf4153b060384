//! What people find bad, for whoever keeps order: nobody in the room hears of it.

use alloc::string::String;

use crate::checks::invalid;
use crate::id::{MessageId, ReportId, RoomId, UserId};
use crate::person::Handle;
use crate::refusal::Refusal;
use crate::time::Time;

/// A report before it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NewReport {
    /// Who finds it bad.
    pub by: UserId,
    /// The room of the message.
    pub room: RoomId,
    /// The message that is meant.
    pub message: MessageId,
    /// The reason that is given.
    pub reason: String,
}

impl NewReport {
    /// Whether it may be stored.
    pub fn check(&self) -> Result<(), Refusal> {
        match &self.reason {
            reason if reason.chars().all(char::is_whitespace) => Err(invalid("reason", "must not be empty")),
            reason if reason.chars().count() > NewReport::REASON => {
                Err(invalid("reason", "must have at most 500 characters"))
            }
            reason if reason.contains('\0') => Err(invalid("reason", "must not contain U+0000")),
            _ => Ok(()),
        }
    }

    /// How many characters of a reason are taken.
    pub const REASON: usize = 500;
}

/// Somebody finds a message bad.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Report {
    /// Its own id: reports have 1, 2, 3 … in the order in which they are stored.
    pub id: ReportId,
    /// The room of the message.
    pub room: RoomId,
    /// The message that is meant.
    pub message: MessageId,
    /// Who finds it bad.
    pub by: Handle,
    /// The reason that was given.
    pub reason: String,
    /// When that was said.
    pub at: Time,
    /// When somebody had dealt with it, if that is so.
    pub resolved: Option<Time>,
}

/// Which reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ReportsPage {
    /// The newest, newest first.
    Newest {
        /// Only those that are dealt with, or only the others.
        resolved: Option<bool>,
        /// Only those older than this one.
        before: Option<ReportId>,
        /// How many at most.
        limit: usize,
    },
    /// All from one number to another, oldest first.
    Between {
        /// The first.
        from: u64,
        /// The last.
        upto: u64,
    },
}

impl ReportsPage {
    /// Whether it shows this one, as far as that does not hang on how many there are.
    pub fn shows(&self, report: &Report) -> bool {
        match *self {
            ReportsPage::Newest { resolved, before, .. } => {
                before.is_none_or(|before| report.id < before)
                    && resolved.is_none_or(|resolved| report.resolved.is_some() == resolved)
            }
            ReportsPage::Between { from, upto } => (from..=upto).contains(&(report.id.number() as u64)),
        }
    }
}

//! Reports: what users find bad, for operators. Nobody in the room is told.

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
    /// The user who reports.
    pub by: UserId,
    /// The room of the message.
    pub room: RoomId,
    /// The message that is reported.
    pub message: MessageId,
    /// Why they report it.
    pub reason: String,
}

impl NewReport {
    /// Refuses a report without a reason, or with one that is too long.
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

    /// The longest reason, in characters.
    pub const REASON: usize = 500;
}

/// A user's report about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Report {
    /// Its id. Reports have the numbers 1, 2, 3 … in the order in which they are stored.
    pub id: ReportId,
    /// The room of the message.
    pub room: RoomId,
    /// The message that is reported.
    pub message: MessageId,
    /// The user who reported it.
    pub by: Handle,
    /// The reason that was given.
    pub reason: String,
    /// When it was reported.
    pub at: Time,
    /// When it was dealt with; `None` if it was not.
    pub resolved: Option<Time>,
}

/// Which reports are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ReportsPage {
    /// The newest reports, newest first.
    Newest {
        /// Only those that were dealt with, or only the others; `None` for both.
        resolved: Option<bool>,
        /// Only those older than this one.
        before: Option<ReportId>,
        /// The largest number of reports.
        limit: usize,
    },
    /// The reports of one user, oldest first.
    By {
        /// The user who made them.
        person: UserId,
        /// Only reports newer than this one.
        after: Option<ReportId>,
        /// How many at most.
        limit: usize,
    },
    /// All reports from one number to another, oldest first.
    Between {
        /// The first number.
        from: u64,
        /// The last number.
        upto: u64,
    },
}

impl ReportsPage {
    /// Whether a report belongs to the page, regardless of the limit.
    pub fn shows(&self, report: &Report) -> bool {
        match *self {
            ReportsPage::Newest { resolved, before, .. } => {
                before.is_none_or(|before| report.id < before)
                    && resolved.is_none_or(|resolved| report.resolved.is_some() == resolved)
            }
            ReportsPage::By { person, after, .. } => report.by.id == person && Some(report.id) > after,
            ReportsPage::Between { from, upto } => (from..=upto).contains(&(report.id.number() as u64)),
        }
    }
}

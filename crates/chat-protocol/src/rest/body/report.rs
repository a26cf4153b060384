//! Bodies of reports, and how lists of them are asked for.

use super::super::Query;
use super::super::fields::{Fields, wrong};
use crate::trouble::Trouble;

/// `POST chats/{id}/messages/{id}/reports`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportMessage {
    /// The reason that is given.
    pub reason: String,
}

impl ReportMessage {
    /// Understands a body.
    pub fn read(body: &[u8]) -> Result<ReportMessage, Trouble> {
        Ok(ReportMessage { reason: Fields::parse(body)?.text("reason")? })
    }
}

impl Query {
    /// Whether only reports are asked for that are dealt with, or only the others: `state`.
    pub fn resolved(&self) -> Result<Option<bool>, Trouble> {
        match self.given("state") {
            None => Ok(None),
            Some("open") => Ok(Some(false)),
            Some("resolved") => Ok(Some(true)),
            Some(_) => Err(wrong("state", "must be \"open\" or \"resolved\"")),
        }
    }
}

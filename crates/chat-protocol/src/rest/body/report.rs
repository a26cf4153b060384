//! The bodies of reports, and which reports a list is asked for.

use super::super::Query;
use super::super::fields::{Fields, wrong};
use crate::trouble::Trouble;

/// The body of `POST chats/{id}/messages/{id}/reports`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportMessage {
    /// Why the message is reported.
    pub reason: String,
}

impl ReportMessage {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<ReportMessage, Trouble> {
        Ok(ReportMessage { reason: Fields::parse(body)?.text("reason")? })
    }
}

impl Query {
    /// Returns whether the parameter `state` asks only for reports that were dealt with, or only for the others; `None`
    /// for both.
    pub fn resolved(&self) -> Result<Option<bool>, Trouble> {
        match self.given("state") {
            None => Ok(None),
            Some("open") => Ok(Some(false)),
            Some("resolved") => Ok(Some(true)),
            Some(_) => Err(wrong("state", "must be \"open\" or \"resolved\"")),
        }
    }
}

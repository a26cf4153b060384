//! Bodies of requests about suspensions.

use std::time::Duration;

use super::super::fields::{Fields, wrong};
use crate::trouble::Trouble;

/// The body of `PUT users/{id}/suspension`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspendUser {
    /// For how long; `None` for good.
    pub span: Option<Duration>,
    /// Why the user is suspended.
    pub reason: String,
}

impl SuspendUser {
    /// Reads a body, which may be empty.
    pub fn read(body: &[u8]) -> Result<SuspendUser, Trouble> {
        let mut fields = Fields::parse(body)?;
        let seconds = if fields.has("seconds") { Some(fields.count("seconds")?) } else { None };
        if seconds.is_some_and(|seconds| !(1..=TEN_YEARS).contains(&seconds)) {
            return Err(wrong("seconds", "must be from 1 to 315360000"));
        }
        let reason = fields.optional_text("reason")?.unwrap_or_default();
        if reason.chars().count() > REASON {
            return Err(wrong("reason", "must have at most 500 characters"));
        }
        Ok(SuspendUser { span: seconds.map(Duration::from_secs), reason })
    }
}

const TEN_YEARS: u64 = 10 * 365 * 24 * 3600;
const REASON: usize = 500;

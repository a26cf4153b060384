//! How long messages are kept.

use std::time::Duration;

use super::super::fields::{Fields, missing, wrong};
use crate::trouble::Trouble;

/// The body of `PATCH server/chats/{id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepMessages(
    /// For how long; `None` for as long as in other rooms.
    pub Option<Duration>,
);

impl KeepMessages {
    /// Reads a body.
    pub fn read(body: &[u8]) -> Result<KeepMessages, Trouble> {
        let mut fields = Fields::parse(body)?;
        if !fields.is_named(FIELD) {
            return Err(missing(FIELD));
        }
        let seconds = fields.optional_count(FIELD)?;
        if seconds.is_some_and(|seconds| !(1..=LONGEST).contains(&seconds)) {
            return Err(wrong(FIELD, "must be from 1 to 3153600000, or null"));
        }
        Ok(KeepMessages(seconds.map(Duration::from_secs)))
    }
}

/// The name of the field, which only back ends may set.
pub(super) const FIELD: &str = "keep_messages";

/// A hundred years.
const LONGEST: u64 = 100 * 365 * 24 * 3600;

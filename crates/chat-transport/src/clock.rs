//! The one place where the wall clock is read.

use std::time::{SystemTime, UNIX_EPOCH};

use chat_domain::Time;

/// The moment.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

//! The one place where the clock and the random numbers of the machine are read.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

use chat_domain::Time;

/// Returns the time by the machine's clock.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// A server's clock and random numbers. Nothing else reads the machine's, so that a simulation can replace both.
pub(crate) trait Nature: Debug + Send + Sync {
    /// Returns the current time.
    fn now(&self) -> Time;

    /// Fills the bytes at random. Returns false, with the bytes in any state, if there are no random numbers.
    fn fill(&self, bytes: &mut [u8]) -> bool;
}

/// The clock and the random numbers of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Real;

impl Nature for Real {
    fn now(&self) -> Time {
        now()
    }

    fn fill(&self, bytes: &mut [u8]) -> bool {
        getrandom::fill(bytes).is_ok()
    }
}

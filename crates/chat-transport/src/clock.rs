//! The one place where the clock and the random numbers of the machine are read.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
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
#[derive(Clone, Debug, Default)]
pub(crate) struct Real {
    /// The microseconds by which that clock is ahead of the one by which this server goes.
    pub(crate) ahead: Arc<AtomicI64>,
}

impl Nature for Real {
    fn now(&self) -> Time {
        Time(now().0.saturating_sub(self.ahead.load(Ordering::Relaxed)))
    }

    fn fill(&self, bytes: &mut [u8]) -> bool {
        getrandom::fill(bytes).is_ok()
    }
}

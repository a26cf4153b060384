//! The one place where the wall clock is read, and chance is taken.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

use chat_domain::Time;

/// The moment that it is.
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Time and chance as one server has them: it asks nobody else, so that a simulation can say both.
pub(crate) trait Nature: Debug + Send + Sync {
    /// The moment that it is.
    fn now(&self) -> Time;

    /// Fills these bytes by chance; false if that cannot be had.
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

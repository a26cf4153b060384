//! Moments in time as values.

use core::time::Duration;

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Time(pub i64);

impl Time {
    /// An end that never comes: the last second of the year 9999.
    pub const FOR_GOOD: Time = Time::from_secs(253_402_300_799);

    /// Returns the moment this many whole seconds after 1970-01-01T00:00:00Z.
    pub const fn from_secs(seconds: i64) -> Time {
        Time(seconds.saturating_mul(1_000_000))
    }

    /// Returns the moment this long after this one. It stops at the end of time instead of wrapping around.
    pub fn after(self, span: Duration) -> Time {
        Time(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Returns the moment this long before this one. It stops at the beginning of time.
    pub fn before(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Returns how long before this moment `earlier` was; zero if it is later.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whether `earlier` was at least this long ago, or lies in the future. In the latter case the clock was set back,
    /// and nobody knows how long ago it was; what is done from time to time would otherwise not be done until the clock
    /// is there again.
    pub fn has_been(self, earlier: Time, span: Duration) -> bool {
        self < earlier || self.since(earlier) >= span
    }
}

//! Moments and spans as values.

use core::time::Duration;

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Time(pub i64);

impl Time {
    /// An end that never comes: the last second of the year 9999.
    pub const FOR_GOOD: Time = Time::from_secs(253_402_300_799);

    /// The moment this many whole seconds after 1970.
    pub const fn from_secs(seconds: i64) -> Time {
        Time(seconds.saturating_mul(1_000_000))
    }

    /// The moment this long after this one; stops at the end of time rather than wrapping.
    pub fn after(self, span: Duration) -> Time {
        Time(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The moment this long before this one.
    pub fn before(self, span: Duration) -> Time {
        Time(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whether `earlier` was so long ago, or lies in the future: the clock was set back, and nobody knows how long ago it was. What
    /// is done from time to time would else not be done before the clock is there again.
    pub fn has_been(self, earlier: Time, span: Duration) -> bool {
        self < earlier || self.since(earlier) >= span
    }
}

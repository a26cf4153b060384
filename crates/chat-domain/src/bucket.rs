//! How often somebody may do something.

use core::time::Duration;

use crate::time::Time;

/// So many a second in the long run, so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rate {
    /// How many a second; 0 counts as 1.
    pub per_second: u32,
    /// How many at once after a while of silence; 0 counts as 1.
    pub burst: u32,
}

impl Rate {
    /// The time that one takes to come back.
    fn interval(self) -> i64 {
        1_000_000 / i64::from(self.per_second.max(1))
    }

    /// The time in which an empty bucket fills.
    fn depth(self) -> i64 {
        self.interval().saturating_mul(i64::from(self.burst.max(1)))
    }
}

/// A token bucket: full in the beginning, one moment large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Bucket {
    /// When it will be full again.
    full_at: Time,
}

impl Bucket {
    /// Takes one, or says how long to wait for the next. A refused attempt costs nothing.
    pub fn take(&mut self, rate: Rate, now: Time) -> Result<(), Duration> {
        // A clock that was set back must not lock anybody out for longer than an empty bucket would.
        let latest = now.0.saturating_add(rate.depth());
        self.full_at = Time(self.full_at.0.clamp(now.0, latest));
        let full_at = self.full_at.0.saturating_add(rate.interval());
        if full_at > latest {
            return Err(Time(full_at).since(Time(latest)));
        }
        self.full_at = Time(full_at);
        Ok(())
    }

    /// Whether it is full: whoever keeps many of them may forget this one.
    pub fn is_full(&self, now: Time) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 20, burst: 60 };

    fn taken(bucket: &mut Bucket, now: Time, tries: usize) -> usize {
        (0..tries).filter(|_| bucket.take(RATE, now).is_ok()).count()
    }

    #[test]
    fn a_burst_then_the_rate() {
        let (mut bucket, start) = (Bucket::default(), Time::from_secs(1_000));
        assert_eq!(taken(&mut bucket, start, 100), 60);
        assert_eq!(bucket.take(RATE, start), Err(Duration::from_millis(50)));
        assert_eq!(taken(&mut bucket, start.after(Duration::from_millis(50)), 100), 1);
        assert_eq!(taken(&mut bucket, start.after(Duration::from_secs(2)), 100), 39);
        assert!(!bucket.is_full(start.after(Duration::from_secs(4))));
        assert!(bucket.is_full(start.after(Duration::from_secs(5))));
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let mut bucket = Bucket::default();
        assert_eq!(taken(&mut bucket, Time::from_secs(9_000), 60), 60);
        assert_eq!(bucket.take(RATE, Time::from_secs(5)), Err(Duration::from_millis(50)));
        assert_eq!(taken(&mut bucket, Time::from_secs(6), 100), 20);
    }

    #[test]
    fn the_ends_of_time_and_of_rates_do_not_panic() {
        for now in [Time(i64::MIN), Time(0), Time(i64::MAX)] {
            for rate in [
                Rate { per_second: 0, burst: 0 },
                Rate { per_second: u32::MAX, burst: u32::MAX },
                Rate { per_second: 1, burst: u32::MAX },
            ] {
                let mut bucket = Bucket::default();
                let _ = bucket.take(rate, now);
                let _ = bucket.take(rate, Time(0));
                let _ = bucket.is_full(now);
            }
        }
    }
}

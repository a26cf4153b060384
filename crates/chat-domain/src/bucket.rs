//! Limiting how often somebody may do something.

use core::time::Duration;

use crate::time::Time;

/// A rate: so many a second in the long run, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rate {
    /// How many a second; 0 counts as 1.
    pub per_second: u32,
    /// How many at once after a while of silence; 0 counts as 1.
    pub burst: u32,
}

impl Rate {
    /// Returns the time in which `many` tokens come back.
    fn span(self, many: u64) -> i64 {
        let many = i64::try_from(many).unwrap_or(i64::MAX);
        many.saturating_mul(1_000_000) / i64::from(self.per_second.max(1))
    }

    /// Returns the time in which an empty bucket fills.
    fn depth(self) -> i64 {
        self.span(self.burst.max(1).into())
    }
}

/// A token bucket, which is full in the beginning. It stores one moment, and nothing runs between two calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Bucket {
    /// When the bucket is full again.
    full_at: Time,
}

impl Bucket {
    /// Takes one token, or returns how long to wait for it. A refused attempt takes nothing.
    pub fn take(&mut self, rate: Rate, now: Time) -> Result<(), Duration> {
        self.take_many(1, rate, now)
    }

    /// Takes `many` tokens at once (at most as many as a full bucket holds), or returns how long to wait for them.
    pub fn take_many(&mut self, many: u64, rate: Rate, now: Time) -> Result<(), Duration> {
        let latest = now.0.saturating_add(rate.depth());
        self.full_at = self.within(rate, now);
        let full_at = self.full_at.0.saturating_add(rate.span(many).min(rate.depth()));
        if full_at > latest {
            return Err(Time(full_at).since(Time(latest)));
        }
        self.full_at = Time(full_at);
        Ok(())
    }

    /// Takes `many` tokens for something that has been used already, more than the bucket holds if need be. The debt,
    /// at most one full bucket, must be filled up before anything can be taken again. Without it, many small steps
    /// whose cost is known only afterwards would never be limited.
    pub fn owe(&mut self, many: u64, rate: Rate, now: Time) {
        self.full_at = Time(self.within(rate, now).0.saturating_add(rate.span(many)));
        self.full_at = self.within(rate, now);
    }

    /// Whether the bucket is full. An owner of many buckets may forget a full one.
    pub fn is_full(&self, now: Time) -> bool {
        self.full_at <= now
    }

    /// Returns when the bucket is full, but no later than an empty bucket with the largest debt would be: a clock that
    /// was set back must not lock anybody out for longer.
    fn within(&self, rate: Rate, now: Time) -> Time {
        let longest = now.0.saturating_add(rate.depth().saturating_mul(2));
        Time(self.full_at.0.clamp(now.0, longest))
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
    fn many_at_once_weigh_more_and_never_more_than_a_full_bucket() {
        let (mut bucket, start) = (Bucket::default(), Time::from_secs(1_000));
        assert_eq!(bucket.take_many(50, RATE, start), Ok(()));
        assert_eq!(bucket.take_many(20, RATE, start), Err(Duration::from_millis(500)));
        assert_eq!(bucket.take_many(10, RATE, start), Ok(()));
        assert_eq!(bucket.take_many(1_000, RATE, start.after(Duration::from_secs(3))), Ok(()));
        let mut owing = Bucket::default();
        owing.owe(1_000, RATE, start);
        assert_eq!(owing.take(RATE, start), Err(Duration::from_millis(3_050)), "a full bucket is owed, and no more");
        assert_eq!(taken(&mut owing, start.after(Duration::from_secs(4)), 100), 20);
        let bytes = Rate { per_second: 4 << 20, burst: 64 << 20 };
        let mut pages = Bucket::default();
        assert_eq!(pages.take_many(64 << 20, bytes, start), Ok(()));
        assert_eq!(pages.take_many(1 << 20, bytes, start), Err(Duration::from_millis(250)));
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let mut bucket = Bucket::default();
        assert_eq!(taken(&mut bucket, Time::from_secs(9_000), 60), 60);
        assert_eq!(bucket.take(RATE, Time::from_secs(5)), Err(Duration::from_millis(3_050)));
        assert_eq!(taken(&mut bucket, Time::from_secs(9), 100), 20);
    }

    #[test]
    fn little_steps_feel_the_weight_of_what_each_turns_out_to_be() {
        let (mut bucket, start) = (Bucket::default(), Time::from_secs(1_000));
        let done = (0..100).filter(|_| {
            let lets = bucket.take(RATE, start).is_ok();
            if lets {
                bucket.owe(19, RATE, start);
            }
            lets
        });
        assert_eq!(done.count(), 3, "60 at once are three times 20");
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
                let _ = bucket.take_many(u64::MAX, rate, Time(0));
                bucket.owe(u64::MAX, rate, now);
                let _ = bucket.is_full(now);
            }
        }
    }
}

//! How fast the feed and the index of words follow what is committed. Nobody waits for them as clients wait for the
//! answers to their orders. So while many orders are committed, they take in what there is in larger pieces, and use no
//! more of the time than they need.
//!
//! The index is never more than a second behind as long as at most 5,000 messages a second are sent.

use std::time::Duration;

use tokio::time::Instant;

/// When the feed and the index go on.
pub(crate) struct Pace {
    /// When the feed may be written again.
    pub(crate) write: Instant,
    /// When the index may take in more, if there is more.
    pub(crate) step: Instant,
    /// How long commits are gathered.
    gather: Duration,
}

impl Pace {
    /// Starts with nothing done yet.
    pub(crate) fn begin(now: Instant) -> Pace {
        Pace { write: now, step: now, gather: GATHER }
    }

    /// Returns until when commits are gathered, the first of which was heard now.
    pub(crate) fn gather(&self, now: Instant) -> Instant {
        now + self.gather
    }

    /// Notes that the feed is written for so many rooms. Each room costs a row, however much was said there.
    pub(crate) fn writes(&mut self, now: Instant, rooms: usize) {
        if rooms > 0 {
            self.gather = if rooms >= MANY { GATHER_MORE } else { GATHER };
            self.write = now + self.gather;
        }
    }

    /// Notes that the index takes in a piece. It waits before the next one only while orders are committed.
    pub(crate) fn steps(&mut self, now: Instant, others_commit: bool) {
        self.step = if others_commit { now + STEP } else { now };
    }
}

/// How long commits are gathered into one entry of the feed, and how long if they are of `MANY` rooms.
const GATHER: Duration = Duration::from_millis(100);
const GATHER_MORE: Duration = Duration::from_millis(300);
const MANY: usize = 64;

/// How many messages the index takes in at once.
pub(crate) const AT_ONCE: usize = 500;

/// The time between the beginnings of two steps of the index while orders are committed.
const STEP: Duration = Duration::from_millis(60);

#[cfg(test)]
mod tests {
    use super::*;

    /// At 5,000 messages a second, what was committed at the beginning of a second is found before its end: after the
    /// feed was written and everything in it was taken in, with as much time again for the work itself.
    #[test]
    fn five_thousand_messages_a_second_are_found_within_a_second() {
        let gathered = 5_000 * GATHER_MORE.as_millis() as usize / 1_000;
        let steps = gathered.div_ceil(AT_ONCE) as u32;
        assert!(STEP * steps < GATHER_MORE, "it is done before there is more");
        assert!(2 * (GATHER_MORE + STEP * steps) <= Duration::from_secs(1));
    }

    #[test]
    fn commits_in_many_rooms_are_gathered_for_longer() {
        let now = Instant::now();
        let mut pace = Pace::begin(now);
        assert_eq!(pace.gather(now), now + GATHER);
        pace.writes(now, MANY);
        assert_eq!((pace.gather(now), pace.write), (now + GATHER_MORE, now + GATHER_MORE));
        pace.writes(now, 0);
        assert_eq!(pace.gather(now), now + GATHER_MORE, "a write for the index alone says nothing");
        pace.writes(now, MANY - 1);
        assert_eq!((pace.gather(now), pace.write), (now + GATHER, now + GATHER));
    }

    #[test]
    fn the_index_waits_only_for_those_who_commit() {
        let now = Instant::now();
        let mut pace = Pace::begin(now);
        pace.steps(now, true);
        assert_eq!(pace.step, now + STEP);
        pace.steps(now, false);
        assert_eq!(pace.step, now);
    }
}

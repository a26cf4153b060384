//! Comings and goings of a while ago. They may be heard in any order, from other nodes or when it turns out that an order was
//! committed after all; older ones than what is known are ignored.

use std::collections::HashMap;
use std::time::Duration;

use chat_domain::{RoomId, Time, UserId};

/// The newest coming or going of each person in each room that was taken in lately: its `seq` and time.
#[derive(Default)]
pub(in crate::hub) struct Comings {
    taken: HashMap<(UserId, RoomId), (u64, Time)>,
    /// How many were left after the last clean-up.
    stayed: usize,
}

impl Comings {
    /// Takes in a coming or going. Returns false if it or a newer one was taken in before.
    pub(in crate::hub) fn take(&mut self, user: UserId, room: RoomId, seq: u64, at: Time) -> bool {
        if self.taken.len() >= MANY.max(2 * self.stayed) {
            self.taken.retain(|_, (_, earlier)| at.since(*earlier) < LONG);
            self.stayed = self.taken.len();
        }
        let newest = self.taken.entry((user, room)).or_insert((0, at));
        let is_news = seq > newest.0;
        if is_news {
            *newest = (seq, at);
        }
        is_news
    }

    /// Returns the `seq` of the newest one that was taken in, or 0.
    pub(in crate::hub) fn newest(&self, user: UserId, room: RoomId) -> u64 {
        self.taken.get(&(user, room)).map_or(0, |(seq, _)| *seq)
    }
}

/// A clean-up is worth it only with at least this many entries.
const MANY: usize = 8192;
/// Nothing older than this can still be heard or read.
const LONG: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_what_was_taken_in_is_no_news_and_nothing_is_twice() {
        let (user, room) = (UserId::new(1).expect("an id"), RoomId::new(2).expect("an id"));
        let mut comings = Comings::default();
        let news = [(3, true), (5, true), (4, false), (5, false), (6, true)];
        assert!(news.iter().all(|(seq, is)| comings.take(user, room, *seq, Time(0)) == *is));
        assert_eq!(comings.newest(user, room), 6);
    }
}

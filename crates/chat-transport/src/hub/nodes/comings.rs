//! Who came into rooms and left them a while ago: it may be told in any order, by other nodes or once it is found out whether it was
//! committed at all, and what is older than what is known is not taken in.

use std::collections::HashMap;
use std::time::Duration;

use chat_domain::{RoomId, Time, UserId};

/// Of each who came or went in the last while, the newest of that which was taken in: its `seq`, and when it was.
#[derive(Default)]
pub(in crate::hub) struct Comings {
    taken: HashMap<(UserId, RoomId), (u64, Time)>,
    /// How many stayed when they were last looked through.
    stayed: usize,
}

impl Comings {
    /// Takes a coming or going in. False if it was taken in before, or a later one.
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

    /// The `seq` of the newest that was taken in, 0 if none was.
    pub(in crate::hub) fn newest(&self, user: UserId, room: RoomId) -> u64 {
        self.taken.get(&(user, room)).map_or(0, |(seq, _)| *seq)
    }
}

/// So many at least are looked through for those that are forgotten.
const MANY: usize = 8192;
/// What is older than this is heard no more, nor read.
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

//! Who came into rooms and left them a while ago: it may be told in any order, by other nodes or once it is found out whether it was
//! committed at all, and what is older than what is known is not taken in.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::time::Duration;

use chat_domain::{RoomId, Time, UserId};

/// The newest that is known of each coming and going of the last while: its `seq`, and when it was.
#[derive(Default)]
pub(in crate::hub) struct Comings {
    known: HashMap<(UserId, RoomId), (u64, Time)>,
    /// How many stayed when they were last looked through.
    stayed: usize,
}

impl Comings {
    /// Takes a coming or going in: `Greater` is news, `Equal` was known, `Less` is older than what is known.
    pub(in crate::hub) fn compare(&mut self, user: UserId, room: RoomId, seq: u64, at: Time) -> Ordering {
        if self.known.len() >= MANY.max(2 * self.stayed) {
            self.known.retain(|_, (_, earlier)| at.since(*earlier) < LONG);
            self.stayed = self.known.len();
        }
        let known = self.known.entry((user, room)).or_insert((0, at));
        let order = seq.cmp(&known.0);
        if order.is_gt() {
            *known = (seq, at);
        }
        order
    }

    /// Whether something newer than this is known.
    pub(in crate::hub) fn knows_newer(&self, user: UserId, room: RoomId, seq: u64) -> bool {
        self.known.get(&(user, room)).is_some_and(|(known, _)| *known > seq)
    }
}

/// So many at least are looked through for those that are forgotten.
const MANY: usize = 8192;
/// What is older than this is heard no more.
const LONG: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_older_than_what_is_known_is_no_news() {
        let (user, room) = (UserId::new(1).expect("an id"), RoomId::new(2).expect("an id"));
        let mut comings = Comings::default();
        let news = [(3, Ordering::Greater), (5, Ordering::Greater), (4, Ordering::Less), (5, Ordering::Equal)];
        assert!(news.iter().all(|(seq, is)| comings.compare(user, room, *seq, Time(0)) == *is));
        assert!(comings.knows_newer(user, room, 4) && !comings.knows_newer(user, room, 5));
    }
}

//! Who came into rooms and left them a while ago: nodes tell it in any order, and what is older than what is known is not taken in.

use std::collections::HashMap;
use std::time::Duration;

use chat_domain::{RoomId, Time, UserId};

/// The newest that is known of each coming and going of the last while: its `seq`, and when it was.
#[derive(Default)]
pub(in crate::hub) struct Comings(HashMap<(UserId, RoomId), (u64, Time)>);

impl Comings {
    /// Takes a coming or going in; false if something newer is known.
    pub(in crate::hub) fn is_news(&mut self, user: UserId, room: RoomId, seq: u64, at: Time) -> bool {
        if self.0.len() >= MANY {
            self.0.retain(|_, (_, earlier)| at.since(*earlier) < LONG);
        }
        let known = self.0.entry((user, room)).or_insert((0, at));
        let is_news = seq > known.0;
        if is_news {
            *known = (seq, at);
        }
        is_news
    }
}

/// So many are looked through for those that are forgotten.
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
        let news = [(3, true), (5, true), (4, false), (5, false), (6, true)];
        assert!(news.iter().all(|(seq, is)| comings.is_news(user, room, *seq, Time(0)) == *is));
    }
}

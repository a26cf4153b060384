//! Chat-list summaries. They are told to every socket of a member, at most once a second for each chat and member; the newest
//! wins.

use std::collections::BTreeSet;
use std::time::Duration;

use chat_domain::{RoomId, Time, UserId};
use chat_protocol::Entrance;

use super::map::Map;

/// The summaries that have changed since the last look.
#[derive(Default)]
pub(super) struct Stale {
    /// Rooms whose summary changed for every member.
    pub(super) rooms: BTreeSet<RoomId>,
    /// Summaries that changed for one member.
    pub(super) summaries: BTreeSet<(UserId, RoomId)>,
}

/// The pace of summaries.
#[derive(Default)]
pub(super) struct Lists {
    waiting: BTreeSet<(UserId, RoomId)>,
    /// When a summary was last told, kept for as long as it matters.
    told: Map<(UserId, RoomId), Time>,
}

impl Stale {
    /// Notes that a room's summary has changed for every member.
    pub(super) fn mark_room(&mut self, room: RoomId) {
        self.rooms.insert(room);
    }

    /// Notes that a summary has changed for one member.
    pub(super) fn mark(&mut self, user: UserId, room: RoomId) {
        self.summaries.insert((user, room));
    }
}

impl Lists {
    /// Returns the summaries to tell now, out of these and those that had to wait.
    pub(super) fn due(
        &mut self,
        stale: impl IntoIterator<Item = (UserId, RoomId)>,
        now: Time,
    ) -> Vec<(UserId, RoomId)> {
        self.told.retain(|_, at| now.since(*at) < PACE);
        self.waiting.extend(stale);
        let due: Vec<_> = self.waiting.iter().copied().filter(|summary| !self.told.contains_key(summary)).collect();
        for summary in &due {
            self.waiting.remove(summary);
            self.told.insert(*summary, now);
        }
        due
    }
}

/// Tells whether an entrance has a chat list.
pub(super) fn shows_list(entrance: Entrance) -> bool {
    match entrance {
        Entrance::Multiplexed | Entrance::Personal | Entrance::SocketIo => true,
        Entrance::Sse | Entrance::Bare | Entrance::Room(_) | Entrance::Roulette => false,
    }
}

/// The shortest time between two tellings of the same summary.
const PACE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_told_at_once_and_then_once_a_second_however_often_it_changes() {
        let summary = (UserId::new(1).expect("an id"), RoomId::new(2).expect("an id"));
        let (mut lists, at) = (Lists::default(), |millis: u64| Time(0).after(Duration::from_millis(millis)));
        assert_eq!(lists.due([summary], at(0)), [summary]);
        assert_eq!(lists.due([summary], at(400)), []);
        assert_eq!(lists.due([summary], at(999)), []);
        assert_eq!(lists.due([], at(1_000)), [summary], "the change that waited");
        assert_eq!(lists.due([], at(3_000)), []);
    }
}

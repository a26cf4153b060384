//! Lines of chat lists: told to every socket of a member, at most one a second per chat and member, the newest wins.

use std::collections::BTreeSet;
use std::time::Duration;

use chat_domain::{RoomId, Time, UserId};
use chat_protocol::Entrance;

use super::map::Map;

/// Which lines have gone out of date since this was last asked.
#[derive(Default)]
pub(super) struct Stale {
    /// Rooms whose line changed for every member.
    pub(super) rooms: BTreeSet<RoomId>,
    /// Lines that changed for one member.
    pub(super) lines: BTreeSet<(UserId, RoomId)>,
}

/// The pace in which lines are told.
#[derive(Default)]
pub(super) struct Lists {
    waiting: BTreeSet<(UserId, RoomId)>,
    /// When a line was last told, for as long as that matters.
    told: Map<(UserId, RoomId), Time>,
}

impl Stale {
    /// The room's line changed for every member.
    pub(super) fn mark_room(&mut self, room: RoomId) {
        self.rooms.insert(room);
    }

    /// The line changed for one member.
    pub(super) fn mark(&mut self, user: UserId, room: RoomId) {
        self.lines.insert((user, room));
    }
}

impl Lists {
    /// Of these lines that have gone out of date, and of those that had to wait, the ones that are to be told now.
    pub(super) fn due(
        &mut self,
        stale: impl IntoIterator<Item = (UserId, RoomId)>,
        now: Time,
    ) -> Vec<(UserId, RoomId)> {
        self.told.retain(|_, at| now.since(*at) < PACE);
        self.waiting.extend(stale);
        let due: Vec<_> = self.waiting.iter().copied().filter(|line| !self.told.contains_key(line)).collect();
        for line in &due {
            self.waiting.remove(line);
            self.told.insert(*line, now);
        }
        due
    }
}

/// Whether an entrance has a chat list.
pub(super) fn shows_list(entrance: Entrance) -> bool {
    matches!(entrance, Entrance::Multiplexed | Entrance::Personal | Entrance::SocketIo)
}

/// The least time between two tellings of one line.
const PACE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_at_once_and_then_once_a_second_however_often_it_changes() {
        let line = (UserId::new(1).expect("an id"), RoomId::new(2).expect("an id"));
        let (mut lists, at) = (Lists::default(), |millis: u64| Time(0).after(Duration::from_millis(millis)));
        assert_eq!(lists.due([line], at(0)), [line]);
        assert_eq!(lists.due([line], at(400)), []);
        assert_eq!(lists.due([line], at(999)), []);
        assert_eq!(lists.due([], at(1_000)), [line], "the change that waited");
        assert_eq!(lists.due([], at(3_000)), []);
    }
}

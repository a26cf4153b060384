//! Lines of chat lists: told to every socket of a member, at most one a second per chat and member, the newest wins.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chat_domain::{RoomId, Time, UserId, view::Summary};
use chat_protocol::{Entrance, News};

use super::state::State;

/// Which lines are out of date.
#[derive(Default)]
pub(super) struct Lists {
    /// Rooms whose line changed for every member.
    rooms: BTreeSet<RoomId>,
    /// Lines that changed for one member.
    lines: BTreeSet<(UserId, RoomId)>,
    /// When a line was last told, for as long as that matters.
    told: HashMap<(UserId, RoomId), Time>,
}

impl Lists {
    /// The room's line changed for every member.
    pub(super) fn mark_room(&mut self, room: RoomId) {
        self.rooms.insert(room);
    }

    /// The line changed for one member.
    pub(super) fn mark(&mut self, user: UserId, room: RoomId) {
        self.lines.insert((user, room));
    }
}

impl State {
    /// The lines that are to be told now.
    pub(super) fn stale_lines(&mut self, now: Time) -> Vec<(UserId, RoomId)> {
        self.lists.told.retain(|_, at| now.since(*at) < PACE);
        let rooms = std::mem::take(&mut self.lists.rooms);
        for id in rooms {
            let Some(room) = self.rooms.get(&id) else { continue };
            let listening = room.online.iter().filter(|user| self.people.has(**user, shows_list));
            self.lists.lines.extend(listening.map(|user| (*user, id)));
        }
        let due: Vec<_> = self.lists.lines.iter().copied().filter(|line| !self.lists.told.contains_key(line)).collect();
        for line in &due {
            self.lists.lines.remove(line);
            self.lists.told.insert(*line, now);
        }
        due
    }

    /// Tells lines as they are now.
    pub(super) fn tell_lines(&mut self, lines: Vec<Summary>, now: Time) {
        for line in lines {
            self.tell(line.user, &News::Summary { line: Arc::new(line), at: now });
        }
    }
}

/// Whether an entrance has a chat list.
fn shows_list(entrance: Entrance) -> bool {
    match entrance {
        Entrance::Multiplexed | Entrance::Personal | Entrance::SocketIo => true,
        Entrance::Sse | Entrance::Bare | Entrance::Room(_) | Entrance::Roulette => false,
    }
}

/// The least time between two tellings of one line.
const PACE: Duration = Duration::from_secs(1);

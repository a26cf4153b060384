//! Rooms that a socket does not hear now.

use std::collections::HashMap;

use chat_domain::{Head, MessageId, RoomId};

/// Rooms that a socket does not hear now.
#[derive(Debug, Default)]
pub(super) struct Away {
    /// Those whose events it must fetch from the journal again.
    pub(super) behind: Vec<Behind>,
    /// The newest message of each that it has seen.
    seen: HashMap<RoomId, MessageId>,
}

/// A room whose live events are no longer enough for a socket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Behind {
    pub(crate) room: RoomId,
    pub(crate) cursor: bool,
    /// Where the socket stands.
    pub(crate) head: Head,
    /// The newest message that it has seen.
    pub(crate) newest: Option<MessageId>,
}

impl Away {
    /// The client does not want to hear a room any more.
    pub(super) fn forget_behind(&mut self, room: RoomId) {
        if let Some(at) = self.behind.iter().position(|behind| behind.room == room) {
            let newest = self.behind.swap_remove(at).newest;
            self.note_seen(room, newest);
        }
    }

    /// It has seen this message of a room, and all before it.
    pub(super) fn note_seen(&mut self, room: RoomId, newest: Option<MessageId>) {
        if let Some(newest) = newest {
            let seen = self.seen.entry(room).or_insert(newest);
            *seen = newest.max(*seen);
        }
    }

    /// The newest message that the socket had seen of such a room.
    pub(super) fn newest_before(&self, room: RoomId) -> Option<MessageId> {
        let behind = self.behind.iter().find(|behind| behind.room == room).and_then(|behind| behind.newest);
        behind.max(self.seen.get(&room).copied())
    }
}

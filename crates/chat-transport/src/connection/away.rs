//! Rooms that a socket is not following at the moment.

use std::collections::HashMap;

use chat_domain::{Head, MessageId, RoomId};

/// Rooms that a socket is not following at the moment.
#[derive(Debug, Default)]
pub(super) struct Away {
    /// Rooms whose missed events must be read from the journal.
    pub(super) behind: Vec<Behind>,
    /// The newest message that the client has seen in each room that it stopped following.
    seen: HashMap<RoomId, MessageId>,
}

/// A room in which a socket fell too far behind for the hub to tell it the rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Behind {
    pub(crate) room: RoomId,
    pub(crate) cursor: bool,
    /// Up to where the socket was told.
    pub(crate) head: Head,
    /// The newest message that the client has seen.
    pub(crate) newest: Option<MessageId>,
}

impl Away {
    /// Forgets that a room fell behind, because the client does not want to hear it any more.
    pub(super) fn forget_behind(&mut self, room: RoomId) {
        if let Some(at) = self.behind.iter().position(|behind| behind.room == room) {
            let newest = self.behind.swap_remove(at).newest;
            self.note_seen(room, newest);
        }
    }

    /// Notes that the client has seen a room up to this message.
    pub(super) fn note_seen(&mut self, room: RoomId, newest: Option<MessageId>) {
        if let Some(newest) = newest {
            let seen = self.seen.entry(room).or_insert(newest);
            *seen = newest.max(*seen);
        }
    }

    /// Returns the newest message that the client has seen in such a room.
    pub(super) fn newest_before(&self, room: RoomId) -> Option<MessageId> {
        let behind = self.behind.iter().find(|behind| behind.room == room).and_then(|behind| behind.newest);
        behind.max(self.seen.get(&room).copied())
    }
}

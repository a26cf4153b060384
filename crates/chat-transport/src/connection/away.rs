//! Rooms that a socket does not hear now.

use std::collections::HashMap;

use chat_domain::{Head, MessageId, RoomId};

/// Rooms that a socket does not hear now.
#[derive(Debug, Default)]
pub(super) struct Away {
    /// Those whose events it must fetch from the journal again.
    pub(super) behind: Vec<Behind>,
    /// Those that it has left, and the newest message of each that it had seen.
    pub(super) left: HashMap<RoomId, Option<MessageId>>,
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
            self.left.insert(room, newest);
        }
    }

    /// The newest message that the socket had seen of such a room.
    pub(super) fn newest_before(&self, room: RoomId) -> Option<Option<MessageId>> {
        let behind = self.behind.iter().find(|behind| behind.room == room).map(|behind| behind.newest);
        behind.or_else(|| self.left.get(&room).copied())
    }
}

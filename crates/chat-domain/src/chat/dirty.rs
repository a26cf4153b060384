//! What was written since it was last taken.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::Chat;
use crate::fact::Written;
use crate::id::{MessageId, RoomId, UserId};
use crate::rows::*;

/// The keys of changed rows, and the rows that never change.
#[derive(Clone, Debug, Default)]
pub(super) struct Dirty {
    /// Whether each is new.
    pub(super) rooms: BTreeMap<RoomId, bool>,
    pub(super) members: BTreeSet<(RoomId, UserId)>,
    /// Whether each is new.
    pub(super) messages: BTreeMap<(RoomId, MessageId), bool>,
    pub(super) log: Vec<LogRow>,
    pub(super) likes: BTreeMap<(RoomId, MessageId, UserId), LikeRow>,
    pub(super) forgotten: BTreeSet<(RoomId, MessageId)>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) sent: Vec<SentRow>,
    pub(super) made: Vec<MadeRow>,
    pub(super) directs: Vec<DirectRow>,
    pub(super) lobby: BTreeSet<UserId>,
}

impl Dirty {
    /// Notes that a room changed.
    pub(super) fn room(&mut self, room: RoomId) {
        self.rooms.entry(room).or_insert(false);
    }

    /// Notes that a message changed.
    pub(super) fn message(&mut self, room: RoomId, message: MessageId) {
        self.messages.entry((room, message)).or_insert(false);
    }

    /// Notes that a message lost its likes.
    pub(super) fn forget(&mut self, room: RoomId, message: MessageId) {
        self.likes.retain(|&(r, m, _), _| (r, m) != (room, message));
        self.forgotten.insert((room, message));
    }

    /// The rows as they are now.
    pub(super) fn written(self, chat: &Chat) -> Written {
        let (mut rooms, mut messages) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        for (id, new) in self.rooms {
            let room = chat.states.get(&id).and_then(|state| state.room.clone());
            if new { &mut rooms.0 } else { &mut rooms.1 }.extend(room);
        }
        for ((room, id), new) in self.messages {
            let message = chat.states.get(&room).and_then(|state| state.message(id).cloned());
            if new { &mut messages.0 } else { &mut messages.1 }.extend(message);
        }
        let member = |&(room, user): &_| Some((room, chat.states.get(&room)?.members.get(&user)?.as_ref()?.member));
        Written {
            new_rooms: rooms.0,
            rooms: rooms.1,
            members: self.members.iter().filter_map(member).collect(),
            new_messages: messages.0,
            messages: messages.1,
            log: self.log,
            likes: self.likes.into_values().collect(),
            forgotten: self.forgotten.into_iter().collect(),
            receipts: self.receipts,
            sent: self.sent,
            made: self.made,
            directs: self.directs,
            lobby: self.lobby.iter().filter_map(|user| chat.lobby.get(user).copied().flatten()).collect(),
        }
    }
}

//! The rows that a store is to write.

use alloc::vec::Vec;

use super::Chat;
use super::dirty::Dirty;
use crate::fact::Written;
use crate::id::{MessageId, RoomId};

impl Chat {
    /// Returns the rows that are new or have changed since the last call, for a store to write. Returns none if this is
    /// a whole chat that is not [`Chat::recording`].
    pub fn take_written(&mut self) -> Written {
        match self.dirty.as_mut().map(core::mem::take) {
            Some(dirty) => self.rows_of(dirty),
            None => Written::default(),
        }
    }

    /// Returns the rows as they are now.
    fn rows_of(&self, dirty: Dirty) -> Written {
        let (mut rooms, mut messages) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        for (id, new) in dirty.rooms {
            let room = self.states.get(&id).and_then(|state| state.room.clone());
            if new { &mut rooms.0 } else { &mut rooms.1 }.extend(room);
        }
        for ((room, id), new) in dirty.messages {
            let message =
                self.states.get(&room).and_then(|state| state.message(id)).map(|message| self.as_now(message));
            if new { &mut messages.0 } else { &mut messages.1 }.extend(message);
        }
        let member = |&(room, user): &_| Some((room, self.states.get(&room)?.members.get(&user)?.as_ref()?.member));
        let message = |&(room, id): &(RoomId, MessageId)| Some(self.as_now(self.states.get(&room)?.message(id)?));
        Written {
            new_rooms: rooms.0,
            rooms: rooms.1,
            members: dirty.members.iter().filter_map(member).collect(),
            new_messages: messages.0,
            messages: messages.1,
            owing: dirty.owing.iter().filter_map(message).collect(),
            mentioning: dirty.mentioning.iter().filter_map(message).collect(),
            files: dirty.files.iter().filter_map(|id| self.files.get(id)?.clone()).collect(),
            reactions: dirty.reactions.into_values().collect(),
            threads: dirty.threads.into_iter().filter(|(_, more)| *more != 0).collect(),
            forgotten: dirty.forgotten.into_iter().collect(),
            lobby: dirty.lobby.iter().filter_map(|user| self.lobby.get(user).copied().flatten()).collect(),
            purges: dirty.purges.into_values().collect(),
            blocks: dirty.blocks.into_values().collect(),
            ..dirty.rows
        }
    }
}

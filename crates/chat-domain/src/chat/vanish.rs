//! Messages of a whole chat that vanish because they were kept for long enough.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Chat;
use super::fold::insert_number;
use crate::id::RoomId;
use crate::message::Message;
use crate::retention::Vanished;
use crate::time::Time;

impl Chat {
    /// Leaves stubs in the place of the messages of a room that were sent before `old`: of the oldest, at most `most`
    /// of them.
    pub fn vanish(&mut self, room: RoomId, old: Time, at: Time, most: usize) -> Option<Vanished> {
        let state = self.states.get(&room)?;
        let left = state.messages.iter().skip_while(|message| Some(message.id) <= state.vanished);
        let gone: Vec<_> = left.take_while(|message| message.created_at < old).take(most).cloned().collect();
        let last = gone.last()?;
        let standing = gone.iter().filter(|message| message.deleted.is_none());
        standing.for_each(|message| self.leave_stub(room, message, at));
        let state = self.states.get_mut(&room)?;
        state.vanished = Some(last.id);
        state.pruned = state.pruned.max(last.seq);
        Some(Vanished { room, upto: last.id })
    }

    fn leave_stub(&mut self, room: RoomId, message: &Arc<Message>, at: Time) {
        let stub = Arc::new(message.erased(at, message.seq));
        self.unbind(message);
        self.mention(room, Some(message), &stub);
        let Some(state) = self.states.get_mut(&room) else { return };
        insert_number(&mut state.deleted, message.number);
        if let Some(slot) = state.slot_mut(message.sender.id()) {
            insert_number(&mut slot.deleted, message.number);
        }
        state.reactions.insert(message.id, Default::default());
        if let Some(row) = state.room.as_mut().filter(|_| message.pinned.is_some()) {
            row.pins = row.pins.saturating_sub(1);
        }
        state.put(stub);
        if let Some(reply) = &message.reply {
            state.count_reply(reply.thread, message.id, false);
        }
    }
}

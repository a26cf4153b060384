//! The room for which a socket lives, and those that it does not hear now.

use std::num::NonZeroU64;

use chat_domain::{MessageId, RoomId};

use super::super::away::Behind;
use super::Socket;

impl Socket {
    /// The journal says that its user is in a room, which stands at this `seq`.
    pub(crate) fn let_in(&self, room: RoomId, seq: u64) {
        if self.endpoint.room == Some(room) {
            let mut state = self.state();
            state.let_in = state.let_in.max(NonZeroU64::new(seq));
        }
    }

    /// Whether it lives for a room, and its user was there before the change of this `seq`, but perhaps not since: what the journal
    /// has not said yet, or has said of a later moment, its session will find out, or knows better.
    pub(crate) fn lived_for(&self, room: RoomId, seq: u64) -> bool {
        self.endpoint.room == Some(room) && self.state().let_in.is_some_and(|at| at.get() <= seq)
    }

    /// Says that the live events of a room are no longer enough for this socket.
    pub(crate) fn fall_behind(&self, behind: Behind) {
        self.state().away().behind.push(behind);
        self.bell.notify_one();
    }

    /// The client does not want to hear a room any more.
    pub(crate) fn forget_behind(&self, room: RoomId) {
        if let Some(away) = &mut self.state().away {
            away.forget_behind(room);
        }
    }

    /// Notes the newest message that it has seen of a room that it does not hear now.
    pub(crate) fn note_seen(&self, room: RoomId, newest: Option<MessageId>) {
        self.state().away().note_seen(room, newest);
    }

    /// The newest message that it has seen of a room that it does not hear now.
    pub(crate) fn newest_before(&self, room: RoomId) -> Option<MessageId> {
        self.state().away.as_ref()?.newest_before(room)
    }

    /// The rooms that fell behind since this was last asked.
    pub(crate) fn behind(&self) -> Vec<Behind> {
        self.state().away.as_mut().map(|away| std::mem::take(&mut away.behind)).unwrap_or_default()
    }
}

//! The room for which a socket was opened, and the rooms that it is not following at the moment.

use std::num::NonZeroU64;

use chat_domain::{MessageId, RoomId};

use super::super::away::Behind;
use super::Socket;

impl Socket {
    /// Notes that the journal says that the user is a member of the socket's room, which is at this `seq`.
    pub(crate) fn let_in(&self, room: RoomId, seq: u64) {
        if self.endpoint.room == Some(room) {
            let mut state = self.state();
            state.let_in = state.let_in.max(NonZeroU64::new(seq));
        }
    }

    /// Tells whether the socket was opened for this room and its user was known to be a member before the change with this `seq`.
    /// If the journal has not said so yet, or said it of a later moment, the change says nothing new about the user: the session
    /// will find out itself.
    pub(crate) fn lived_for(&self, room: RoomId, seq: u64) -> bool {
        self.endpoint.room == Some(room) && self.state().let_in.is_some_and(|at| at.get() <= seq)
    }

    /// Notes that the socket fell behind in a room, and wakes its session.
    pub(crate) fn fall_behind(&self, behind: Behind) {
        self.state().away().behind.push(behind);
        self.bell.notify_one();
    }

    /// Forgets that a room fell behind, because the client does not want to hear it any more.
    pub(crate) fn forget_behind(&self, room: RoomId) {
        if let Some(away) = &mut self.state().away {
            away.forget_behind(room);
        }
    }

    /// Notes the newest message that the client has seen in a room that it is not following.
    pub(crate) fn note_seen(&self, room: RoomId, newest: Option<MessageId>) {
        self.state().away().note_seen(room, newest);
    }

    /// Returns the newest message that the client has seen in a room that it is not following.
    pub(crate) fn newest_before(&self, room: RoomId) -> Option<MessageId> {
        self.state().away.as_ref()?.newest_before(room)
    }

    /// Takes the rooms that fell behind since the last call.
    pub(crate) fn behind(&self) -> Vec<Behind> {
        self.state().away.as_mut().map(|away| std::mem::take(&mut away.behind)).unwrap_or_default()
    }
}

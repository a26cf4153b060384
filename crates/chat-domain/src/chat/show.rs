//! What questions read of a whole chat.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::steps::below;
use super::{Chat, RoomState, Slot};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::rows::{LikeRow, LobbyRow, LogRow};
use crate::time::Time;
use crate::view::Mark;

impl Chat {
    /// Somebody, and when they were last seen.
    pub(crate) fn someone(&self, user: UserId) -> Option<(&Arc<Person>, Option<Time>)> {
        self.people.get(&user)?.as_ref().map(|known| (&known.person, known.last_seen))
    }

    /// The rooms that somebody is in, in order of their ids.
    pub(crate) fn rooms_of(&self, user: UserId) -> impl Iterator<Item = RoomId> {
        self.rooms_of.get(&user).into_iter().flatten().copied()
    }

    /// Everybody who ever was in the lobby, in order of their ids.
    pub(crate) fn lobby_rows(&self) -> impl Iterator<Item = &LobbyRow> {
        self.lobby.values().flatten()
    }
}

impl RoomState {
    /// Every message, in order of ids and of `seq`, deleted ones too.
    pub(crate) fn messages(&self) -> &[Arc<Message>] {
        &self.messages
    }

    /// The log without the messages, in order of `seq`.
    pub(crate) fn changes(&self) -> &[LogRow] {
        &self.changes
    }

    /// How many of the first messages are not deleted.
    pub(crate) fn alive(&self, first: usize) -> usize {
        first - below(&self.deleted, |&number| number <= first as u64)
    }

    /// How many messages after this number are deleted and somebody else's.
    pub(crate) fn deleted_of_others(&self, slot: &Slot, number: u64) -> u64 {
        let after = |numbers: &[u64]| numbers.len() - below(numbers, |&deleted| deleted <= number);
        (after(&self.deleted) - after(&slot.deleted)) as u64
    }

    /// What somebody last did about liking a message.
    pub(crate) fn like(&self, message: MessageId, user: UserId) -> Option<&LikeRow> {
        self.likes.get(&message)?.rows.get(&user)
    }

    /// Who likes a message, the oldest first.
    pub(crate) fn likers(&self, message: MessageId) -> Vec<Mark> {
        let Some(liked) = self.likes.get(&message) else { return Vec::new() };
        let rows = liked.order.iter().filter_map(|(_, user)| liked.rows.get(user));
        rows.map(|row| Mark { user: row.user, at: row.at }).collect()
    }
}

impl Slot {
    /// How far they had read when the room's `moves` had this value.
    pub(crate) fn read_upto(&self, moves: u64) -> Option<MessageId> {
        let known = below(&self.reads, |receipt| receipt.moves <= moves);
        known.checked_sub(1).map(|at| self.reads[at].upto)
    }
}

//! What queries read of a whole chat.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::state::{Given, Map};
use super::steps::below;
use super::{Chat, RoomState, Slot};
use crate::emoji::Emoji;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::room::Room;
use crate::rows::{LobbyRow, LogRow, ReactionRow};
use crate::time::Time;
use crate::view::Mark;

impl Chat {
    /// Returns a person, and when they were last seen.
    pub(crate) fn someone(&self, user: UserId) -> Option<(&Arc<Person>, Option<Time>)> {
        self.people.get(&user)?.as_ref().map(|known| (&known.person, known.last_seen))
    }

    /// Returns the rooms that a user is in, in order of their ids.
    pub(crate) fn rooms_of(&self, user: UserId) -> impl Iterator<Item = RoomId> {
        self.rooms_of.get(&user).into_iter().flatten().copied()
    }

    /// Returns everything that is known of rooms, in no particular order.
    pub(crate) fn everything(&self) -> impl Iterator<Item = &RoomState> {
        self.states.values()
    }

    /// Returns all rooms, the newest first.
    pub(crate) fn rooms(&self) -> impl Iterator<Item = &Room> {
        let mut rooms: Vec<_> = self.states.values().filter_map(RoomState::peek).collect();
        rooms.sort_unstable_by_key(|row| core::cmp::Reverse(row.id));
        rooms.into_iter()
    }

    /// Returns the rows of everybody who ever was in the lobby, in order of their ids.
    pub(crate) fn lobby_rows(&self) -> impl Iterator<Item = &LobbyRow> {
        self.lobby.values().flatten()
    }
}

impl RoomState {
    /// Returns all messages in order of ids and of `seq`, deleted ones too.
    pub(crate) fn messages(&self) -> &[Arc<Message>] {
        &self.messages
    }

    /// Returns the log without the messages, in order of `seq`.
    pub(crate) fn changes(&self) -> &[LogRow] {
        &self.changes
    }

    /// Returns the `seq` up to which messages have vanished.
    pub(crate) fn pruned(&self) -> u64 {
        self.pruned
    }

    /// Returns how many of the first messages are not deleted.
    pub(crate) fn alive(&self, first: usize) -> usize {
        first - below(&self.deleted, |&number| number <= first as u64)
    }

    /// Returns how many messages after this number are deleted and were not this member's own.
    pub(crate) fn deleted_of_others(&self, slot: &Slot, number: u64) -> u64 {
        let after = |numbers: &[u64]| numbers.len() - below(numbers, |&deleted| deleted <= number);
        (after(&self.deleted) - after(&slot.deleted)) as u64
    }

    /// Returns the rows of one reaction to a message.
    pub(crate) fn given(&self, message: MessageId, emoji: &Emoji) -> Option<&Given> {
        self.reactions.get(&message)?.get(emoji)
    }

    /// Returns the emoji with which a user reacts to a message, in order of time.
    pub(crate) fn reactions_of(&self, message: MessageId, user: UserId) -> Vec<Emoji> {
        let given = self.reactions.get(&message).into_iter().flat_map(Map::values);
        let mut rows: Vec<_> = given.filter_map(|given| given.rows.get(&user)).filter(|row| row.stands).collect();
        rows.sort_unstable_by_key(|row| row.seq);
        rows.into_iter().map(|row| row.emoji.clone()).collect()
    }

    /// Returns the reactions to a message that stand, oldest first.
    pub(crate) fn reactors(&self, message: MessageId) -> Vec<&ReactionRow> {
        let given = self.reactions.get(&message).into_iter().flat_map(Map::values);
        let mut rows: Vec<_> = given.flat_map(|given| given.rows.values()).filter(|row| row.stands).collect();
        rows.sort_unstable_by_key(|row| row.seq);
        rows
    }
}

impl Given {
    /// Returns a user's row, whether their reaction stands or was taken back.
    pub(crate) fn row(&self, user: UserId) -> Option<&ReactionRow> {
        self.rows.get(&user)
    }

    /// Returns who gives this reaction, oldest first.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let rows = self.order.iter().filter_map(|(_, user)| self.rows.get(user));
        rows.map(|row| Mark { user: row.user, at: row.at }).collect()
    }
}

impl Slot {
    /// Returns the read position that this member had when the room's `moves` had this value.
    pub(crate) fn read_upto(&self, moves: u64) -> Option<MessageId> {
        let known = below(&self.reads, |receipt| receipt.moves <= moves);
        known.checked_sub(1).map(|at| self.reads[at].upto)
    }
}

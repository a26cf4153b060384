//! What a user has said and done in any room of a whole chat.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::Chat;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::rows::ReactionRow;

impl Chat {
    /// Returns a user's messages that are not deleted, in the order of rooms and messages.
    pub fn said(&self, by: UserId, after: Option<(RoomId, MessageId)>, limit: usize) -> Vec<Arc<Message>> {
        let mut said: Vec<_> = self.everything().flat_map(|state| state.messages().iter()).cloned().collect();
        said.retain(|message| message.sender.id() == by && message.deleted.is_none());
        said.retain(|message| Some((message.room, message.id)) > after);
        said.sort_unstable_by_key(|message| (message.room, message.id));
        said.truncate(limit);
        said.into_iter().map(|message| self.as_now(&message)).collect()
    }

    /// Returns the reactions that a user gives, in the order of rooms, messages and emoji.
    pub fn given_by(&self, by: UserId, after: Option<&ReactionRow>, limit: usize) -> Vec<ReactionRow> {
        let messages = self.everything().flat_map(|state| state.messages().iter().map(move |one| (state, one)));
        let given = messages.flat_map(|(state, message)| state.reactors(message.id));
        let mut given: Vec<_> = given.filter(|row| row.user.id == by).cloned().collect();
        fn place(row: &ReactionRow) -> (RoomId, MessageId, &str) {
            (row.room, row.message, row.emoji.as_str())
        }
        given.retain(|row| after.is_none_or(|after| place(row) > place(after)));
        given.sort_unstable_by(|one, other| place(one).cmp(&place(other)));
        given.truncate(limit);
        given
    }
}

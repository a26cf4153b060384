//! Who read and who likes a message.

use alloc::vec::Vec;

use crate::chat::Chat;
use crate::id::{MessageId, RoomId, UserId};
use crate::refusal::Refusal;
use crate::view::Mark;

impl Chat {
    /// Who has read a message, its sender aside: the oldest first (then by id), those after `after`. Who joined later has
    /// read it on joining; who left has read it nevertheless.
    pub fn readers_page(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Mark>, Refusal> {
        let (state, ..) = self.visible(reader, room)?;
        let message = self.live_message(room, message)?;
        page(self.readers(state, message, None), after, limit)
    }

    /// Who likes a message, the oldest first, those after `after`.
    pub fn likers_page(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Mark>, Refusal> {
        let (state, ..) = self.visible(reader, room)?;
        let message = self.live_message(room, message)?;
        page(state.likers(message.id), after, limit)
    }
}

/// A page of a list that begins after somebody who is in it.
fn page(marks: Vec<Mark>, after: Option<UserId>, limit: usize) -> Result<Vec<Mark>, Refusal> {
    let start = match after {
        None => 0,
        Some(user) => 1 + marks.iter().position(|mark| mark.user.id == user).ok_or(Refusal::UnknownUser)?,
    };
    Ok(marks.into_iter().skip(start).take(limit).collect())
}

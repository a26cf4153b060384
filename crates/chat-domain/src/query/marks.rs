//! Who read a message, who likes it, who reacts to it, page by page.

use alloc::vec::Vec;

use crate::chat::{Chat, Given};
use crate::emoji::Emoji;
use crate::id::{MessageId, RoomId, UserId};
use crate::refusal::Refusal;
use crate::view::{Mark, Reactor, ReactorsPage};

impl Chat {
    /// Returns who has read a message besides its sender: oldest reading first (then by id), beginning after the user
    /// `after`. A member who joined later counts as having read it on joining; a reader who has left still counts.
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

    /// Returns who likes a message, oldest like first, beginning after the user `after`.
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
        page(state.given(message.id, &Emoji::LIKE).map(Given::marks).unwrap_or_default(), after, limit)
    }
}

impl Chat {
    /// Returns who reacts to a message, with one emoji or with any, oldest reaction first, beginning after a `seq`.
    pub fn reactors_page(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        page: ReactorsPage,
    ) -> Result<Vec<Reactor>, Refusal> {
        let (state, ..) = self.visible(reader, room)?;
        let message = self.live_message(room, message)?;
        let rows = state.reactors(message.id).into_iter();
        let rows = rows.filter(|row| page.emoji.as_ref().is_none_or(|emoji| row.emoji == *emoji));
        Ok(rows.filter(|row| row.seq > page.after).take(page.limit).map(Reactor::of).collect())
    }
}

/// Returns a page of a list, beginning after a user who must be in it.
fn page(marks: Vec<Mark>, after: Option<UserId>, limit: usize) -> Result<Vec<Mark>, Refusal> {
    let start = match after {
        None => 0,
        Some(user) => 1 + marks.iter().position(|mark| mark.user.id == user).ok_or(Refusal::UnknownUser)?,
    };
    Ok(marks.into_iter().skip(start).take(limit).collect())
}

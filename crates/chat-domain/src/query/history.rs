//! Pages of messages.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::{Chat, Den, Slot};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::refusal::Refusal;
use crate::room::Room;
use crate::view::{History, Page, Shown};

impl Chat {
    /// A page of a room's messages.
    pub fn history(&self, reader: UserId, room: RoomId, page: Page, limit: usize) -> Result<History, Refusal> {
        let (den, row, _) = self.visible(reader, room)?;
        let (messages, from, upto) = match page {
            Page::Newest => newest(den, den.messages().len(), limit),
            Page::Before(id) => newest(den, den.messages().partition_point(|message| message.id < id), limit),
            Page::After(id) => oldest(den, den.messages().partition_point(|message| Some(message.id) <= id), limit),
        };
        Ok(History {
            messages: messages.into_iter().map(|message| self.shown(den, message)).collect(),
            more_before: den.alive(from) > 0,
            more_after: den.alive(upto) < den.alive(den.messages().len()),
            head: row.head,
        })
    }

    /// One message that is not deleted.
    pub fn message(&self, reader: UserId, room: RoomId, message: MessageId) -> Result<Shown, Refusal> {
        let (den, ..) = self.visible(reader, room)?;
        Ok(self.shown(den, self.live_message(room, message)?))
    }

    /// A room that somebody may look into.
    pub(crate) fn visible(&self, reader: UserId, room: RoomId) -> Result<(&Den, &Room, &Slot), Refusal> {
        let (den, row) = self.den(room)?;
        let slot = self.member(room, reader).ok_or(Refusal::NotMember)?;
        Ok((den, row, slot))
    }

    /// A message with what became of it, by the name that its sender has now.
    pub(super) fn shown(&self, den: &Den, message: &Arc<Message>) -> Shown {
        Shown { message: self.renamed(message), standing: self.standing(den, message) }
    }

    /// The newest message of a room that is not deleted.
    pub(super) fn last_shown(&self, den: &Den) -> Option<Shown> {
        let alive = |message: &&Arc<Message>| message.deleted.is_none();
        den.messages().iter().rev().find(alive).map(|message| self.shown(den, message))
    }

    /// A message by the name that its sender has now.
    pub(super) fn renamed(&self, message: &Arc<Message>) -> Arc<Message> {
        match self.person(message.sender.id()) {
            Ok(sender) if *sender != message.sender => {
                Arc::new(Message { sender: sender.clone(), ..Message::clone(message) })
            }
            _ => message.clone(),
        }
    }
}

/// The newest of the first `end` messages, oldest first, and the places between which they lie.
fn newest(den: &Den, end: usize, limit: usize) -> (Vec<&Arc<Message>>, usize, usize) {
    let places = den.messages()[..end].iter().enumerate().rev();
    let mut found: Vec<_> = places.filter(|(_, message)| message.deleted.is_none()).take(limit).collect();
    found.reverse();
    let from = found.first().map_or(end, |&(at, _)| at);
    (found.into_iter().map(|(_, message)| message).collect(), from, end)
}

/// The oldest of those from `start` on, and the places between which they lie.
fn oldest(den: &Den, start: usize, limit: usize) -> (Vec<&Arc<Message>>, usize, usize) {
    let places = den.messages().iter().enumerate().skip(start);
    let found: Vec<_> = places.filter(|(_, message)| message.deleted.is_none()).take(limit).collect();
    let upto = found.last().map_or(start, |&(at, _)| at + 1);
    (found.into_iter().map(|(_, message)| message).collect(), start, upto)
}

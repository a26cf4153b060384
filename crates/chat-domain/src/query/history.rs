//! Pages of messages.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::{Chat, RoomState, Slot};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::refusal::Refusal;
use crate::room::Room;
use crate::view::{History, Page, Shown};

impl Chat {
    /// A page of a room's messages.
    pub fn history(&self, reader: UserId, room: RoomId, page: Page, limit: usize) -> Result<History, Refusal> {
        let (state, row, _) = self.visible(reader, room)?;
        let (messages, from, upto) = match page {
            Page::Newest => newest(state, state.messages().len(), limit),
            Page::Before(id) => newest(state, state.messages().partition_point(|message| message.id < id), limit),
            Page::After(id) => oldest(state, state.messages().partition_point(|message| Some(message.id) <= id), limit),
        };
        Ok(History {
            messages: messages.into_iter().map(|message| self.shown_to(reader, state, message)).collect(),
            more_before: state.alive(from) > 0,
            more_after: state.alive(upto) < state.alive(state.messages().len()),
            head: row.head,
        })
    }

    /// One message that is not deleted.
    pub fn message(&self, reader: UserId, room: RoomId, message: MessageId) -> Result<Shown, Refusal> {
        let (state, ..) = self.visible(reader, room)?;
        Ok(self.shown_to(reader, state, self.live_message(room, message)?))
    }

    /// A room that somebody may look into.
    pub(crate) fn visible(&self, reader: UserId, room: RoomId) -> Result<(&RoomState, &Room, &Slot), Refusal> {
        let (state, row) = self.state(room)?;
        let slot = self.member(room, reader).ok_or(Refusal::NotMember)?;
        Ok((state, row, slot))
    }

    /// A message with what became of it, by the name that its sender has now.
    pub(super) fn shown(&self, state: &RoomState, message: &Arc<Message>) -> Shown {
        Shown { message: self.renamed(message), reception: self.reception(state, message), mine: Vec::new() }
    }

    /// The same, with what the reader reacts to it with.
    pub(super) fn shown_to(&self, reader: UserId, state: &RoomState, message: &Arc<Message>) -> Shown {
        Shown { mine: state.reactions_of(message.id, reader), ..self.shown(state, message) }
    }

    /// The newest message of a room that is not deleted.
    pub(super) fn last_alive<'a>(&self, state: &'a RoomState) -> Option<&'a Arc<Message>> {
        state.messages().iter().rev().find(|message| message.deleted.is_none())
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
fn newest(state: &RoomState, end: usize, limit: usize) -> (Vec<&Arc<Message>>, usize, usize) {
    let places = state.messages()[..end].iter().enumerate().rev();
    let mut found: Vec<_> = places.filter(|(_, message)| message.deleted.is_none()).take(limit).collect();
    found.reverse();
    let from = found.first().map_or(end, |&(at, _)| at);
    (found.into_iter().map(|(_, message)| message).collect(), from, end)
}

/// The oldest of those from `start` on, and the places between which they lie.
fn oldest(state: &RoomState, start: usize, limit: usize) -> (Vec<&Arc<Message>>, usize, usize) {
    let places = state.messages().iter().enumerate().skip(start);
    let found: Vec<_> = places.filter(|(_, message)| message.deleted.is_none()).take(limit).collect();
    let upto = found.last().map_or(start, |&(at, _)| at + 1);
    (found.into_iter().map(|(_, message)| message).collect(), start, upto)
}

//! Pages of messages.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::chat::{Chat, RoomState, Slot};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::refusal::Refusal;
use crate::room::{Head, Room};
use crate::view::{History, Page, Shown};

impl Chat {
    /// Returns a page of a room's messages.
    pub fn history(&self, reader: UserId, room: RoomId, page: Page, limit: usize) -> Result<History, Refusal> {
        let (state, row, _) = self.visible(reader, room)?;
        let all = state.messages();
        if page == Page::Pinned {
            return Ok(self.pins(reader, state, row.head));
        }
        let (messages, from, upto) = cut(all, page, limit);
        Ok(History {
            messages: messages.into_iter().map(|message| self.shown_to(reader, state, message)).collect(),
            more_before: state.alive(from) > 0,
            more_after: state.alive(upto) < state.alive(all.len()),
            head: row.head,
        })
    }

    fn pins(&self, reader: UserId, state: &RoomState, head: Head) -> History {
        let mut pinned: Vec<_> = state.messages().iter().filter(|message| message.pinned.is_some()).collect();
        pinned.sort_by_key(|message| core::cmp::Reverse(message.pinned));
        let messages = pinned.into_iter().map(|message| self.shown_to(reader, state, message)).collect();
        History { messages, more_before: false, more_after: false, head }
    }

    /// Returns a page of the thread that a message belongs to, including its first message. Any message of the thread
    /// may have been deleted, even the one by which it is asked for.
    pub fn thread(
        &self,
        reader: UserId,
        room: RoomId,
        message: MessageId,
        page: Page,
        limit: usize,
    ) -> Result<History, Refusal> {
        let (state, row, _) = self.visible(reader, room)?;
        let first = self.message_row(room, message).ok_or(Refusal::UnknownMessage)?.thread();
        let all = [first].into_iter().chain(self.replies(room, first).iter().copied());
        let all: Vec<_> = all.filter_map(|id| self.live_message(room, id).ok().cloned()).collect();
        if all.is_empty() {
            return Err(Refusal::UnknownMessage);
        }
        let (messages, from, upto) = cut(&all, page, limit);
        Ok(History {
            messages: messages.into_iter().map(|message| self.shown_to(reader, state, message)).collect(),
            more_before: from > 0,
            more_after: upto < all.len(),
            head: row.head,
        })
    }

    /// Returns one message that is not deleted.
    pub fn message(&self, reader: UserId, room: RoomId, message: MessageId) -> Result<Shown, Refusal> {
        let (state, ..) = self.visible(reader, room)?;
        Ok(self.shown_to(reader, state, self.live_message(room, message)?))
    }

    /// Returns a room that this reader may see.
    pub(crate) fn visible(&self, reader: UserId, room: RoomId) -> Result<(&RoomState, &Room, &Slot), Refusal> {
        let (state, row) = self.state(room)?;
        let slot = self.member(room, reader).ok_or(Refusal::NotMember)?;
        Ok((state, row, slot))
    }

    /// Returns a message with what became of it, under its sender's present name.
    pub(super) fn shown(&self, state: &RoomState, message: &Arc<Message>) -> Shown {
        let mut reception = self.reception(state, message);
        let last_reply = self.replies(message.room, message.id).last().and_then(|reply| state.message(*reply));
        reception.last_reply_at = last_reply.map(|reply| reply.created_at);
        Shown { message: self.as_now(message), reception, mine: Vec::new() }
    }

    /// Returns the same with the reader's own reactions.
    pub(super) fn shown_to(&self, reader: UserId, state: &RoomState, message: &Arc<Message>) -> Shown {
        Shown { mine: state.reactions_of(message.id, reader), ..self.shown(state, message) }
    }

    /// Returns the newest message of a room that is not deleted.
    pub(super) fn last_alive<'a>(&self, state: &'a RoomState) -> Option<&'a Arc<Message>> {
        state.messages().iter().rev().find(|message| message.deleted.is_none())
    }
}

/// Returns a page of these messages, and the range of indices that it has.
fn cut(all: &[Arc<Message>], page: Page, limit: usize) -> (Vec<&Arc<Message>>, usize, usize) {
    match page {
        Page::Newest | Page::Pinned => newest(all, all.len(), limit),
        Page::Before(id) => newest(all, all.partition_point(|message| message.id < id), limit),
        Page::After(id) => oldest(all, all.partition_point(|message| Some(message.id) <= id), limit),
    }
}

/// Returns the newest `limit` of the first `end` messages, oldest first, and the range of indices that they have.
fn newest(all: &[Arc<Message>], end: usize, limit: usize) -> (Vec<&Arc<Message>>, usize, usize) {
    let places = all[..end].iter().enumerate().rev();
    let mut found: Vec<_> = places.filter(|(_, message)| message.deleted.is_none()).take(limit).collect();
    found.reverse();
    let from = found.first().map_or(end, |&(at, _)| at);
    (found.into_iter().map(|(_, message)| message).collect(), from, end)
}

/// Returns the oldest `limit` messages from `start` on, and the range of indices that they have.
fn oldest(all: &[Arc<Message>], start: usize, limit: usize) -> (Vec<&Arc<Message>>, usize, usize) {
    let places = all.iter().enumerate().skip(start);
    let found: Vec<_> = places.filter(|(_, message)| message.deleted.is_none()).take(limit).collect();
    let upto = found.last().map_or(start, |&(at, _)| at + 1);
    (found.into_iter().map(|(_, message)| message).collect(), start, upto)
}

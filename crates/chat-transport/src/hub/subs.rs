//! The sockets that joined a room, and whose turn it is to be told.

use std::sync::Arc;

use chat_domain::{Event, Head, MessageId};
use chat_protocol::Shape;

use super::encode::ShapeNumber;
use crate::connection::socket::Socket;

/// The sockets that joined a room. They are asked in rounds, so that those at the end of a big room hear as much as those at
/// its beginning, however fast news come.
#[derive(Default)]
pub(super) struct Subs {
    list: Vec<Sub>,
    /// Who is next in the list.
    turn: usize,
    /// How many more are to be asked in this round whether there is news for them.
    due: usize,
}

/// A socket that joined a room.
pub(super) struct Sub {
    pub(super) socket: Arc<Socket>,
    pub(super) shape: Shape,
    /// The encoder's number of that shape.
    pub(super) number: ShapeNumber,
    /// Whether it is not told anything yet: its place is kept while it is asked whether its user may be here.
    pub(super) silent: bool,
    /// The `seq` at which the room stood when the journal said that its user is in it.
    pub(super) since: u64,
    /// The number of the next event that it has not heard.
    pub(super) next: u64,
    /// Where it stood when it had heard everything before that.
    pub(super) heard: Head,
    /// It read further in the journal than the hub has told: events up to there are not for it.
    pub(super) ahead: Option<Head>,
    pub(super) newest: Option<MessageId>,
}

impl Subs {
    /// Takes one in.
    pub(super) fn add(&mut self, sub: Sub) {
        self.list.push(sub);
        self.begin_again();
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, socket: u64) -> Option<Sub> {
        let at = self.list.iter().position(|sub| sub.socket.id == socket)?;
        let sub = self.list.swap_remove(at);
        self.begin_again();
        Some(sub)
    }

    /// Takes those out of which this is so.
    pub(super) fn extract(&mut self, such: impl Fn(&Sub) -> bool) -> Vec<Sub> {
        let out: Vec<Sub> = self.list.extract_if(.., |sub| such(sub)).collect();
        if !out.is_empty() {
            self.begin_again();
        }
        out
    }

    /// Takes all out.
    pub(super) fn take(&mut self) -> Vec<Sub> {
        std::mem::take(self).list
    }

    /// The one of this socket.
    pub(super) fn find(&mut self, socket: u64) -> Option<&mut Sub> {
        self.list.iter_mut().find(|sub| sub.socket.id == socket)
    }

    /// Begins a round: everybody is to be asked.
    pub(super) fn begin_round(&mut self) {
        self.due = self.list.len();
    }

    /// Whose turn it is, as long as somebody has not been asked in this round.
    pub(super) fn next_due(&mut self) -> Option<&mut Sub> {
        self.due = self.due.checked_sub(1)?;
        let turn = if self.turn < self.list.len() { self.turn } else { 0 };
        self.turn = turn + 1;
        self.list.get_mut(turn)
    }

    /// How many have not been asked in this round.
    pub(super) fn due(&self) -> usize {
        self.due
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Sub> {
        self.list.iter()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In a list that has changed, whoever was not asked yet may be anywhere.
    fn begin_again(&mut self) {
        if self.due > 0 {
            self.due = self.list.len();
        }
    }
}

impl Sub {
    /// Whether this event is not for it, because it has read it in the journal.
    pub(super) fn has_read(&self, event: &Event) -> bool {
        self.ahead.is_some_and(|ahead| match event.change.is_durable() {
            true => event.head.seq <= ahead.seq,
            false => event.head.moves <= ahead.moves,
        })
    }
}

//! The sockets that joined a room, and whose turn it is.

use std::sync::Arc;

use chat_domain::{Event, Head, MessageId};
use chat_protocol::Shape;

use super::encode::ShapeNumber;
use crate::connection::socket::Socket;

/// The sockets that joined a room. They are asked in rounds, so that those at the end of a big room hear as much as those at its
/// beginning, however fast news come.
#[derive(Default)]
pub(super) struct Subs {
    list: Vec<Sub>,
    /// The index of the next one to ask.
    turn: usize,
    /// How many have not been asked in this round.
    due: usize,
}

/// A subscription: a socket that joined a room.
pub(super) struct Sub {
    pub(super) socket: Arc<Socket>,
    pub(super) shape: Shape,
    /// The encoder's number for that shape.
    pub(super) number: ShapeNumber,
    /// Whether it must not be told anything yet: its place is kept while its membership is checked.
    pub(super) silent: bool,
    /// The `seq` at which the journal last said that its user is a member.
    pub(super) since: u64,
    /// The number of the first event that it has not heard.
    pub(super) next: u64,
    /// The head up to which it has heard everything.
    pub(super) heard: Head,
    /// The head up to which it has read the journal, if further than the hub has told. Events up to there are left out for it.
    pub(super) ahead: Option<Head>,
    pub(super) newest: Option<MessageId>,
}

impl Subs {
    /// Adds a subscription.
    pub(super) fn add(&mut self, sub: Sub) {
        self.list.push(sub);
        self.begin_again();
    }

    /// Takes out a socket's subscription.
    pub(super) fn remove(&mut self, socket: u64) -> Option<Sub> {
        let at = self.list.iter().position(|sub| sub.socket.id == socket)?;
        let sub = self.list.swap_remove(at);
        self.begin_again();
        Some(sub)
    }

    /// Takes out all for which `such` is true.
    pub(super) fn extract(&mut self, such: impl Fn(&Sub) -> bool) -> Vec<Sub> {
        let out: Vec<Sub> = self.list.extract_if(.., |sub| such(sub)).collect();
        if !out.is_empty() {
            self.begin_again();
        }
        out
    }

    /// Takes out all.
    pub(super) fn take(&mut self) -> Vec<Sub> {
        std::mem::take(self).list
    }

    /// Returns a socket's subscription.
    pub(super) fn find(&mut self, socket: u64) -> Option<&mut Sub> {
        self.list.iter_mut().find(|sub| sub.socket.id == socket)
    }

    /// Begins a round, in which each is asked once.
    pub(super) fn begin_round(&mut self) {
        self.due = self.list.len();
    }

    /// Returns the next one to ask in this round.
    pub(super) fn next_due(&mut self) -> Option<&mut Sub> {
        self.due = self.due.checked_sub(1)?;
        let turn = if self.turn < self.list.len() { self.turn } else { 0 };
        self.turn = turn + 1;
        self.list.get_mut(turn)
    }

    /// Returns how many have not been asked in this round.
    pub(super) fn due(&self) -> usize {
        self.due
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Sub> {
        self.list.iter()
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Begins the round anew after a removal, since the ones that were not asked yet may have moved anywhere.
    fn begin_again(&mut self) {
        if self.due > 0 {
            self.due = self.list.len();
        }
    }
}

impl Sub {
    /// Tells whether it has read this event in the journal already.
    pub(super) fn has_read(&self, event: &Event) -> bool {
        self.ahead.is_some_and(|ahead| match event.change.is_durable() {
            true => event.head.seq <= ahead.seq,
            false => event.head.moves <= ahead.moves,
        })
    }
}

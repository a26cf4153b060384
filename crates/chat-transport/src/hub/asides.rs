//! Asides: news that are worthless later (typing and presence). They are told beside the events of rooms and in chunks, so that
//! many listeners do not delay others.

use std::collections::VecDeque;
use std::sync::Arc;

use chat_domain::{RoomId, UserId};
use chat_protocol::{News, Shape, Typing};

use super::encode::{Encoded, Encoder, Viewer};
use crate::connection::socket::Socket;

/// The asides that wait, oldest first.
#[derive(Default)]
pub(super) struct Asides(VecDeque<Aside>);

/// A piece of news, and the sockets that are still to hear it.
pub(super) struct Aside {
    news: News,
    listeners: Vec<Listener>,
    encoded: Encoded,
}

/// A socket that is to hear an aside.
pub(super) struct Listener {
    pub(super) socket: Arc<Socket>,
    pub(super) shape: Shape,
}

impl Aside {
    /// Makes an aside for these listeners.
    pub(super) fn new(news: News, listeners: Vec<Listener>) -> Aside {
        Aside { news, listeners, encoded: Encoded::default() }
    }

    /// Tells it to all of its listeners.
    pub(super) fn tell(mut self, encoder: &mut Encoder, epoch: u64) {
        for listener in std::mem::take(&mut self.listeners) {
            self.tell_one(encoder, &listener, epoch);
        }
    }

    fn tell_one(&mut self, encoder: &mut Encoder, Listener { socket, shape }: &Listener, epoch: u64) {
        // A presence frame may name the room of the socket that gets it, so each may need another one.
        if let News::Presence(presence) = &mut self.news
            && presence.room != socket.endpoint.room
        {
            self.encoded.clear();
            presence.room = socket.endpoint.room;
        }
        let viewer = Viewer { user: socket.user(), shape: *shape, framing: socket.line.framing(), epoch };
        let Some(payload) = encoder.news(&mut self.encoded, &self.news, &viewer) else { return };
        match &self.news {
            // The end of typing is not droppable: whoever is slow may have been told of its beginning before the queue grew.
            News::Typing(sign) if !sign.is_typing => drop(socket.line.offer_payload(payload, None)),
            _ => socket.line.offer_droppable(payload),
        }
    }

    /// Splits off as many listeners as the budget allows.
    fn split(&mut self, budget: usize) -> Aside {
        let told = self.listeners.len().min(budget);
        Aside::new(self.news.clone(), self.listeners.drain(..told).collect())
    }
}

impl Asides {
    /// Tells whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a chunk of what waits, to be told now.
    pub(super) fn take_some(&mut self) -> Vec<Aside> {
        let (mut budget, mut taken) = (CHUNK, Vec::new());
        while budget > 0
            && let Some(mut aside) = self.0.pop_front()
        {
            let some = aside.split(budget);
            budget -= some.listeners.len();
            taken.push(some);
            if !aside.listeners.is_empty() {
                self.0.push_front(aside);
            }
        }
        taken
    }

    /// Forgets typing in a room for a socket that has left it.
    pub(super) fn forget(&mut self, socket: u64, room: RoomId) {
        self.take_from(socket, |sign| sign.room == room);
    }

    /// Forgets beginnings of typing in a room for a socket. Ends are still told.
    pub(super) fn forget_beginnings(&mut self, socket: u64, room: RoomId) {
        self.take_from(socket, |sign| sign.room == room && sign.is_typing);
    }

    fn take_from(&mut self, socket: u64, such: impl Fn(&Typing) -> bool) {
        let there = |news: &News| matches!(news, News::Typing(sign) if such(sign));
        for aside in self.0.iter_mut().filter(|aside| there(&aside.news)) {
            aside.listeners.retain(|listener| listener.socket.id != socket);
        }
    }

    /// Adds an aside. An older sign of the same person that waits is replaced by it.
    pub(super) fn add(&mut self, aside: Aside) {
        self.0.retain(|waiting| subject(&waiting.news) != subject(&aside.news));
        self.0.push_back(aside);
        // When too much waits, typing is dropped. Presence is kept: there is at most one aside of each person.
        if self.0.len() > MOST
            && let Some(oldest) = self.0.iter().position(|waiting| matches!(waiting.news, News::Typing(_)))
        {
            self.0.remove(oldest);
        }
    }
}

/// Returns whom an aside is about, and in which room if that matters. An aside replaces an older one with the same subject.
fn subject(news: &News) -> Option<(UserId, Option<RoomId>)> {
    match news {
        News::Typing(sign) => Some((sign.person.id(), Some(sign.room))),
        News::Presence(presence) => Some((presence.person.id(), None)),
        _ => None,
    }
}

/// How many listeners are told in one go, before other tasks get their turn.
const CHUNK: usize = 256;
/// How many asides may wait before signs of typing are dropped.
const MOST: usize = 256;

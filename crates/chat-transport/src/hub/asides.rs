//! What is worth nothing later, typing and presence, told beside the news of rooms: in chunks, so that those who have many
//! listeners do not sit on everybody's turn.

use std::collections::VecDeque;
use std::sync::Arc;

use chat_domain::{RoomId, UserId};
use chat_protocol::{News, Shape, Typing};

use super::encode::{Encoded, Encoder, Viewer};
use crate::connection::socket::Socket;

/// What is still to be told, in its order.
#[derive(Default)]
pub(super) struct Asides(VecDeque<Aside>);

/// Something to tell, and who is still to hear it.
pub(super) struct Aside {
    news: News,
    listeners: Vec<Listener>,
    encoded: Encoded,
}

/// A socket that is to hear of it.
pub(super) struct Listener {
    pub(super) socket: Arc<Socket>,
    pub(super) shape: Shape,
}

impl Aside {
    /// This, for these.
    pub(super) fn new(news: News, listeners: Vec<Listener>) -> Aside {
        Aside { news, listeners, encoded: Encoded::default() }
    }

    /// Tells it to those who are to hear it.
    pub(super) fn tell(mut self, encoder: &mut Encoder, epoch: u64) {
        for listener in std::mem::take(&mut self.listeners) {
            self.tell_one(encoder, &listener, epoch);
        }
    }

    fn tell_one(&mut self, encoder: &mut Encoder, Listener { socket, shape }: &Listener, epoch: u64) {
        // A frame about somebody's presence may name the room of its socket.
        if let News::Presence(presence) = &mut self.news
            && presence.room != socket.endpoint.room
        {
            self.encoded.clear();
            presence.room = socket.endpoint.room;
        }
        let viewer = Viewer { user: socket.user(), shape: *shape, framing: socket.line.framing(), epoch };
        let Some(payload) = encoder.news(&mut self.encoded, &self.news, &viewer) else { return };
        match &self.news {
            // Whoever does not read has perhaps been told before its queue grew that somebody types.
            News::Typing(sign) if !sign.is_typing => drop(socket.line.offer_payload(payload, None)),
            _ => socket.line.offer_droppable(payload),
        }
    }

    /// Takes as many of the listeners as the budget allows.
    fn split(&mut self, budget: usize) -> Aside {
        let told = self.listeners.len().min(budget);
        Aside::new(self.news.clone(), self.listeners.drain(..told).collect())
    }
}

impl Asides {
    /// Whether somebody is still to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A chunk of what waits, to be told now.
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

    /// A socket has left a room: it hears nobody typing there any more.
    pub(super) fn forget(&mut self, socket: u64, room: RoomId) {
        self.take_from(socket, |sign| sign.room == room);
    }

    /// A socket is not told any more that somebody begins to type in a room; that somebody has stopped it still is.
    pub(super) fn forget_beginnings(&mut self, socket: u64, room: RoomId) {
        self.take_from(socket, |sign| sign.room == room && sign.is_typing);
    }

    fn take_from(&mut self, socket: u64, such: impl Fn(&Typing) -> bool) {
        let there = |news: &News| matches!(news, News::Typing(sign) if such(sign));
        for aside in self.0.iter_mut().filter(|aside| there(&aside.news)) {
            aside.listeners.retain(|listener| listener.socket.id != socket);
        }
    }

    /// One more. The newest sign of somebody says it all: an older one that waits is not told any more.
    pub(super) fn add(&mut self, aside: Aside) {
        self.0.retain(|waiting| subject(&waiting.news) != subject(&aside.news));
        self.0.push_back(aside);
        // Who types is worth least. (Who is here waits however long it takes: there is one at most of everybody.)
        if self.0.len() > MOST
            && let Some(oldest) = self.0.iter().position(|waiting| matches!(waiting.news, News::Typing(_)))
        {
            self.0.remove(oldest);
        }
    }
}

/// Whom an aside is about, and where if that matters.
fn subject(news: &News) -> Option<(UserId, Option<RoomId>)> {
    match news {
        News::Typing(sign) => Some((sign.person.id(), Some(sign.room))),
        News::Presence(presence) => Some((presence.person.id(), None)),
        _ => None,
    }
}

/// Listeners told in one go, before others get their turn.
const CHUNK: usize = 256;
/// Asides that may wait before signs of typing are let go.
const MOST: usize = 256;

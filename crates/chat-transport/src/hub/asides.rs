//! What is worth nothing later, typing and presence, told beside the news of rooms: in chunks, so that those who have many
//! listeners do not sit on everybody's turn.

use std::collections::VecDeque;
use std::sync::Arc;

use chat_domain::{RoomId, UserId};
use chat_protocol::{News, Shape};

use super::Hub;
use super::state::State;
use crate::connection::socket::Socket;

/// What is still to be told, in its order.
#[derive(Default)]
pub(super) struct Asides(VecDeque<Aside>);

struct Aside {
    news: News,
    listeners: Vec<Listener>,
}

/// A socket that is to hear of it.
pub(super) struct Listener {
    pub(super) socket: Arc<Socket>,
    pub(super) shape: Shape,
}

impl Asides {
    /// Whether somebody is still to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The newest sign of somebody says it all: an older one that waits is not told any more.
    fn replace(&mut self, aside: Aside) {
        self.0.retain(|waiting| subject(&waiting.news) != subject(&aside.news));
        self.0.push_back(aside);
        // Who types is worth least. (Who is here waits however long it takes: there is one at most of everybody.)
        if self.0.len() > MOST
            && let Some(oldest) = self.0.iter().position(|waiting| matches!(waiting.news, News::Typing(_)))
        {
            self.0.remove(oldest);
        }
    }

    /// A socket has left a room: it hears nobody typing there any more.
    pub(super) fn forget(&mut self, socket: u64, room: RoomId) {
        let there = |news: &News| matches!(news, News::Typing(sign) if sign.room == room);
        for aside in self.0.iter_mut().filter(|aside| there(&aside.news)) {
            aside.listeners.retain(|listener| listener.socket.id != socket);
        }
    }
}

impl Hub {
    /// Changes the state by what may be worth an aside.
    pub(super) fn stir(&self, act: impl FnOnce(&mut State)) {
        let mut state = self.state();
        act(&mut state);
        if !state.asides.is_empty() {
            self.0.bell.notify_one();
        }
    }
}

impl State {
    /// Tells this: at once to as many as have their turn, to the others in the turns that follow.
    pub(super) fn tell_aside(&mut self, news: News, listeners: Vec<Listener>) {
        let waits = !self.asides.is_empty();
        self.asides.replace(Aside { news, listeners });
        if !waits {
            self.tell_some_asides();
        }
    }

    /// Tells a chunk of what waits.
    pub(super) fn tell_some_asides(&mut self) {
        let mut budget = CHUNK;
        while budget > 0
            && let Some(mut aside) = self.asides.0.pop_front()
        {
            self.encoder.next_room();
            let told = aside.listeners.len().min(budget);
            budget -= told;
            for listener in aside.listeners.drain(..told) {
                self.tell_listener(&mut aside.news, &listener);
            }
            if !aside.listeners.is_empty() {
                self.asides.0.push_front(aside);
            }
        }
    }

    fn tell_listener(&mut self, news: &mut News, Listener { socket, shape }: &Listener) {
        // A frame about somebody's presence may name the room of its socket.
        if let News::Presence(presence) = news
            && presence.room != socket.endpoint.room
        {
            self.encoder.next_room();
            presence.room = socket.endpoint.room;
        }
        let line = &socket.line;
        let payload = self.encoder.news(news, *shape, line.framing(), socket.user(), self.epoch);
        payload.into_iter().for_each(|payload| line.offer_droppable(payload));
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

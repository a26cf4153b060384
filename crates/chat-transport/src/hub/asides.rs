//! What is worth nothing later, typing and presence, told beside the news of rooms: in chunks, so that those who have many
//! listeners do not sit on everybody's turn.

use std::collections::VecDeque;
use std::sync::Arc;

use chat_domain::RoomId;
use chat_protocol::{News, Shape};

use super::Hub;
use super::state::State;
use crate::session::socket::Socket;

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
        self.asides.0.push_back(Aside { news, listeners });
        // When they come faster than they can be told, whoever makes them waits until they are.
        match (waits, self.asides.0.len() > MOST) {
            (_, true) => self.tell_asides(usize::MAX),
            (false, _) => self.tell_asides(CHUNK),
            (true, _) => {}
        }
    }

    /// Tells a chunk of what waits.
    pub(super) fn tell_some_asides(&mut self) {
        self.tell_asides(CHUNK);
    }

    fn tell_asides(&mut self, mut budget: usize) {
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
            && presence.room != socket.place.room
        {
            self.encoder.next_room();
            presence.room = socket.place.room;
        }
        let line = &socket.line;
        let payload = self.encoder.news(news, *shape, line.framing(), socket.user(), self.epoch);
        payload.into_iter().for_each(|payload| line.offer_droppable(payload));
    }
}

/// Listeners told in one go, before others get their turn.
const CHUNK: usize = 256;
/// Asides that may wait.
const MOST: usize = 256;

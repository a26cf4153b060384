//! Typing: passed on to everybody else in the room, and ended when its author falls silent.

use std::collections::HashMap;
use std::sync::Arc;

use chat_domain::typing::{self, Typed, TypingSign};
use chat_domain::{Person, RoomId, Time, UserId};
use chat_protocol::{News, Typing};

use super::asides::Listener;
use super::state::State;
use crate::connection::socket::Socket;

/// Who is typing where.
#[derive(Default)]
pub(super) struct Typists {
    typing: typing::Typing,
    people: HashMap<(RoomId, UserId), Signs>,
}

/// Who somebody typing is, and the socket that last said so.
struct Signs {
    person: Arc<Person>,
    socket: Option<u64>,
}

impl State {
    /// A sign that somebody types or has stopped.
    pub(super) fn sign(&mut self, room: RoomId, person: &Arc<Person>, socket: Option<u64>, is_typing: bool, now: Time) {
        let user = person.id();
        if !is_typing {
            return self.stop_typing(room, user, now);
        }
        let signs = Signs { person: person.clone(), socket };
        self.typists.people.insert((room, user), signs);
        self.handle_typing(TypingSign::Types { room, user }, now);
    }

    /// Somebody's typing has ended, by their own word, by a message or by leaving.
    pub(super) fn stop_typing(&mut self, room: RoomId, user: UserId, now: Time) {
        if self.typists.typing.is_typing(room, user) {
            self.handle_typing(TypingSign::Stops { room, user }, now);
        }
    }

    /// Ends the typing in a room that a socket began.
    pub(super) fn typing_left(&mut self, socket: &Socket, room: RoomId, now: Time) {
        let user = socket.user();
        if self.typists.people.get(&(room, user)).is_some_and(|signs| signs.socket == Some(socket.id)) {
            self.stop_typing(room, user, now);
        }
    }

    /// Ends all typing that a socket began, and with its user's last socket what they said over HTTP.
    pub(super) fn typing_socket_gone(&mut self, socket: &Socket, was_last: bool, now: Time) {
        let of_user = |user: UserId, signs: &Signs| was_last && signs.socket.is_none() && user == socket.user();
        let began = |(key, signs): (&(RoomId, UserId), &Signs)| {
            (signs.socket == Some(socket.id) || of_user(key.1, signs)).then_some(*key)
        };
        let ended: Vec<_> = self.typists.people.iter().filter_map(began).collect();
        ended.into_iter().for_each(|(room, user)| self.stop_typing(room, user, now));
    }

    /// Ends what has been silent for too long.
    pub(super) fn end_typing(&mut self, now: Time) {
        if self.typists.typing.deadline().is_some_and(|deadline| deadline <= now) {
            self.handle_typing(TypingSign::Tick, now);
        }
    }

    fn handle_typing(&mut self, sign: TypingSign, now: Time) {
        for Typed { room, user, typing } in self.typists.typing.handle(now, sign) {
            let known = match typing {
                true => self.typists.people.get(&(room, user)).map(|signs| signs.person.clone()),
                false => self.typists.people.remove(&(room, user)).map(|signs| signs.person),
            };
            known.into_iter().for_each(|person| self.pass_on(room, person, typing, now));
        }
    }

    fn pass_on(&mut self, id: RoomId, person: Arc<Person>, is_typing: bool, now: Time) {
        let Some(room) = self.rooms.get(&id) else { return };
        let author = person.id();
        let others = room.subs.iter().filter(|sub| sub.socket.user() != author);
        let listeners = others.map(|sub| Listener { socket: sub.socket.clone(), shape: sub.shape }).collect();
        self.tell_aside(News::Typing(Typing { room: id, person, is_typing, at: now }), listeners);
    }
}

//! Typing: it is passed on to everybody else in the room, and ends when its author falls silent.

use std::sync::Arc;

use chat_domain::typing::{self, TypingSign};
use chat_domain::{Person, RoomId, Time, UserId};
use chat_protocol::Typing;

use super::map::Map;
use crate::connection::socket::Socket;
use crate::mistakes::planted;

/// Who is typing where. Each call returns what the others must hear.
#[derive(Default)]
pub(super) struct Typists {
    typing: typing::Typing,
    pub(super) people: Map<(RoomId, UserId), Signs>,
}

/// The person who is typing, and the socket that last said so.
pub(super) struct Signs {
    pub(super) person: Arc<Person>,
    socket: Option<u64>,
}

impl Typists {
    /// Takes in a sign that somebody types or has stopped. `socket` is the one whose going away ends it.
    pub(super) fn sign(
        &mut self,
        room: RoomId,
        person: &Arc<Person>,
        socket: Option<u64>,
        is_typing: bool,
        now: Time,
    ) -> Vec<Typing> {
        let user = person.id();
        if !is_typing {
            return self.stop(room, user, now);
        }
        let signs = Signs { person: person.clone(), socket };
        self.people.insert((room, user), signs);
        self.handle(TypingSign::Types { room, user }, now)
    }

    /// Ends somebody's typing in a room: by their own word, by a message, or because they left.
    pub(super) fn stop(&mut self, room: RoomId, user: UserId, now: Time) -> Vec<Typing> {
        match self.typing.is_typing(room, user) {
            true => self.handle(TypingSign::Stops { room, user }, now),
            false => Vec::new(),
        }
    }

    /// Returns what a listener must hear who will not hear the end of the typing in a room.
    pub(super) fn ended_for_some(&self, room: RoomId, now: Time) -> Vec<Typing> {
        let there = self.people.iter().filter(|((of, _), _)| *of == room);
        there.map(|(_, signs)| Typing { room, person: signs.person.clone(), is_typing: false, at: now }).collect()
    }

    /// Ends what a socket was typing in a room that it has left.
    pub(super) fn left(&mut self, socket: &Socket, room: RoomId, now: Time) -> Vec<Typing> {
        let user = socket.user();
        match self.people.get(&(room, user)).is_some_and(|signs| signs.socket == Some(socket.id)) {
            true => self.stop(room, user, now),
            false => Vec::new(),
        }
    }

    /// Ends everything that a socket was typing; with its user's last socket also what came over HTTP.
    pub(super) fn gone(&mut self, socket: &Socket, was_last: bool, now: Time) -> Vec<Typing> {
        let of_user = |user: UserId, signs: &Signs| was_last && signs.socket.is_none() && user == socket.user();
        let began = |(key, signs): (&(RoomId, UserId), &Signs)| {
            (signs.socket == Some(socket.id) || of_user(key.1, signs)).then_some(*key)
        };
        let ended: Vec<_> = self.people.iter().filter_map(began).collect();
        ended.into_iter().flat_map(|(room, user)| self.stop(room, user, now)).collect()
    }

    /// Ends typing whose author has been silent for too long. After the clock was set back, it also ends what would otherwise
    /// last longer than any typing can.
    pub(super) fn tick(&mut self, now: Time) -> Vec<Typing> {
        let is_due = |deadline| deadline <= now || deadline > now.after(typing::TYPING_ENDS);
        match self.typing.deadline().is_some_and(|deadline| is_due(deadline) && !planted!(Types)) {
            true => self.handle(TypingSign::Tick, now),
            false => Vec::new(),
        }
    }

    fn handle(&mut self, sign: TypingSign, now: Time) -> Vec<Typing> {
        let typed = self.typing.handle(now, sign).into_iter();
        let known = typed.filter_map(|typed| {
            let key = (typed.room, typed.user);
            let person = match typed.typing {
                true => self.people.get(&key).map(|signs| signs.person.clone()),
                false => self.people.remove(&key).map(|signs| signs.person),
            };
            Some(Typing { room: typed.room, person: person?, is_typing: typed.typing, at: now })
        });
        known.collect()
    }
}

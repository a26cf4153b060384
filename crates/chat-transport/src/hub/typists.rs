//! Typing: passed on to everybody else in the room, and ended when its author falls silent.

use std::sync::Arc;

use chat_domain::typing::{self, TypingSign};
use chat_domain::{Person, RoomId, Time, UserId};
use chat_protocol::Typing;

use super::map::Map;
use crate::connection::socket::Socket;
use crate::mistakes::planted;

/// Who is typing where. What the others are to hear comes out of every call.
#[derive(Default)]
pub(super) struct Typists {
    typing: typing::Typing,
    pub(super) people: Map<(RoomId, UserId), Signs>,
}

/// Who somebody typing is, and the socket that last said so.
pub(super) struct Signs {
    pub(super) person: Arc<Person>,
    socket: Option<u64>,
}

impl Typists {
    /// A sign that somebody types or has stopped; `socket` is the one that ends it by going away.
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

    /// Somebody's typing has ended, by their own word, by a message or by leaving.
    pub(super) fn stop(&mut self, room: RoomId, user: UserId, now: Time) -> Vec<Typing> {
        match self.typing.is_typing(room, user) {
            true => self.handle(TypingSign::Stops { room, user }, now),
            false => Vec::new(),
        }
    }

    /// What somebody is told who will not hear the end of the typing in a room.
    pub(super) fn ended_for_some(&self, room: RoomId, now: Time) -> Vec<Typing> {
        let there = self.people.iter().filter(|((of, _), _)| *of == room);
        there.map(|(_, signs)| Typing { room, person: signs.person.clone(), is_typing: false, at: now }).collect()
    }

    /// A socket has left a room: what it was typing there has ended.
    pub(super) fn left(&mut self, socket: &Socket, room: RoomId, now: Time) -> Vec<Typing> {
        let user = socket.user();
        match self.people.get(&(room, user)).is_some_and(|signs| signs.socket == Some(socket.id)) {
            true => self.stop(room, user, now),
            false => Vec::new(),
        }
    }

    /// A socket is gone: all typing that it began has ended, and with its user's last socket what they said over HTTP.
    pub(super) fn gone(&mut self, socket: &Socket, was_last: bool, now: Time) -> Vec<Typing> {
        let of_user = |user: UserId, signs: &Signs| was_last && signs.socket.is_none() && user == socket.user();
        let began = |(key, signs): (&(RoomId, UserId), &Signs)| {
            (signs.socket == Some(socket.id) || of_user(key.1, signs)).then_some(*key)
        };
        let ended: Vec<_> = self.people.iter().filter_map(began).collect();
        ended.into_iter().flat_map(|(room, user)| self.stop(room, user, now)).collect()
    }

    /// Ends what has been silent for too long; also what would end later than anything can, after the clock was set back.
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

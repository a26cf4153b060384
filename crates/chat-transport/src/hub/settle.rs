//! What the journal has settled: answers to those who asked, events to their rooms.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chat_domain::{
    Change, Event, Failure, Head, Origin, Outcome, Person, RoomKind, Settled, Sink, Time, UserId,
    view::{Match, Membership},
};
use chat_protocol::{News, Trouble, reply};

use super::Hub;
use super::room::Room;
use super::state::State;
use crate::carry::outbox::Close;
use crate::connection::closes;
use crate::connection::socket::{Ordered, Socket};

impl Sink for Hub {
    fn settled(&self, answers: Vec<Settled>) {
        self.0.inbox.lock().unwrap_or_else(PoisonError::into_inner).extend(answers);
        self.0.bell.notify_one();
    }

    fn took(&self, span: Duration) {
        self.0.metrics.stored(span);
    }
}

impl State {
    /// Takes in what was settled, in its order.
    pub(super) fn settle(&mut self, answers: Vec<Settled>, now: Time) {
        for Settled { origin, result } in answers {
            if let Ok(Outcome::Happened(event)) = &result {
                self.publish(event, now);
            }
            if let Some(origin) = origin {
                self.answer(origin, &result, now);
            }
        }
    }

    /// Keeps the answers whose turn it is for the socket that asked, for the end of the turn.
    fn answer(&mut self, origin: Origin, result: &Result<Outcome, Failure>, now: Time) {
        let Some(socket) = self.people.socket(origin.socket) else { return };
        let entrance = socket.endpoint.entrance;
        socket.settle(origin.tag, result);
        while let Some(Ordered { at, context, result: Some(result), .. }) = socket.next_settled() {
            self.metrics.answered(entrance, context.verb, result.is_ok());
            self.metrics.settled(entrance, at, now);
            let frames = self.answers.entry(socket.id).or_default();
            match result {
                Ok(outcome) => reply::settled(socket.endpoint, &context, &outcome, now, frames),
                Err(failure) => {
                    let trouble = Trouble::from(failure);
                    self.metrics.refused(entrance, trouble.code());
                    reply::refused(socket.endpoint, &context, &trouble, now, frames);
                }
            }
        }
    }

    /// Takes an event in: it will be told in its turn.
    fn publish(&mut self, event: &Arc<Event>, now: Time) {
        let room = self.rooms.entry(event.room).or_insert_with(|| {
            let mut before = event.head;
            match event.change.is_durable() {
                true => before.seq = before.seq.saturating_sub(1),
                false => before.moves = before.moves.saturating_sub(1),
            }
            Room::new(event.members, before, now)
        });
        room.touched = now;
        room.members = event.members;
        if room.log.accept(event.clone(), now) {
            self.touch(event.room);
        }
        if let Some(waiter) = self.waiters.remove(&event.room) {
            waiter.notify_waiters();
        }
        self.follow(event, now);
    }

    /// What an event means beside being told.
    fn follow(&mut self, event: &Arc<Event>, now: Time) {
        match &event.change {
            Change::Created { people, .. } => self.created(event, people, now),
            Change::Added { person } => self.added(event, person),
            Change::Removed { person, .. } => self.removed(event, person, now),
            Change::Sent { message, .. } => {
                self.stop_typing(event.room, message.sender.id(), now);
                self.lists.mark_room(event.room);
            }
            Change::Edited { .. } | Change::Deleted { .. } | Change::Renamed { .. } => self.lists.mark_room(event.room),
            Change::Read(_) => self.lists.mark(event.actor.id(), event.room),
            Change::Closed => {
                self.stop_typing(event.room, event.actor.id(), now);
                self.closed(event);
            }
            Change::Liked { .. } | Change::Unliked { .. } | Change::Delivered(_) => {}
            Change::Reacted { .. } | Change::Unreacted { .. } => {}
        }
    }

    fn created(&mut self, event: &Event, people: &[Arc<Person>], now: Time) {
        for person in people {
            self.enter(person.id(), membership(event));
            self.lists.mark(person.id(), event.room);
        }
        if event.room_kind != RoomKind::Roulette {
            return;
        }
        for person in people {
            if let Some(partner) = people.iter().find(|other| other.id() != person.id()) {
                let online = self.people.looks_online(partner.id());
                let found = Match { room: event.room, partner: partner.clone(), last_seen: Some(now) };
                self.tell(person.id(), &News::Match { found: Arc::new(found), online, at: now });
            }
        }
    }

    fn closed(&mut self, event: &Event) {
        let Some(room) = self.rooms.get(&event.room) else { return };
        let left = News::Left { room: event.room, person: event.actor.clone() };
        let staying: Vec<UserId> = room.online.iter().copied().filter(|user| *user != event.actor.id()).collect();
        staying.into_iter().for_each(|user| self.tell(user, &left));
    }

    fn added(&mut self, event: &Arc<Event>, person: &Person) {
        self.enter(person.id(), membership(event));
        self.lists.mark(person.id(), event.room);
        self.tell_unjoined(event, person.id());
    }

    fn removed(&mut self, event: &Arc<Event>, person: &Person, now: Time) {
        self.stop_typing(event.room, person.id(), now);
        self.leave(person.id(), event.room);
        self.expel(event, person.id());
    }

    /// Tells the person whom an event is about on the sockets that did not join the room.
    fn tell_unjoined(&mut self, event: &Arc<Event>, user: UserId) {
        let Some(room) = self.rooms.get(&event.room) else { return };
        let joined: Vec<u64> = room.subs.iter().map(|sub| sub.socket.id).collect();
        let news = News::Event(event.clone());
        self.tell_where(user, &news, |socket| socket.endpoint.room.is_none() && !joined.contains(&socket.id));
    }

    /// Lets a removed member's sockets hear the end, and unsubscribes them; those that live for this room alone are closed. Who
    /// has not heard everything before it hears the end alone, without a cursor, which would promise the rest.
    fn expel(&mut self, event: &Arc<Event>, user: UserId) {
        let news = News::Event(event.clone());
        for socket in self.people.sockets(user) {
            self.asides.forget(socket.id, event.room);
            let lives_for_it = socket.endpoint.room == Some(event.room);
            if !self.takes_leave(event, &socket) && (lives_for_it || socket.endpoint.room.is_none()) {
                self.tell_where(user, &news, |other| other.id == socket.id);
            }
            if lives_for_it {
                socket.line.close(Close::new(closes::FORBIDDEN, "no longer a member"));
            }
        }
    }

    /// Unsubscribes a socket once it was told everything; false if the event is not part of that.
    fn takes_leave(&mut self, event: &Event, socket: &Socket) -> bool {
        let Some(room) = self.rooms.get_mut(&event.room) else { return false };
        let is_told = room.log.head().seq >= event.head.seq;
        let Some(mut sub) = room.subs.remove(socket.id) else { return false };
        self.flush_sub(event.room, &mut sub);
        is_told
    }
}

/// What a member of the event's room knows of it.
fn membership(event: &Event) -> Membership {
    let Event { room, room_kind, members, head, .. } = event;
    let head = Head { seq: head.seq, moves: head.moves };
    Membership { room: *room, kind: *room_kind, members: *members, head }
}

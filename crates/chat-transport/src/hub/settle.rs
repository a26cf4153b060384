//! Taking in what the journal has settled: answers to those who asked, events to their rooms.

use std::sync::Arc;

use chat_domain::view::Match;
use chat_domain::{Change, Event, Outcome, Person, RoomKind, Settled, Time, UserId};
use chat_protocol::News;

use super::delivery::Follow;
use super::ending::{Ended, Ending};
use super::handle::Hub;
use super::past::Past;
use super::people::People;
use crate::connection::closes;
use crate::connection::socket::Socket;

impl Hub {
    /// Takes in what was settled for a shard. People come first. So somebody who was removed cannot join again while their
    /// sockets are being expelled, and somebody who was added is a member by the time it is told.
    pub(super) fn take_in(&self, shard: usize, now: Time) {
        let taken = self.0.inbox.take(shard);
        if taken.is_empty() {
            return;
        }
        let came = taken.came();
        let past = self.move_people(taken.settled.iter().filter_map(happened));
        let happened: Vec<_> = match &self.0.nodes {
            Some(_) => taken.settled.iter().filter_map(happened).cloned().collect(),
            None => Vec::new(),
        };
        let asking =
            self.0.sockets.find(taken.settled.iter().map(|settled| settled.origin.map(|origin| origin.socket)));
        let settled = taken.settled.into_iter().zip(asking).collect();
        let follows = self.delivery(shard).settle(settled, &past, now);
        follows.into_iter().for_each(|follow| self.follow(follow, now));
        self.tell_nodes(happened);
        self.hear(shard, taken.heard, now);
        self.0.inbox.done(shard, came);
    }

    /// Takes in the memberships that events change. Returns the events that must not be followed any more.
    pub(super) fn move_people<'a>(&self, happened: impl Iterator<Item = &'a Arc<Event>>) -> Past {
        let moving: Vec<_> = happened.filter(|event| People::are_moved_by(event)).collect();
        if moving.is_empty() {
            return Past::default();
        }
        let mut people = self.people();
        let mut past: Vec<_> = moving.iter().filter(|event| !people.follow(event)).collect();
        // Of several events about the same person, only the newest counts.
        past.extend(moving.iter().filter(|event| people.is_over(event)));
        Past(past.into_iter().map(|event| (event.room, event.head.seq)).collect())
    }

    /// Does what follows from an event beside telling it in its room.
    pub(super) fn follow(&self, follow: Follow, now: Time) {
        match follow {
            Follow::Moved { event, person, told } => self.moved(&event, &person, &told),
            Follow::Created(event) => self.created(&event, now),
            Follow::Closed(event) => self.closed(&event),
            Follow::Mentioned => self.0.owes.notify_one(),
        }
    }

    fn created(&self, event: &Event, now: Time) {
        let Change::Created { people, .. } = &event.change else { return };
        if event.room_kind != RoomKind::Roulette {
            return;
        }
        for person in people.iter() {
            if let Some(partner) = people.iter().find(|other| other.id() != person.id()) {
                let online = self.looks_online(partner.id());
                let found = Match { room: event.room, partner: partner.clone(), last_seen: Some(now) };
                self.tell(person.id(), &News::Match { found: Arc::new(found), online, at: now });
            }
        }
    }

    fn closed(&self, event: &Event) {
        match event.room_kind {
            RoomKind::Group => return self.ended(event),
            // A direct chat: its people notice when they write that it takes nothing more.
            RoomKind::Direct => return,
            RoomKind::Roulette => {}
        }
        let left = News::Left { room: event.room, person: event.actor.clone() };
        let staying: Vec<UserId> = {
            let people = self.people();
            let online = people.rooms.get(&event.room).into_iter().flat_map(|here| &here.online);
            online.copied().filter(|user| *user != event.actor.id()).collect()
        };
        staying.into_iter().for_each(|user| self.tell(user, &left));
    }

    /// Begins to tell the members of a group that has ended. Each hears only of their own removal.
    fn ended(&self, event: &Event) {
        let people = self.people().end(event.room, event.head.seq);
        let mut delivery = self.delivery_of(event.room);
        let subs = delivery.rooms.get_mut(&event.room).map(|room| room.subs.take()).unwrap_or_default();
        delivery.endings.push_back(Ending::new(event, subs, people));
        drop(delivery);
        self.0.inbox.bell(self.0.inbox.lane(event.room)).notify_one();
    }

    /// Tells some more members of groups that have ended. Returns whether there are others.
    pub(super) fn tell_some_ends(&self, shard: usize) -> bool {
        let ended = self.delivery(shard).end_some();
        let Some(Ended { event, people, more }) = ended else { return false };
        for person in people {
            let change = Change::Removed { person: person.clone(), heir: None };
            self.moved(&Arc::new(Event { change, ..event.clone() }), &person, &[]);
        }
        more
    }

    /// Tells somebody who came into a room or had to leave it, on those of their sockets that have not heard it in the room. It
    /// is told alone and without a cursor, which would promise all events before it. Sockets that were opened for this room alone
    /// are closed after a removal.
    fn moved(&self, event: &Arc<Event>, person: &Person, told: &[u64]) {
        let news = News::Event(event.clone());
        let is_removed = matches!(event.change, Change::Removed { .. });
        let lives_for_it = |socket: &Socket| socket.lived_for(event.room, event.head.seq);
        let hears = |socket: &Socket| socket.endpoint.room.is_none() || is_removed && lives_for_it(socket);
        if is_removed && self.people().is_back(person.id(), event) {
            // They were let in again, and will hear that.
            return;
        }
        self.tell_where(person.id(), &news, |socket| hears(socket) && !told.contains(&socket.id));
        if is_removed {
            let sockets = self.people().sockets(person.id());
            let ending = sockets.iter().filter(|socket| lives_for_it(socket));
            ending.for_each(|socket| socket.line.close(closes::REMOVED));
        }
    }
}

/// Returns the event of an order, if it had one.
pub(super) fn happened(settled: &Settled) -> Option<&Arc<Event>> {
    match &settled.result {
        Ok(Outcome::Happened(event)) => Some(event),
        _ => None,
    }
}

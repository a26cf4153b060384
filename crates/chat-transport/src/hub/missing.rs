//! Reading missed events from the journal: once for a room, however many sockets listen to it.

use std::sync::Arc;

use chat_domain::view::Replayed;
use chat_domain::{Event, Failure, Head, RoomId, Time};
use chat_protocol::News;
use futures_util::StreamExt;
use futures_util::stream::iter;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::asides::{Aside, Listener};
use super::delivery::{Delivery, Follow};
use super::handle::Hub;
use super::past::Past;
use super::subs::Sub;
use crate::connection::away::Behind;
use crate::mistakes::planted;

impl Hub {
    /// Reads rooms of which something is missing, until told to stop.
    pub(super) async fn read_missing(&self, stop: &CancellationToken) {
        while stop.run_until_cancelled(self.0.missing.bell().notified()).await.is_some() {
            self.read_rooms().await;
        }
    }

    /// Reads all rooms of which something is missing now.
    pub(super) async fn read_rooms(&self) {
        let rooms = self.0.missing.take();
        iter(rooms).for_each_concurrent(AT_ONCE, |room| self.read_room(room)).await;
    }

    /// Reads what is missing of a room, unless it has come after all.
    async fn read_room(&self, room: RoomId) {
        self.caught_up().await;
        let from = self.delivery_of(room).rooms.get_mut(&room).and_then(|room| room.log.missing_from());
        let Some(from) = from else { return };
        if planted!(Hole) {
            return self.delivery_of(room).rooms.get_mut(&room).into_iter().for_each(|room| room.log.skip_gap());
        }
        let read = self.0.journal.missed(room, from, self.0.settings.recent).await;
        // Outcomes that came during the reading are taken in first, so that whoever ordered something gets the answer before the
        // event.
        self.caught_up().await;
        let now = self.now();
        self.metrics().nodes().read();
        match read {
            Ok(Replayed::Changes { events, next: None, until }) => self.fill(room, from, events, until, now),
            Ok(_) => self.delivery_of(room).give_up(room, now),
            Err(Failure::Unavailable) => self.delivery_of(room).was_not_read(room, now),
            Err(failure) => {
                debug!(%failure, "a room is gone of which something is missing");
                self.delivery_of(room).give_up(room, now);
            }
        }
        self.ring(room);
    }

    fn fill(&self, room: RoomId, from: Head, events: Vec<Arc<Event>>, until: Head, now: Time) {
        let past = self.move_people(events.iter());
        let follows = self.delivery_of(room).fill(room, from, events, until, &past, now);
        follows.into_iter().for_each(|follow| self.follow(follow, now));
    }
}

impl Delivery {
    /// Takes in everything that happened in a room between these two heads.
    fn fill(
        &mut self,
        id: RoomId,
        from: Head,
        events: Vec<Arc<Event>>,
        until: Head,
        past: &Past,
        now: Time,
    ) -> Vec<Follow> {
        let Some(room) = self.rooms.get_mut(&id) else { return Vec::new() };
        if room.log.head() == from {
            // Subscriptions that have read further themselves must read on alone: they would miss what this reading leaves out.
            let ahead = room.subs.extract(|sub| sub.ahead.is_some_and(|ahead| !room.log.has_passed(ahead)));
            self.fall_behind(id, ahead, now);
        }
        let Some(room) = self.rooms.get_mut(&id) else { return Vec::new() };
        if !room.log.fill(from, events.clone(), until) {
            return Vec::new();
        }
        if let Some(last) = events.last() {
            (room.members, room.touched) = (last.members, now);
        }
        room.telling.touch(id, &mut self.turns);
        self.ring_waiters(id);
        events.iter().filter_map(|event| self.follow(event, past, now)).collect()
    }

    /// Gives up on the events that are missing, since there are too many or the journal has pruned them. Every listener reads the
    /// journal alone.
    pub(super) fn give_up(&mut self, id: RoomId, now: Time) {
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.log.skip_gap();
        let subs = room.subs.take();
        self.fall_behind(id, subs, now);
        self.ring_waiters(id);
    }

    /// Lets sockets read the room from the journal, each from where it stands. They are told that all typing there has ended,
    /// since they would not hear its end.
    fn fall_behind(&mut self, id: RoomId, subs: Vec<Sub>, now: Time) {
        if subs.is_empty() {
            return;
        }
        subs.iter().for_each(|sub| self.asides.forget_beginnings(sub.socket.id, id));
        for typing in self.typists.ended_for_some(id, now) {
            let author = typing.person.id();
            let others = subs.iter().filter(|sub| !sub.silent && sub.socket.user() != author);
            let listeners = others.map(|sub| Listener { socket: sub.socket.clone(), shape: sub.shape }).collect();
            Aside::new(News::Typing(typing), listeners).tell(&mut self.encoder, self.epoch);
        }
        for Sub { socket, shape, ahead, heard, newest, .. } in subs {
            socket.fall_behind(Behind { room: id, cursor: shape.cursor, head: ahead.unwrap_or(heard), newest });
        }
    }

    fn was_not_read(&mut self, id: RoomId, now: Time) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.log.was_not_read(now);
        }
    }
}

/// How many rooms are read at the same time.
const AT_ONCE: usize = 4;

//! The places of sockets in the rooms of a shard: joining, leaving, being expelled.

use std::sync::Arc;

use chat_domain::{Event, Head, MessageId, RoomId, Time, UserId};

use super::delivery::Delivery;
use super::log::Log;
use super::room::{Attached, Room, Start};
use super::subs::Sub;
use crate::connection::socket::Socket;
use crate::mistakes::planted;

impl Delivery {
    /// Gives a socket a place in a room, where it hears nothing until [`Delivery::speak`]. Returns the head at which it stands.
    pub(super) fn insert(
        &mut self,
        socket: &Arc<Socket>,
        id: RoomId,
        cursor: bool,
        start: Start,
        now: Time,
    ) -> Result<Head, Attached> {
        // A closed socket may still join, perhaps with what it knows of an earlier epoch. It is not refused as no member, since
        // its client will come back.
        if !socket.line.is_open() {
            return Err(Attached::Ended);
        }
        let (Start::Now { head, newest } | Start::At { head, newest }) = start;
        if self.has_others && !self.rooms.contains_key(&id) {
            self.new_rooms.insert(id);
        }
        let room = self.rooms.entry(id).or_insert_with(|| Room::new(0, head, now));
        room.touched = now;
        if self.has_others {
            room.log.stands_at(head, now);
        }
        if matches!(start, Start::At { head, .. } if !room.log.covers(head)) {
            return Err(Attached::Behind);
        }
        // A socket that joins again first hears what was on its way.
        let mut before = room.subs.remove(socket.id);
        if let (Start::Now { .. }, Some(before)) = (start, &mut before) {
            self.flush_sub(id, before, u64::MAX);
        }
        let Some(room) = self.rooms.get_mut(&id) else { return Err(Attached::Behind) };
        let (next, heard, ahead) = place(&room.log, start, before.as_ref());
        let newest = newest.max(before.and_then(|before| before.newest));
        let shape = socket.endpoint.shape(cursor);
        let number = self.encoder.number(shape);
        let (socket, silent, since) = (socket.clone(), true, head.seq);
        room.subs.add(Sub { socket, shape, number, silent, since, next, heard, ahead, newest });
        Ok(heard)
    }

    /// Lets a socket hear what has come since it was [inserted](Delivery::insert). `members` is the number of the room's members.
    pub(super) fn speak(&mut self, socket: u64, id: RoomId, members: u32) {
        let Some(room) = self.rooms.get_mut(&id) else { return };
        if room.members == 0 {
            room.members = members;
        }
        let Some(sub) = room.subs.find(socket) else { return };
        sub.silent = false;
        if sub.next < room.log.end() {
            room.telling.touch(id, &mut self.turns);
        }
    }

    /// Takes a socket out again whose user is not a member.
    pub(super) fn take_out(&mut self, socket: &Socket, room: RoomId) {
        self.rooms.get_mut(&room).and_then(|room| room.subs.remove(socket.id));
    }

    /// Takes a socket out of a room. Returns false if it had not joined.
    pub(super) fn detach(&mut self, socket: &Socket, room: RoomId) -> bool {
        self.asides.forget(socket.id, room);
        let sub = self.rooms.get_mut(&room).and_then(|room| room.subs.remove(socket.id));
        if let Some(sub) = &sub {
            socket.note_seen(room, sub.newest);
        }
        sub.is_some()
    }

    /// Returns the newest message of a room that a socket has seen: the newest that it was sent, or the newest when it joined, or
    /// what its chat list showed.
    pub(super) fn newest_seen(&mut self, socket: &Socket, id: RoomId) -> Option<MessageId> {
        let sub = self.rooms.get_mut(&id).and_then(|room| room.subs.find(socket.id));
        sub.map_or_else(|| socket.newest_before(id), |sub| sub.newest)
    }

    /// Notes the newest message that these sockets' chat lists show of a room. Sockets that have joined the room are sent it
    /// anyway.
    pub(super) fn note_listed(&mut self, sockets: &[Arc<Socket>], id: RoomId, newest: MessageId) {
        let mut room = self.rooms.get_mut(&id);
        let mut has_joined = |socket: &Socket| room.as_mut().is_some_and(|room| room.subs.find(socket.id).is_some());
        sockets.iter().filter(|socket| !has_joined(socket)).for_each(|socket| socket.note_seen(id, Some(newest)));
    }

    /// Takes out a socket that has gone, from the rooms that it may have joined. `was_last` is whether its user has no other.
    pub(super) fn gone(&mut self, socket: &Socket, rooms: &[RoomId], was_last: bool, now: Time) {
        for room in rooms {
            self.detach(socket, *room);
        }
        let ended = self.typists.gone(socket, was_last, now);
        self.note_typed(&ended);
        self.pass_on(ended);
    }

    /// Takes a socket out of a room because its client wants that. What it was typing there ends.
    pub(super) fn leave(&mut self, socket: &Socket, room: RoomId, now: Time) {
        self.detach(socket, room);
        let ended = self.typists.left(socket, room, now);
        self.note_typed(&ended);
        self.pass_on(ended);
    }

    /// Tells whether a socket of a removed member has its place from a later moment, because they were let in again.
    pub(super) fn is_back(&self, removed: &Event, user: UserId) -> bool {
        let since = |sub: &Sub| sub.socket.user() == user && sub.since > removed.head.seq;
        self.rooms.get(&removed.room).is_some_and(|room| room.subs.iter().any(since))
    }

    /// Takes a removed member's sockets out, after telling them everything up to the removal. Returns those that have heard of
    /// the removal by that; it may be waiting for missing events.
    pub(super) fn expel(&mut self, event: &Event, user: UserId) -> Vec<u64> {
        let id = event.room;
        let Some(room) = self.rooms.get(&id).filter(|_| !planted!(Lingers)) else { return Vec::new() };
        let is_told = room.log.head().seq >= event.head.seq;
        let theirs: Vec<u64> =
            room.subs.iter().filter(|sub| sub.socket.user() == user).map(|sub| sub.socket.id).collect();
        for socket in &theirs {
            self.asides.forget(*socket, id);
            let Some(mut sub) = self.rooms.get_mut(&id).and_then(|room| room.subs.remove(*socket)) else { continue };
            self.flush_sub(id, &mut sub, event.head.seq);
        }
        if is_told { theirs } else { Vec::new() }
    }
}

/// Returns where a socket's place begins: the number of its next event, the head up to which it has heard everything, and the one up
/// to which it has read ahead, if it has. `before` is the place that it had in the room.
fn place(log: &Log, start: Start, before: Option<&Sub>) -> (u64, Head, Option<Head>) {
    match (start, before) {
        (Start::Now { .. }, Some(before)) => (log.end(), log.head(), before.ahead),
        // The journal may be further than the hub: what the hub is still to hear up to `head` was there before the socket joined.
        (Start::Now { head, .. }, None) if !log.has_passed(head) => (log.end(), head, Some(head)),
        (Start::Now { .. }, None) => (log.end(), log.head(), None),
        (Start::At { .. }, _) if planted!(Seam) => (log.end(), log.head(), None),
        (Start::At { head, .. }, _) => (log.first(), head, Some(head)),
    }
}

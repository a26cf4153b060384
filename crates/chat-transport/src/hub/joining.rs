//! Joining and leaving rooms, step by step.

use std::sync::Arc;

use chat_domain::{Command, Failure, Head, MessageId, Order, Person, RoomId, Time, UserId};
use chat_protocol::{Context, Cursor, Frames, Shape, reply};

use super::handle::Hub;
use super::room::{Attached, Start};
use crate::connection::socket::Socket;

impl Hub {
    /// Joins a room in which the socket's user is, as the journal has said. If memory does not know the membership, the journal
    /// is asked once more, after everything that was settled is taken in: another node may have added the user, or an order of
    /// this node may have been committed without anybody knowing yet.
    pub(crate) async fn join(
        &self,
        socket: &Arc<Socket>,
        room: RoomId,
        cursor: bool,
        start: Start,
        context: Option<&Context>,
    ) -> Result<Attached, Failure> {
        let attached = self.attach(socket, room, cursor, start, context);
        if attached != Attached::NotMember || !self.learns_member(socket.user(), room).await? {
            return Ok(attached);
        }
        Ok(self.attach(socket, room, cursor, start, context))
    }

    /// Tells whether a user is in a room, asking the journal if memory does not know it.
    pub(crate) async fn learns_member(&self, user: UserId, room: RoomId) -> Result<bool, Failure> {
        self.caught_up().await;
        if !self.is_member(user, room) {
            let epoch = self.epoch();
            let memberships = self.0.journal.memberships(user).await?;
            self.people().learn_again(user, memberships, epoch);
        }
        Ok(self.is_member(user, room))
    }

    /// Returns the `seq` of somebody's last coming or going that was taken in lately, or 0.
    pub(crate) fn last_move(&self, user: UserId, room: RoomId) -> u64 {
        self.people().comings.newest(user, room)
    }

    /// Joins a room, so that the socket hears it from now on. `context` is what asked for it, for the answer that comes first.
    ///
    /// The socket gets its place before its membership is checked. Whoever is removed in between is then found at that place and
    /// expelled.
    pub(super) fn attach(
        &self,
        socket: &Arc<Socket>,
        room: RoomId,
        cursor: bool,
        start: Start,
        context: Option<&Context>,
    ) -> Attached {
        let now = self.now();
        let head = match self.delivery_of(room).insert(socket, room, cursor, start, now) {
            Ok(head) => head,
            Err(attached) => return attached,
        };
        let (Start::Now { head: since, .. } | Start::At { head: since, .. }) = start;
        socket.let_in(room, since.seq);
        self.people().confirm(socket.user(), room, since);
        let shape = socket.endpoint.shape(cursor);
        let Some(members) = self.greet(socket, room, shape, head, context, now) else {
            self.delivery_of(room).take_out(socket, room);
            return Attached::NotMember;
        };
        self.delivery_of(room).speak(socket.id, room, members);
        self.ring(room);
        Attached::Live
    }

    /// Sends the first frames after joining: the answer with the socket's position, and who is online. Returns the number of
    /// members; `None`, with nothing sent, if the user is not in the room.
    fn greet(
        &self,
        socket: &Socket,
        room: RoomId,
        shape: Shape,
        head: Head,
        context: Option<&Context>,
        now: Time,
    ) -> Option<u32> {
        let mut frames = Frames::new();
        if let Some(context) = context {
            let cursor = shape.cursor.then_some(Cursor { epoch: self.epoch(), room, head });
            reply::joined(socket.endpoint, context, cursor, now, &mut frames);
        }
        self.people().greet(socket, room, shape, &mut frames, now)
    }

    /// Takes a socket out of a room. Returns false if it had not joined.
    pub(crate) fn detach(&self, socket: &Socket, room: RoomId) -> bool {
        self.delivery_of(room).detach(socket, room)
    }

    /// Leaves a room because the client wants that. What the socket was typing there ends.
    pub(crate) fn leave(&self, socket: &Socket, room: RoomId) {
        self.delivery_of(room).leave(socket, room, self.now());
        self.tell_typing(self.0.inbox.lane(room));
        self.ring(room);
    }

    /// Takes in a sign that a member of a room types or has stopped. `socket` is the one whose going away ends it.
    pub(crate) fn typing(&self, room: RoomId, person: &Arc<Person>, socket: Option<u64>, is_typing: bool) {
        let now = self.now();
        if is_typing && self.mute(person.id(), room).flatten().is_some_and(|until| until > now) {
            return;
        }
        // The user may have another name by now than when the socket was opened.
        let person = &self.people().person(person.id()).unwrap_or_else(|| person.clone());
        self.delivery_of(room).sign(room, person, socket, is_typing, now);
        // They may have been removed since the caller checked it, and after the removal ended their typing: so check once more.
        if socket.is_some() && !self.is_member(person.id(), room) {
            self.delivery_of(room).sign(room, person, socket, false, now);
        }
        self.tell_typing(self.0.inbox.lane(room));
        self.ring(room);
    }

    /// Returns until when somebody is muted in a room (perhaps in the past), or `None` inside if not at all. `None` if their
    /// membership is not known here.
    pub(crate) fn mute(&self, user: UserId, room: RoomId) -> Option<Option<Time>> {
        self.people().membership(user, room).map(|of| of.mute)
    }

    /// Tells the other nodes who types in a shard.
    fn tell_typing(&self, shard: usize) {
        if self.0.nodes.is_some() {
            let typed = std::mem::take(&mut self.delivery(shard).typed);
            self.tell_typing_to_nodes(typed);
        }
    }

    /// Takes a socket that has gone out of the rooms that it may have joined, and ends what it was typing.
    pub(super) fn part(&self, socket: &Socket, rooms: Vec<RoomId>, was_last: bool, now: Time) {
        let mut by_shard = vec![Vec::new(); self.shards()];
        rooms.into_iter().for_each(|room| by_shard[self.0.inbox.lane(room)].push(room));
        // Signs of typing that came over HTTP name no socket, and may be in any room.
        for (shard, rooms) in by_shard.iter().enumerate().filter(|(_, rooms)| was_last || !rooms.is_empty()) {
            self.delivery(shard).gone(socket, rooms, was_last, now);
            self.tell_typing(shard);
            self.0.inbox.bell(shard).notify_one();
        }
    }

    /// Passes a socket's order on to the journal, perhaps held back until its room has been told. Its answer goes to the socket.
    pub(crate) fn order(&self, socket: &Socket, command: Command, context: Context, at: Time) {
        let room = command.room();
        let lane = room.map_or(socket.id as usize % self.shards(), |room| self.0.inbox.lane(room));
        let origin = Some(socket.order(room, context, at, lane));
        self.0.inbox.expect(lane);
        let order = Order { actor: socket.user(), at, command, origin };
        self.holdback(lane).submit(order, self.instant(), &*self.0.journal);
    }

    /// Returns the newest message of a room that a socket has seen.
    pub(crate) fn newest_seen(&self, socket: &Socket, room: RoomId) -> Option<MessageId> {
        self.delivery_of(room).newest_seen(socket, room)
    }

    /// Wakes the task of a room's shard.
    pub(super) fn ring(&self, room: RoomId) {
        self.0.inbox.bell(self.0.inbox.lane(room)).notify_one();
    }
}

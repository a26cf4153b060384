//! Everything the hub knows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::{Head, MessageId, RoomId, Time, UserId};
use chat_protocol::{Context, Cursor, Frames, News, Presence, Shape, audience, encode, reply};

use super::asides::Asides;
use super::encode::Encoder;
use super::list::Lists;
use super::people::People;
use super::room::{Attached, Room, Seen, Start};
use super::subs::Sub;
use super::turns::Turns;
use super::typing::Typists;
use crate::clock;
use crate::connection::socket::Socket;
use crate::metrics::Metrics;

/// How the hub behaves.
#[derive(Clone, Debug)]
pub struct HubSettings {
    /// How long somebody stays online after their last socket has gone.
    pub presence_grace: Duration,
    /// In rooms of more members, presence is not announced.
    pub presence_room: u32,
    /// In rooms of more members, deliveries are noted once per message rather than once per member.
    pub delivered_room: u32,
    /// Events of an active room that stay in memory.
    pub recent: usize,
    /// Events of all rooms together that stay in memory, roughly.
    pub recent_in_all: usize,
    /// How long a user's earlier Socket.IO socket makes a new one a reconnection.
    pub reconnection: Duration,
    /// Sockets that one user may have open.
    pub sockets_per_user: usize,
}

impl Default for HubSettings {
    fn default() -> HubSettings {
        HubSettings {
            presence_grace: Duration::from_secs(5),
            presence_room: 200,
            delivered_room: 50,
            recent: 256,
            recent_in_all: 65_536,
            reconnection: Duration::from_secs(120),
            sockets_per_user: 100,
        }
    }
}

/// Everything the hub knows.
pub(super) struct State {
    pub(super) settings: HubSettings,
    pub(super) epoch: u64,
    pub(super) metrics: Arc<Metrics>,
    pub(super) rooms: HashMap<RoomId, Room>,
    pub(super) people: People,
    pub(super) typists: Typists,
    pub(super) lists: Lists,
    pub(super) encoder: Encoder,
    /// Typing and presence that not all have heard.
    pub(super) asides: Asides,
    /// Rooms that have something to tell.
    pub(super) turns: Turns,
    /// Rooms in the middle of a round.
    pub(super) told: Vec<RoomId>,
    /// Answers to sockets that wait for the end of the turn.
    pub(super) answers: HashMap<u64, Frames>,
    /// Messages that have reached people and are to be noted.
    pub(super) delivered: HashMap<(RoomId, UserId), MessageId>,
    /// Those who wait for a room to change (long polls).
    pub(super) waiters: HashMap<RoomId, Arc<tokio::sync::Notify>>,
}

impl State {
    pub(super) fn new(settings: &HubSettings, metrics: Arc<Metrics>) -> State {
        State {
            settings: settings.clone(),
            epoch: 0,
            metrics,
            rooms: HashMap::new(),
            people: People::new(settings),
            typists: Typists::default(),
            lists: Lists::default(),
            encoder: Encoder::default(),
            asides: Asides::default(),
            turns: Turns::default(),
            told: Vec::new(),
            answers: HashMap::new(),
            delivered: HashMap::new(),
            waiters: HashMap::new(),
        }
    }

    /// Joins a room. See [`super::Hub::attach`].
    pub(super) fn attach(
        &mut self,
        socket: &Arc<Socket>,
        id: RoomId,
        cursor: bool,
        start: Start,
        context: Option<&Context>,
    ) -> Attached {
        let now = clock::now();
        // What a socket that was closed still asks for may be of an earlier life. It is not refused: its client is to come back.
        if !socket.line.is_open() {
            return Attached::Ended;
        }
        let Some(membership) = self.people.membership(socket.user(), id) else { return Attached::NotMember };
        let (Start::Now { head, .. } | Start::At { head, .. }) = start;
        let room = self.rooms.entry(id).or_insert_with(|| Room::new(membership.members, head, now));
        room.touched = now;
        if matches!(start, Start::At { head, .. } if !room.log.covers(head)) {
            return Attached::Behind;
        }
        // Who joins again hears first what was on its way.
        let mut before = room.subs.remove(socket.id);
        if let (Start::Now { .. }, Some(before)) = (start, &mut before) {
            self.flush_sub(id, before);
        }
        let Some(room) = self.rooms.get_mut(&id) else { return Attached::Behind };
        let heard_of = before.and_then(|before| before.newest);
        let (next, head, ahead, newest) = match start {
            Start::Now { newest, .. } => (room.log.end(), room.log.head(), None, newest),
            Start::At { head, newest } => (room.log.first(), head, Some(head), newest),
        };
        let shape = Shape { entrance: socket.endpoint.entrance, cursor };
        room.subs.add(Sub { socket: socket.clone(), shape, next, heard: head, ahead, newest: newest.max(heard_of) });
        if next < room.log.end() {
            self.touch(id);
        }
        self.greet(socket, id, shape, head, context, now);
        Attached::Live
    }

    /// The first frames after joining: where the socket stands, and who is online.
    fn greet(&mut self, socket: &Socket, id: RoomId, shape: Shape, head: Head, context: Option<&Context>, now: Time) {
        let mut frames = Frames::new();
        if let Some(context) = context {
            let cursor = shape.cursor.then_some(Cursor { epoch: self.epoch, room: id, head });
            reply::joined(socket.endpoint, context, cursor, now, &mut frames);
        }
        let online = self.rooms.get(&id).filter(|room| room.members <= self.settings.presence_room);
        for user in online.into_iter().flat_map(|room| &room.online).filter(|user| **user != socket.user()) {
            let Some(presence) = self.people.presence(*user, now).filter(|presence| presence.online) else { continue };
            let news = News::Presence(Presence { room: Some(id), ..presence });
            if let Some(audience) = audience(shape, &news, socket.user()) {
                encode(shape, audience, &news, self.epoch, &mut frames);
            }
        }
        socket.line.offer(&frames);
    }

    /// Leaves a room; false if it was not joined.
    pub(super) fn detach(&mut self, socket: &Socket, room: RoomId) -> bool {
        self.asides.forget(socket.id, room);
        let sub = self.rooms.get_mut(&room).and_then(|room| room.subs.remove(socket.id));
        if let Some(sub) = &sub {
            socket.note_left(room, sub.newest);
        }
        sub.is_some()
    }

    /// Up to where a socket has seen a room.
    pub(super) fn seen(&self, socket: &Socket, id: RoomId) -> Seen {
        let sub = self.rooms.get(&id).and_then(|room| room.subs.iter().find(|sub| sub.socket.id == socket.id));
        match sub.map(|sub| sub.newest).or_else(|| socket.newest_before(id)) {
            None => Seen::NeverJoined,
            Some(None) => Seen::Nothing,
            Some(Some(newest)) => Seen::UpTo(newest),
        }
    }

    /// Notes that a room has something to tell.
    pub(super) fn touch(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.subs.ask_all();
        if !std::mem::replace(&mut room.dirty, true) {
            self.turns.add(id);
        }
    }
}

//! Who is here: users with their sockets, the rooms that they are in, and whom that concerns.

use std::collections::HashMap;
use std::sync::Arc;

use chat_domain::presence::{self, PresenceSign};
use chat_domain::{Mood, RoomId, RoomKind, Time, UserId, view::Membership};
use chat_protocol::{Entrance, Frames, News, Presence, Shape};

use super::presence::name;
use super::room::Room;
use super::state::{HubSettings, State};
use crate::connection::closes;
use crate::connection::socket::Socket;

/// Everybody with a socket on this node, and those who went away a moment ago.
pub(super) struct People {
    pub(super) users: HashMap<UserId, Local>,
    sockets: HashMap<u64, Arc<Socket>>,
    pub(super) presence: presence::Presence,
    /// When a user's last socket went away, to be noted.
    pub(super) left: HashMap<UserId, Time>,
    /// When a user's last Socket.IO socket went away.
    pub(super) left_socketio: HashMap<UserId, Time>,
    most: usize,
}

/// A user with a socket on this node.
pub(super) struct Local {
    pub(super) sockets: Vec<Arc<Socket>>,
    person: Arc<chat_domain::Person>,
    rooms: Rooms,
}

/// What is known of the rooms that a user is in.
enum Rooms {
    /// The journal has been asked; this is what happened meanwhile.
    Asked(Vec<(RoomId, Option<Membership>)>),
    Fact(HashMap<RoomId, Membership>),
}

/// What becomes of a new socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// The rooms of its user are known.
    Fact,
    /// The journal is to be asked for the memberships of its user first.
    Ask,
    /// The user has too many sockets.
    TooMany,
}

impl People {
    pub(super) fn new(settings: &HubSettings) -> People {
        People {
            users: HashMap::new(),
            sockets: HashMap::new(),
            presence: presence::Presence::new(settings.presence_grace),
            left: HashMap::new(),
            left_socketio: HashMap::new(),
            most: settings.sockets_per_user,
        }
    }

    /// The socket with this number.
    pub(super) fn socket(&self, id: u64) -> Option<&Arc<Socket>> {
        self.sockets.get(&id)
    }

    /// All sockets of a user.
    pub(super) fn sockets(&self, user: UserId) -> Vec<Arc<Socket>> {
        self.users.get(&user).map(|local| local.sockets.clone()).unwrap_or_default()
    }

    /// All sockets.
    pub(super) fn all_sockets(&self) -> impl Iterator<Item = &Arc<Socket>> {
        self.sockets.values()
    }

    /// How many sockets there are.
    pub(super) fn count(&self) -> usize {
        self.sockets.len()
    }

    /// Whether a user has a socket at such an entrance.
    pub(super) fn has(&self, user: UserId, such: impl Fn(Entrance) -> bool) -> bool {
        self.users.get(&user).is_some_and(|local| local.sockets.iter().any(|socket| such(socket.endpoint.entrance)))
    }

    /// A user's place in a room, if they are in it.
    pub(super) fn membership(&self, user: UserId, room: RoomId) -> Option<Membership> {
        match &self.users.get(&user)?.rooms {
            Rooms::Fact(rooms) => rooms.get(&room).copied(),
            Rooms::Asked(changes) => changes.iter().rev().find(|(of, _)| *of == room)?.1,
        }
    }

    /// How somebody with a socket looks to others.
    pub(super) fn presence(&self, user: UserId, now: Time) -> Option<Presence> {
        let person = self.users.get(&user)?.person.clone();
        let mood = self.presence.mood(user);
        Some(Presence { person, room: None, online: mood != Mood::Offline, mood, last_seen: Some(now), at: now })
    }

    /// Whether somebody is online for others to see.
    pub(super) fn looks_online(&self, user: UserId) -> bool {
        self.presence.mood(user) != Mood::Offline
    }

    /// Whether a new Socket.IO socket of this user comes back: an earlier one went away a moment ago, and none is open.
    pub(super) fn comes_back(&self, user: UserId, within: std::time::Duration, now: Time) -> bool {
        let open = self.has(user, |entrance| entrance == Entrance::SocketIo);
        !open && self.left_socketio.get(&user).is_some_and(|left| now.since(*left) <= within)
    }

    /// The rooms that a user with a socket here is in.
    pub(super) fn rooms(&self, user: UserId) -> impl Iterator<Item = RoomId> {
        self.memberships(user).map(|of| of.room)
    }

    /// Nothing is known any more of who is in which room. Nobody is online: else those who come back would not come online for
    /// those who were back before them.
    pub(super) fn begin_anew(&mut self, settings: &HubSettings, now: Time) {
        let online = self.users.keys().filter(|user| self.presence.connections(**user) > 0);
        self.left.extend(online.map(|user| (*user, now)));
        self.presence = presence::Presence::new(settings.presence_grace);
        self.users.retain(|_, local| !local.sockets.is_empty());
        self.users.values_mut().for_each(|local| local.rooms = Rooms::Asked(Vec::new()));
    }

    fn memberships(&self, user: UserId) -> impl Iterator<Item = &Membership> {
        let known = match self.users.get(&user).map(|local| &local.rooms) {
            Some(Rooms::Fact(rooms)) => Some(rooms.values()),
            _ => None,
        };
        known.into_iter().flatten()
    }
}

impl State {
    /// Lets a socket in. Its first frames come before anything that others may tell it.
    pub(super) fn open(&mut self, socket: &Arc<Socket>, greeting: &Frames) -> Opened {
        let People { users, sockets, most, .. } = &mut self.people;
        let local = users.entry(socket.user()).or_insert_with(|| Local {
            sockets: Vec::new(),
            person: socket.person.clone(),
            rooms: Rooms::Asked(Vec::new()),
        });
        if local.sockets.len() >= *most {
            return Opened::TooMany;
        }
        socket.line.offer(greeting);
        local.person = socket.person.clone();
        local.sockets.push(socket.clone());
        sockets.insert(socket.id, socket.clone());
        self.metrics.opened(socket.endpoint.entrance, 1);
        match local.rooms {
            Rooms::Fact(_) => Opened::Fact,
            Rooms::Asked(_) => Opened::Ask,
        }
    }

    /// The journal has answered which rooms a user is in.
    pub(super) fn learn(&mut self, user: UserId, memberships: Vec<Membership>, epoch: u64, now: Time) {
        // Whoever has asked in another life is closed, and comes back.
        if epoch != self.epoch {
            return;
        }
        let Some(local) = self.people.users.get_mut(&user) else { return };
        let Rooms::Asked(changes) = &local.rooms else { return };
        let mut rooms: HashMap<_, _> = memberships.into_iter().map(|of| (of.room, of)).collect();
        for (room, change) in changes {
            match change {
                Some(membership) => rooms.insert(*room, *membership),
                None => rooms.remove(room),
            };
        }
        for (id, of) in &rooms {
            let room = self.rooms.entry(*id).or_insert_with(|| Room::new(of.members, of.head, now));
            room.online.insert(user);
        }
        local.rooms = Rooms::Fact(rooms);
    }

    /// Lets a socket go.
    pub(super) fn close(&mut self, socket: &Socket, now: Time) {
        let user = socket.user();
        if self.people.sockets.remove(&socket.id).is_none() {
            return;
        }
        self.metrics.opened(socket.endpoint.entrance, -1);
        let rooms: Vec<RoomId> = match socket.endpoint.room {
            Some(room) => vec![room],
            None => self.people.rooms(user).collect(),
        };
        for room in rooms {
            self.detach(socket, room);
        }
        self.answers.remove(&socket.id);
        let Some(local) = self.people.users.get_mut(&user) else { return };
        local.sockets.retain(|other| other.id != socket.id);
        let was_last = local.sockets.is_empty();
        if socket.endpoint.entrance == Entrance::SocketIo {
            self.people.left_socketio.insert(user, now);
        }
        self.typing_socket_gone(socket, was_last, now);
        let was_here = self.people.presence.connections(user) > 0;
        self.shift(PresenceSign::Closed { user, socket: name(socket) }, now);
        if was_last {
            if was_here {
                self.people.left.insert(user, now);
            }
            if !self.people.looks_online(user) {
                self.forget(user);
            }
        }
    }

    /// Forgets a user, if there is no socket left.
    pub(super) fn forget(&mut self, user: UserId) {
        if !self.people.users.get(&user).is_some_and(|local| local.sockets.is_empty()) {
            return;
        }
        let rooms: Vec<RoomId> = self.people.rooms(user).collect();
        for id in rooms {
            if let Some(room) = self.rooms.get_mut(&id) {
                room.online.remove(&user);
            }
        }
        self.people.users.remove(&user);
    }

    /// A user with a socket here is in one more room.
    pub(super) fn enter(&mut self, user: UserId, membership: Membership) {
        let Some(local) = self.people.users.get_mut(&user) else { return };
        match &mut local.rooms {
            Rooms::Asked(changes) => changes.push((membership.room, Some(membership))),
            Rooms::Fact(rooms) => {
                rooms.insert(membership.room, membership);
                if let Some(room) = self.rooms.get_mut(&membership.room) {
                    room.online.insert(user);
                }
            }
        }
    }

    /// A user with a socket here is in one room less.
    pub(super) fn leave(&mut self, user: UserId, id: RoomId) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.online.remove(&user);
        }
        match self.people.users.get_mut(&user).map(|local| &mut local.rooms) {
            Some(Rooms::Asked(changes)) => changes.push((id, None)),
            Some(Rooms::Fact(rooms)) => drop(rooms.remove(&id)),
            None => {}
        }
    }

    /// Tells something to all sockets of a user whose dialect has a word for it.
    pub(super) fn tell(&mut self, user: UserId, news: &News) {
        self.tell_where(user, news, |_| true);
    }

    /// The same to some of them.
    pub(super) fn tell_where(&mut self, user: UserId, news: &News, such: impl Fn(&Socket) -> bool) {
        let Some(local) = self.people.users.get(&user) else { return };
        self.encoder.next_room();
        for socket in local.sockets.iter().filter(|socket| such(socket)) {
            let shape = Shape { entrance: socket.endpoint.entrance, cursor: false };
            let payload = self.encoder.news(news, shape, socket.line.framing(), user, self.epoch);
            if let Some(payload) = payload {
                socket.line.offer_payload(payload, None);
            }
        }
    }

    /// Whether a user has a dialect-4 socket, or one of another dialect in a roulette chat: for the others it is a room like any.
    pub(super) fn is_at_roulette(&self, user: UserId) -> bool {
        let hears = |room: &Room| room.subs.iter().any(|sub| sub.socket.user() == user);
        let is_roulette = |of: &&Membership| of.kind == RoomKind::Roulette;
        self.people.has(user, |entrance| matches!(entrance, Entrance::Personal | Entrance::Roulette))
            || self.people.memberships(user).filter(is_roulette).any(|of| self.rooms.get(&of.room).is_some_and(hears))
    }

    /// Closes all sockets of a user.
    pub(super) fn disconnect(&mut self, user: UserId) {
        self.people.sockets(user).iter().for_each(|socket| socket.line.close(closes::EXPELLED));
    }

    /// Closes the sockets of which this is so: what let them in was ended.
    pub(super) fn log_out(&mut self, is_ended: impl Fn(&Socket) -> bool) {
        let ended = self.people.all_sockets().filter(|socket| is_ended(socket));
        ended.for_each(|socket| socket.line.close(closes::LOGGED_OUT));
    }
}

//! People who are connected: their sockets, and the rooms that they are in.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::directory::Visit;
use chat_domain::presence;
use chat_domain::{Person, RoomId, RoomKind, Time, UserId, view::Membership};
use chat_protocol::{Entrance, Frames};

use super::asides::Asides;
use super::lists::{Stale, shows_list};
use super::map::Map;
use super::nodes::{Comings, Elsewhere, Own};
use super::settings::HubSettings;
use crate::connection::socket::Socket;

/// Everybody with a socket on this node, and those who went away a moment ago. It is asked when somebody comes, joins or leaves,
/// never for a message.
pub(super) struct People {
    pub(super) settings: HubSettings,
    pub(super) epoch: u64,
    pub(super) users: Map<UserId, Local>,
    /// Who came into rooms and left them lately.
    pub(super) comings: Comings,
    /// What is stated to other nodes, where there are some.
    pub(super) own: Option<Own>,
    /// People who are connected to other nodes.
    pub(super) elsewhere: Elsewhere,
    /// The rooms of which somebody here is a member.
    pub(super) rooms: Map<RoomId, Here>,
    pub(super) presence: presence::Presence,
    /// Presence that is still to be told. One task tells it, in this order.
    pub(super) asides: Asides,
    /// When a user's last socket went away; waits to be stored.
    pub(super) left: Map<UserId, Time>,
    /// When a user's last Socket.IO socket went away.
    pub(super) left_socketio: Map<UserId, Time>,
    /// Who came to Socket.IO or left it; waits to be stored.
    pub(super) visits: Map<UserId, Visit>,
}

/// A user with a socket on this node.
pub(super) struct Local {
    pub(super) sockets: Vec<Arc<Socket>>,
    pub(super) person: Arc<Person>,
    pub(super) rooms: Rooms,
}

/// A room of which somebody here is a member.
pub(super) struct Here {
    /// How many members it has.
    pub(super) members: u32,
    /// The members with a socket on this node.
    pub(super) online: BTreeSet<UserId>,
}

/// What is known of a user's rooms.
pub(super) enum Rooms {
    /// The journal is being asked. These changes have come meanwhile.
    Asked(Vec<Moved>),
    Known(Map<RoomId, Membership>),
}

/// A change of membership.
pub(super) struct Moved {
    pub(super) room: RoomId,
    /// The `seq` of the change.
    pub(super) seq: u64,
    /// The membership from then on; `None` if it ended.
    pub(super) now: Option<Membership>,
}

impl Rooms {
    /// Returns the membership of a room, as far as it is known.
    pub(super) fn membership(&mut self, room: RoomId) -> Option<&mut Membership> {
        match self {
            Rooms::Known(rooms) => rooms.get_mut(&room),
            Rooms::Asked(changes) => changes.iter_mut().rev().find(|moved| moved.room == room)?.now.as_mut(),
        }
    }
}

/// What the caller must do about a new socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// The rooms of its user are known: nothing.
    Known,
    /// Ask the journal for the user's memberships first.
    Ask,
    /// Refuse it: the user has too many sockets.
    TooMany,
}

impl People {
    pub(super) fn new(settings: &HubSettings, epoch: u64, has_others: bool) -> People {
        People {
            comings: Comings::default(),
            own: has_others.then(|| Own::new(settings.sockets_per_user)),
            elsewhere: Elsewhere::default(),
            settings: settings.clone(),
            epoch,
            users: Map::default(),
            rooms: Map::default(),
            presence: presence::Presence::new(settings.presence_grace),
            asides: Asides::default(),
            left: Map::default(),
            left_socketio: Map::default(),
            visits: Map::default(),
        }
    }

    /// Lets a socket in, unless its user has `most` here, or too many on all nodes. Its first frames are sent under the lock, so that
    /// nothing can be told before them.
    pub(super) fn open(&mut self, socket: &Arc<Socket>, greeting: &Frames, most: usize) -> Opened {
        let here = self.users.get(&socket.user()).map_or(0, |local| local.sockets.len());
        if here >= most || here + self.elsewhere.sockets(socket.user()) >= self.settings.sockets_per_user {
            return Opened::TooMany;
        }
        let local = self.users.entry(socket.user()).or_insert_with(|| Local {
            sockets: Vec::new(),
            person: socket.person.clone(),
            rooms: Rooms::Asked(Vec::new()),
        });
        socket.line.offer(greeting);
        local.person = socket.person.clone();
        local.sockets.push(socket.clone());
        match local.rooms {
            Rooms::Known(_) => Opened::Known,
            Rooms::Asked(_) => Opened::Ask,
        }
    }

    /// Forgets a user who has no socket left.
    pub(super) fn forget(&mut self, user: UserId) {
        if !self.users.get(&user).is_some_and(|local| local.sockets.is_empty()) {
            return;
        }
        let rooms: Vec<RoomId> = self.rooms(user).collect();
        rooms.into_iter().for_each(|room| self.is_gone(user, room));
        self.users.remove(&user);
    }

    /// Returns all sockets of a user.
    pub(super) fn sockets(&self, user: UserId) -> Vec<Arc<Socket>> {
        self.users.get(&user).map(|local| local.sockets.clone()).unwrap_or_default()
    }

    /// Tells whether a user has a socket at such an entrance.
    pub(super) fn has(&self, user: UserId, such: impl Fn(Entrance) -> bool) -> bool {
        self.users.get(&user).is_some_and(|local| local.sockets.iter().any(|socket| such(socket.endpoint.entrance)))
    }

    /// Returns a user's membership of a room, if it is known.
    pub(super) fn membership(&self, user: UserId, room: RoomId) -> Option<Membership> {
        match &self.users.get(&user)?.rooms {
            Rooms::Known(rooms) => rooms.get(&room).copied(),
            Rooms::Asked(changes) => changes.iter().rev().find(|moved| moved.room == room)?.now,
        }
    }

    /// Returns the rooms of a user with a socket here.
    pub(super) fn rooms(&self, user: UserId) -> impl Iterator<Item = RoomId> {
        self.memberships(user).map(|of| of.room)
    }

    /// Returns the roulette chats of a user.
    pub(super) fn roulettes(&self, user: UserId) -> Vec<RoomId> {
        self.memberships(user).filter(|of| of.kind == RoomKind::Roulette).map(|of| of.room).collect()
    }

    /// Tells whether a user has a Socket.IO socket here.
    pub(super) fn is_at_socketio(&self, user: UserId) -> bool {
        self.has(user, |entrance| entrance == Entrance::SocketIo)
    }

    /// Tells whether a user's new Socket.IO socket is a reconnection: an earlier one went away a moment ago, and none is open.
    pub(super) fn comes_back(&self, user: UserId, within: Duration, now: Time) -> bool {
        !self.is_at_socketio(user) && self.left_socketio.get(&user).is_some_and(|left| now.since(*left) <= within)
    }

    /// Returns those of the changed summaries that are shown to somebody here.
    pub(super) fn summaries(&self, stale: Stale) -> Vec<(UserId, RoomId)> {
        let of_rooms = stale.rooms.into_iter().filter_map(|id| Some((id, self.rooms.get(&id)?)));
        let of_members = of_rooms.flat_map(|(id, here)| here.online.iter().map(move |user| (*user, id)));
        of_members.chain(stale.summaries).filter(|(user, _)| self.has(*user, shows_list)).collect()
    }

    /// Forgets all memberships. Nobody is online from now on, since those who come back must come online for those who were back
    /// before.
    pub(super) fn begin_anew(&mut self, epoch: u64, now: Time) {
        let online = self.users.keys().filter(|user| self.presence.connections(**user) > 0);
        self.left.extend(online.map(|user| (*user, now)));
        self.presence = presence::Presence::new(self.settings.presence_grace);
        self.own = self.own.as_ref().map(|_| Own::new(self.settings.sockets_per_user));
        self.elsewhere = Elsewhere::default();
        // The counters of rooms may be lower in the new epoch.
        self.comings = Comings::default();
        self.users.retain(|_, local| !local.sockets.is_empty());
        self.users.values_mut().for_each(|local| local.rooms = Rooms::Asked(Vec::new()));
        self.rooms.clear();
        self.epoch = epoch;
    }

    fn memberships(&self, user: UserId) -> impl Iterator<Item = &Membership> {
        let known = match self.users.get(&user).map(|local| &local.rooms) {
            Some(Rooms::Known(rooms)) => Some(rooms.values()),
            _ => None,
        };
        known.into_iter().flatten()
    }
}

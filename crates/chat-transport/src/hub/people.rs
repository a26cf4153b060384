//! Who is here: users with their sockets, and the rooms that they are in.

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

/// Everybody with a socket on this node, and those who went away a moment ago. Asked when somebody comes, joins or leaves, and
/// never for a message.
pub(super) struct People {
    pub(super) settings: HubSettings,
    pub(super) epoch: u64,
    pub(super) users: Map<UserId, Local>,
    /// Who came and went a while ago.
    pub(super) comings: Comings,
    /// What is stated to other nodes, if there are some.
    pub(super) own: Option<Own>,
    /// Who is connected to other nodes.
    pub(super) elsewhere: Elsewhere,
    /// The rooms in which somebody here is.
    pub(super) rooms: Map<RoomId, Here>,
    pub(super) presence: presence::Presence,
    /// Who looks how, for those who are still to be told. One task tells it, in this order.
    pub(super) asides: Asides,
    /// When a user's last socket went away, to be noted.
    pub(super) left: Map<UserId, Time>,
    /// When a user's last Socket.IO socket went away.
    pub(super) left_socketio: Map<UserId, Time>,
    /// Who came to Socket.IO or left it, to be noted.
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
    /// How many are in it.
    pub(super) members: u32,
    /// Those with a socket on this node.
    pub(super) online: BTreeSet<UserId>,
}

/// What is known of the rooms that a user is in.
pub(super) enum Rooms {
    /// The journal has been asked; this is what happened meanwhile.
    Asked(Vec<Moved>),
    Known(Map<RoomId, Membership>),
}

/// Somebody came into a room, or left it.
pub(super) struct Moved {
    pub(super) room: RoomId,
    /// By which change.
    pub(super) seq: u64,
    /// Their place there from then on.
    pub(super) now: Option<Membership>,
}

impl Rooms {
    /// The place in a room, as far as it is known.
    pub(super) fn membership(&mut self, room: RoomId) -> Option<&mut Membership> {
        match self {
            Rooms::Known(rooms) => rooms.get_mut(&room),
            Rooms::Asked(changes) => changes.iter_mut().rev().find(|moved| moved.room == room)?.now.as_mut(),
        }
    }
}

/// What becomes of a new socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// The rooms of its user are known.
    Known,
    /// The journal is to be asked for the memberships of its user first.
    Ask,
    /// The user has too many sockets.
    TooMany,
}

impl People {
    pub(super) fn new(settings: &HubSettings, epoch: u64, has_others: bool) -> People {
        People {
            comings: Comings::default(),
            own: has_others.then(Own::new),
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

    /// Lets a socket in. Its first frames come before anything that others may tell it.
    pub(super) fn open(&mut self, socket: &Arc<Socket>, greeting: &Frames) -> Opened {
        let local = self.users.entry(socket.user()).or_insert_with(|| Local {
            sockets: Vec::new(),
            person: socket.person.clone(),
            rooms: Rooms::Asked(Vec::new()),
        });
        if local.sockets.len() >= self.settings.sockets_per_user {
            return Opened::TooMany;
        }
        socket.line.offer(greeting);
        local.person = socket.person.clone();
        local.sockets.push(socket.clone());
        match local.rooms {
            Rooms::Known(_) => Opened::Known,
            Rooms::Asked(_) => Opened::Ask,
        }
    }

    /// Forgets a user, if there is no socket left.
    pub(super) fn forget(&mut self, user: UserId) {
        if !self.users.get(&user).is_some_and(|local| local.sockets.is_empty()) {
            return;
        }
        let rooms: Vec<RoomId> = self.rooms(user).collect();
        rooms.into_iter().for_each(|room| self.is_gone(user, room));
        self.users.remove(&user);
    }

    /// All sockets of a user.
    pub(super) fn sockets(&self, user: UserId) -> Vec<Arc<Socket>> {
        self.users.get(&user).map(|local| local.sockets.clone()).unwrap_or_default()
    }

    /// Whether a user has a socket at such an entrance.
    pub(super) fn has(&self, user: UserId, such: impl Fn(Entrance) -> bool) -> bool {
        self.users.get(&user).is_some_and(|local| local.sockets.iter().any(|socket| such(socket.endpoint.entrance)))
    }

    /// A user's place in a room, if they are in it.
    pub(super) fn membership(&self, user: UserId, room: RoomId) -> Option<Membership> {
        match &self.users.get(&user)?.rooms {
            Rooms::Known(rooms) => rooms.get(&room).copied(),
            Rooms::Asked(changes) => changes.iter().rev().find(|moved| moved.room == room)?.now,
        }
    }

    /// The rooms that a user with a socket here is in.
    pub(super) fn rooms(&self, user: UserId) -> impl Iterator<Item = RoomId> {
        self.memberships(user).map(|of| of.room)
    }

    /// The roulette chats that a user is in.
    pub(super) fn roulettes(&self, user: UserId) -> Vec<RoomId> {
        self.memberships(user).filter(|of| of.kind == RoomKind::Roulette).map(|of| of.room).collect()
    }

    /// Whether a user has a Socket.IO socket here.
    pub(super) fn is_at_socketio(&self, user: UserId) -> bool {
        self.has(user, |entrance| entrance == Entrance::SocketIo)
    }

    /// Whether a new Socket.IO socket of this user comes back: an earlier one went away a moment ago, and none is open.
    pub(super) fn comes_back(&self, user: UserId, within: Duration, now: Time) -> bool {
        !self.is_at_socketio(user) && self.left_socketio.get(&user).is_some_and(|left| now.since(*left) <= within)
    }

    /// The summaries of chats that somebody here is shown, of those that have gone out of date.
    pub(super) fn summaries(&self, stale: Stale) -> Vec<(UserId, RoomId)> {
        let of_rooms = stale.rooms.into_iter().filter_map(|id| Some((id, self.rooms.get(&id)?)));
        let of_members = of_rooms.flat_map(|(id, here)| here.online.iter().map(move |user| (*user, id)));
        of_members.chain(stale.summaries).filter(|(user, _)| self.has(*user, shows_list)).collect()
    }

    /// Nothing is known any more of who is in which room. Nobody is online: else those who come back would not come online for
    /// those who were back before them.
    pub(super) fn begin_anew(&mut self, epoch: u64, now: Time) {
        let online = self.users.keys().filter(|user| self.presence.connections(**user) > 0);
        self.left.extend(online.map(|user| (*user, now)));
        self.presence = presence::Presence::new(self.settings.presence_grace);
        self.own = self.own.as_ref().map(|_| Own::new());
        self.elsewhere = Elsewhere::default();
        // The counters of the rooms may have gone back.
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

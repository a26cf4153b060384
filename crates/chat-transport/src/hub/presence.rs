//! Presence: who looks how to whom.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_domain::directory::Visit;
use chat_domain::presence::{self, PresenceSign, Shift};
use chat_domain::{Mood, RoomId, Time, UserId};
use chat_protocol::{Entrance, Frames, News, Presence, Shape, audience, encode};

use super::asides::{Aside, Listener};
use super::map::Map;
use super::people::People;
use crate::connection::socket::Socket;
use crate::mistakes::planted;

impl People {
    /// Counts a socket, whose user may come online by it. The user's rooms must be known.
    pub(super) fn appear(&mut self, socket: &Socket, now: Time) {
        self.own_shift(socket.user(), PresenceSign::Opened { user: socket.user(), socket: name(socket) }, now)
    }

    /// Changes how the user of a socket looks.
    pub(super) fn look(&mut self, socket: &Socket, mood: Mood, now: Time) {
        self.own_shift(socket.user(), PresenceSign::Says { user: socket.user(), socket: name(socket), mood }, now)
    }

    /// Takes out a socket. Returns the rooms that it may have joined, and whether it was its user's last one.
    pub(super) fn close(&mut self, socket: &Socket, now: Time) -> (Vec<RoomId>, bool) {
        let user = socket.user();
        let rooms = match socket.endpoint.room {
            Some(room) => vec![room],
            None => self.rooms(user).collect(),
        };
        let Some(local) = self.users.get_mut(&user) else { return (rooms, true) };
        local.sockets.retain(|other| other.id != socket.id);
        let was_last = local.sockets.is_empty();
        if socket.endpoint.entrance == Entrance::SocketIo {
            self.left_socketio.insert(user, now);
            if !self.is_at_socketio(user) {
                self.visits.insert(user, Visit::Left(now));
            }
        }
        let was_here = self.presence.connections(user) > 0;
        self.own_shift(user, PresenceSign::Closed { user, socket: name(socket) }, now);
        if was_last {
            if was_here {
                self.left.insert(user, now);
            }
            if !self.looks_online(user) {
                self.forget(user);
            }
        }
        (rooms, was_last)
    }

    /// Announces that people are offline whose grace is over, and forgets them.
    pub(super) fn tick(&mut self, now: Time) {
        let within = self.settings.reconnection;
        self.left_socketio.retain(|_, left| now.since(*left) <= within);
        if planted!(Wall) && self.presence.deadline().is_some_and(|deadline| deadline > now) {
            return;
        }
        if !planted!(Grace) {
            self.shift(PresenceSign::Tick, now)
        }
    }

    /// Takes those whose last socket went away since the last call, and when.
    pub(super) fn departures(&mut self) -> Vec<(UserId, Time)> {
        self.left.drain().collect()
    }

    /// Tells whether somebody is visibly online.
    pub(super) fn looks_online(&self, user: UserId) -> bool {
        self.presence.mood(user) != Mood::Offline
    }

    /// Tells whether somebody has nothing open on any node and their grace is over. Somebody invisible is not away.
    pub(super) fn is_away(&self, user: UserId) -> bool {
        !self.looks_online(user) && self.presence.connections(user) == 0
    }

    /// Sends a socket with a place in a room these frames and who is online there. Returns the number of members; `None`, with
    /// nothing sent, if its user is not a member. It is sent under the lock of people, so that newer presence comes after it.
    pub(super) fn greet(
        &self,
        socket: &Socket,
        room: RoomId,
        shape: Shape,
        frames: &mut Frames,
        now: Time,
    ) -> Option<u32> {
        let membership = self.membership(socket.user(), room)?;
        let here = self.rooms.get(&room);
        let members = here.map_or(membership.members, |here| here.members);
        if members <= self.settings.presence_room {
            let others: BTreeSet<UserId> = here
                .into_iter()
                .flat_map(|here| here.online.iter().copied())
                .chain(self.elsewhere.in_room(room))
                .collect();
            let others = others.into_iter().filter(|user| *user != socket.user());
            for presence in others.filter_map(|user| self.presence(user, now)).filter(|presence| presence.online) {
                let news = News::Presence(Presence { room: Some(room), ..presence });
                if let Some(audience) = audience(shape, &news, socket.user()) {
                    encode(shape, audience, &news, NO_CURSOR, frames);
                }
            }
        }
        socket.line.offer(frames);
        Some(members)
    }

    /// Takes in a sign of somebody with a socket here, and states it to the other nodes.
    fn own_shift(&mut self, user: UserId, sign: PresenceSign, now: Time) {
        if let Some(own) = &mut self.own
            && own.takes(user, sign, now)
            && let Some(local) = self.users.get(&user)
        {
            let person = local.person.clone();
            let rooms = self.told_rooms(user);
            if let Some(own) = &mut self.own {
                own.state(person, rooms);
            }
        }
        self.shift(sign, now);
    }

    /// Returns those rooms of a user with a socket here in which presence is announced.
    pub(super) fn told_rooms(&self, user: UserId) -> Vec<RoomId> {
        let is_small = |id: &RoomId| self.rooms.get(id).is_some_and(|here| here.members <= self.settings.presence_room);
        self.rooms(user).filter(is_small).take(MOST_TOLD).collect()
    }

    /// Takes in a sign, and announces what it changes. Time has passed with it, so that the grace of others may be over too.
    pub(super) fn shift(&mut self, sign: PresenceSign, now: Time) {
        for shift in self.presence.handle(now, sign) {
            self.announce(shift, now);
            if shift.to == Mood::Offline {
                self.forget(shift.user);
                self.elsewhere.forget(shift.user);
            }
        }
    }

    /// Tells everybody who shares a room with somebody how they look now, once for each socket however many rooms are shared.
    fn announce(&mut self, shift: Shift, now: Time) {
        let Some(presence) = self.presence(shift.user, now) else { return };
        let online = shift.to != Mood::Offline;
        let last_seen = Some(if online { now } else { shift.at });
        let listener = |socket: Arc<Socket>| {
            let shape = socket.endpoint.shape(false);
            Listener { socket, shape }
        };
        let listeners = self.sharers(&shift).into_values().map(listener).collect();
        let news = News::Presence(Presence { online, mood: shift.to, last_seen, ..presence });
        self.asides.add(Aside::new(news, listeners));
    }

    /// Returns how somebody who is connected to any node looks to others.
    fn presence(&self, user: UserId, now: Time) -> Option<Presence> {
        let local = self.users.get(&user).map(|local| &local.person);
        let person = local.or_else(|| self.elsewhere.person(user))?.clone();
        let mood = self.presence.mood(user);
        Some(Presence { person, room: None, online: mood != Mood::Offline, mood, last_seen: Some(now), at: now })
    }

    /// Returns the sockets of those who share a room with somebody and should hear of such a change.
    fn sharers(&self, shift: &Shift) -> Map<u64, Arc<Socket>> {
        let rooms: BTreeSet<RoomId> = self.rooms(shift.user).chain(self.elsewhere.rooms(shift.user)).collect();
        let rooms = rooms.into_iter().filter_map(|id| Some((id, self.rooms.get(&id)?)));
        let small = rooms.filter(|(_, here)| here.members <= self.settings.presence_room);
        small
            .flat_map(|(id, here)| here.online.iter().map(move |user| (id, *user)))
            .filter(|(_, user)| *user != shift.user)
            .filter_map(|(id, user)| Some((id, self.users.get(&user)?)))
            .flat_map(|(id, local)| local.sockets.iter().map(move |socket| (id, socket)))
            .filter(|(id, socket)| hears(socket, *id, shift))
            .map(|(_, socket)| (socket.id, socket.clone()))
            .collect()
    }
}

/// Tells whether a socket of somebody who shares this room should hear of a change. Sockets without a room of their own hear of
/// everybody; moods are for dialect 2 only.
fn hears(socket: &Socket, shared: RoomId, shift: &Shift) -> bool {
    let came_or_went = (shift.from == Mood::Offline) != (shift.to == Mood::Offline);
    match socket.endpoint.entrance {
        Entrance::Multiplexed => true,
        Entrance::SocketIo => came_or_went,
        Entrance::Room(_) | Entrance::Roulette => came_or_went && socket.endpoint.room == Some(shared),
        Entrance::Sse | Entrance::Bare | Entrance::Personal => false,
    }
}

/// Returns the socket's name in the presence machine.
fn name(socket: &Socket) -> presence::Socket {
    presence::Socket { node: 0, number: socket.id }
}

/// Presence frames have no cursor, and so need no epoch.
const NO_CURSOR: u64 = 0;
/// For how many rooms at most a person is stated to other nodes.
const MOST_TOLD: usize = 300;

//! Coming and going: who looks how to whom.

use std::collections::HashMap;
use std::sync::Arc;

use chat_domain::presence::{self, PresenceSign, Shift};
use chat_domain::{Mood, RoomId, Time, UserId};
use chat_protocol::{Entrance, News, Presence, Shape};

use super::asides::Listener;
use super::state::State;
use crate::connection::socket::Socket;

impl State {
    /// A socket whose user's rooms are known is here: its user may have come online by that.
    pub(super) fn appear(&mut self, socket: &Socket, now: Time) {
        self.shift(PresenceSign::Opened { user: socket.user(), socket: name(socket) }, now);
    }

    /// A socket changes how its user looks.
    pub(super) fn look(&mut self, socket: &Socket, mood: Mood, now: Time) {
        self.shift(PresenceSign::Says { user: socket.user(), socket: name(socket), mood }, now);
    }

    /// Takes a sign in. It may also show that the grace of others is over.
    pub(super) fn shift(&mut self, sign: PresenceSign, now: Time) {
        for shift in self.people.presence.handle(now, sign) {
            self.announce(shift, now);
            if shift.to == Mood::Offline {
                self.forget(shift.user);
            }
        }
    }

    /// Announces and forgets those whose grace is over.
    pub(super) fn end_presence(&mut self, now: Time) {
        let within = self.settings.reconnection;
        self.people.left_socketio.retain(|_, left| now.since(*left) <= within);
        self.shift(PresenceSign::Tick, now);
    }

    /// Who left since this was last asked, and when.
    pub(super) fn departures(&mut self) -> Vec<(UserId, Time)> {
        self.people.left.drain().collect()
    }

    /// Tells everybody who shares a room with somebody how they look now: once per socket, however many rooms are shared.
    fn announce(&mut self, shift: Shift, now: Time) {
        let Some(presence) = self.people.presence(shift.user, now) else { return };
        let online = shift.to != Mood::Offline;
        let last_seen = Some(if online { now } else { shift.at });
        let listener = |socket: Arc<Socket>| {
            let shape = Shape { entrance: socket.endpoint.entrance, cursor: false };
            Listener { socket, shape }
        };
        let listeners = self.sharers(&shift).into_values().map(listener).collect();
        self.tell_aside(News::Presence(Presence { online, mood: shift.to, last_seen, ..presence }), listeners);
    }

    /// The sockets of those who share a room with somebody and hear of such a change, each once.
    fn sharers(&self, shift: &Shift) -> HashMap<u64, Arc<Socket>> {
        let rooms = self.people.rooms(shift.user).filter_map(|id| Some((id, self.rooms.get(&id)?)));
        let small = rooms.filter(|(_, room)| room.members <= self.settings.presence_room);
        small
            .flat_map(|(id, room)| room.online.iter().map(move |user| (id, *user)))
            .filter(|(_, user)| *user != shift.user)
            .filter_map(|(id, user)| Some((id, self.people.users.get(&user)?)))
            .flat_map(|(id, local)| local.sockets.iter().map(move |socket| (id, socket)))
            .filter(|(id, socket)| hears(socket, *id, shift))
            .map(|(_, socket)| (socket.id, socket.clone()))
            .collect()
    }
}

/// Whether a socket of somebody who shares this room is told: those without a room of their own are told of everybody, moods
/// are for dialect 2 alone.
fn hears(socket: &Socket, shared: RoomId, shift: &Shift) -> bool {
    let came_or_went = (shift.from == Mood::Offline) != (shift.to == Mood::Offline);
    match socket.endpoint.entrance {
        Entrance::Multiplexed => true,
        Entrance::SocketIo => came_or_went,
        Entrance::Room(_) | Entrance::Roulette => came_or_went && socket.endpoint.room == Some(shared),
        Entrance::Sse | Entrance::Bare | Entrance::Personal => false,
    }
}

/// A socket as the presence machine names it.
pub(super) fn name(socket: &Socket) -> presence::Socket {
    presence::Socket { node: 0, number: socket.id }
}

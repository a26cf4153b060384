//! What operators see of the hub.

use std::sync::Arc;

use chat_domain::{RoomId, UserId};

use super::handle::Hub;
use crate::connection::socket::Socket;

impl Hub {
    /// Returns the sockets with higher numbers than `after`, of one person or of all, oldest first.
    pub(crate) fn sockets_after(&self, after: u64, of: Option<UserId>) -> Vec<Arc<Socket>> {
        let mut sockets = of.map_or_else(|| self.everybody(), |user| self.people().sockets(user));
        sockets.retain(|socket| socket.id > after);
        sockets.sort_unstable_by_key(|socket| socket.id);
        sockets
    }

    /// Returns the rooms that a socket hears.
    pub(crate) fn joined(&self, socket: &Socket) -> Vec<RoomId> {
        let mut rooms: Vec<RoomId> = match socket.endpoint.room {
            Some(room) => vec![room],
            None => self.people().rooms(socket.user()).collect(),
        };
        rooms.retain(|room| self.delivery_of(*room).rooms.get(room).is_some_and(|room| room.has(socket.id)));
        rooms.sort_unstable();
        rooms
    }

    /// Returns how many people have a socket here.
    pub(crate) fn people_here(&self) -> usize {
        self.people().users.values().filter(|local| !local.sockets.is_empty()).count()
    }

    /// Returns how many orders of sockets are not settled yet.
    pub(crate) fn orders_waiting(&self) -> u64 {
        self.0.inbox.waiting()
    }

    /// Returns how many rooms are in memory.
    pub(crate) fn active_rooms(&self) -> usize {
        (0..self.shards()).map(|shard| self.delivery(shard).rooms.len()).sum()
    }
}

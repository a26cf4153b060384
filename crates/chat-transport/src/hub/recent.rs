//! What is remembered of active rooms, and what was noted of them.

use std::sync::Arc;

use chat_domain::{Head, Message, MessageId, RoomId, UserId};
use tokio::sync::Notify;

use super::handle::Hub;

impl Hub {
    /// Something to wait on until a room changes.
    pub fn changes(&self, room: RoomId) -> Arc<Notify> {
        self.delivery_of(room).waiters.entry(room).or_default().clone()
    }

    /// The messages of a room after this one, if the recent ones in memory are all there is to know, up to this head at least:
    /// newest content, without the deleted ones, oldest first.
    pub(crate) fn recent(&self, room: RoomId, after: Option<MessageId>, head: Head) -> Option<Vec<Arc<Message>>> {
        let delivery = self.delivery_of(room);
        let log = &delivery.rooms.get(&room)?.log;
        if log.has_passed(head) { log.messages_after(after) } else { None }
    }

    /// The counters of a room up to which it was told here, if it is active.
    pub(crate) fn head(&self, room: RoomId) -> Option<Head> {
        self.delivery_of(room).rooms.get(&room).map(|room| room.log.head())
    }

    /// A message has reached a user by a way that the hub does not see.
    pub fn reached(&self, user: UserId, room: RoomId, message: MessageId) {
        self.delivery_of(room).has_reached(user, room, message);
    }
}

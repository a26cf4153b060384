//! Questions about rooms in memory.

use std::sync::Arc;

use chat_domain::{Head, Message, MessageId, RoomId, UserId};
use tokio::sync::Notify;

use super::handle::Hub;

impl Hub {
    /// Returns a bell that rings when a room changes.
    pub(crate) fn changes(&self, room: RoomId) -> Arc<Notify> {
        self.delivery_of(room).waiters.entry(room).or_default().clone()
    }

    /// Returns the messages of a room after this one in their newest form, without deleted ones, oldest first; `None` unless
    /// memory has all of them up to `head`.
    pub(crate) fn recent(&self, room: RoomId, after: Option<MessageId>, head: Head) -> Option<Vec<Arc<Message>>> {
        let delivery = self.delivery_of(room);
        let log = &delivery.rooms.get(&room)?.log;
        if log.has_passed(head) { log.messages_after(after) } else { None }
    }

    /// Returns the head up to which a room was told here, if it is in memory.
    pub(crate) fn head(&self, room: RoomId) -> Option<Head> {
        self.delivery_of(room).rooms.get(&room).map(|room| room.log.head())
    }

    /// Notes that a message was delivered to a user in a way that the hub does not see.
    pub(crate) fn reached(&self, user: UserId, room: RoomId, message: MessageId) {
        self.delivery_of(room).has_reached(user, room, message);
    }
}

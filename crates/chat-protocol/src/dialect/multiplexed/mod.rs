//! Dialect 2: one WebSocket for all rooms, integer ids, flat objects with `type` and `timestamp`.

mod decode;
mod encode;
mod reply;

use chat_domain::Message;

use super::additions::shown_kind;
use crate::features::Features;
use crate::json::{Object, Seconds};

pub(super) use decode::decode;
pub(super) use encode::{carries, encode};
pub(crate) use reply::{done, hello, joined, refused, resync, settled};

/// Writes the fields of a message object.
pub(crate) fn message_fields(o: &mut Object<'_>, message: &Message, features: Features) {
    o.put("id", message.id.number())
        .put("content", message.text())
        .put("sender_id", message.sender.id().number())
        .put("created_at", Seconds(message.created_at))
        .put("message_type", shown_kind(message, features).word());
}

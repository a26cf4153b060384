//! Dialect 5: Socket.IO events, UUIDs. A frame is the complete text of an Engine.IO packet: an event `42["event",{…}]`,
//! or an ACK `43<id>[{…}]`.

mod decode;
mod encode;
mod reply;

use chat_domain::{Message, Status};

use super::additions::shown_kind;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Json, Object, Raw, Seconds, object};

pub(super) use decode::decode;
pub(crate) use encode::change;
pub(crate) use encode::notification_fields;
pub(super) use encode::{audience, encode};
pub(crate) use reply::{done, hello, joined, notification_read, refused, resync, settled, sync_required};

/// Writes the fields of a message object.
pub(crate) fn message_fields(o: &mut Object<'_>, message: &Message, features: Features, status: Status) {
    o.put("id", message.id.uuid())
        .put("chat_id", message.room.uuid())
        .put("sender_id", message.sender.handle.uuid)
        .put("sender_name", message.sender.name.as_str())
        .put("sender_avatar", message.sender.avatar.as_str())
        .put("type", shown_kind(message, features).word())
        .put("content", message.text())
        .put("metadata", Raw(&message.metadata))
        .put("created_at", Seconds(message.created_at))
        .put("status", status_word(status));
}

/// Returns the word for the status of a message.
pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Sent => "sent",
        Status::Delivered => "delivered",
        Status::Read => "read",
    }
}

/// Writes an event with one object. Event names are our own, so they need no escaping.
fn event(out: &mut Frames, name: &str, fill: impl FnOnce(&mut Object<'_>)) {
    out.frame(|bytes| write_event(bytes, name, fill));
}

fn write_event(bytes: &mut Vec<u8>, name: &str, fill: impl FnOnce(&mut Object<'_>)) {
    bytes.extend_from_slice(b"42[\"");
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(b"\",");
    object(bytes, fill);
    bytes.push(b']');
}

/// Writes the ACK with this id and one object; nothing if the client asked for no ACK.
fn ack(out: &mut Frames, id: Option<u64>, fill: impl FnOnce(&mut Object<'_>)) {
    let Some(id) = id else { return };
    out.frame(|bytes| {
        bytes.extend_from_slice(b"43");
        id.write(bytes);
        bytes.push(b'[');
        object(bytes, fill);
        bytes.push(b']');
    });
}

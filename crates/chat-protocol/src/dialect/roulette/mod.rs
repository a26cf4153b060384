//! Dialect 4: a WebSocket per room, or one for the user's own news; UUIDs, objects `{type, chat_id, payload}`.

mod decode;
mod encode;
pub(crate) mod personal;
mod reply;

use chat_domain::{Handle, Likes, Message, Person, Reception, RoomId, Status, Uuid};

use crate::cursor::Cursor;
use crate::dialect::additions::shown_kind;
use crate::dialect::socketio::status_word;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Seconds, object};

pub(crate) use decode::captioned;
pub(super) use decode::decode;
pub(super) use encode::{audience, encode};
pub(crate) use reply::{joined, refused, resync, settled};

/// Writes the fields of a message object with the status that this reader is told. The address of a picture, film,
/// recording or other file is in `media_url`.
pub(crate) fn message_fields(
    o: &mut Object<'_>,
    message: &Message,
    features: Features,
    reception: &Reception,
    status: Status,
) {
    let kind = shown_kind(message, features);
    let (content, media_url) = if kind.is_media() { ("", message.text()) } else { (message.text(), "") };
    o.put("id", message.id.uuid())
        .put("chat_id", message.room.uuid())
        .put("user_id", message.sender.handle.uuid)
        .put("type", kind.word())
        .put("content", content)
        .put("media_url", media_url)
        .put("status", status_word(status))
        .put("is_edited", message.edited.is_some())
        .put("edited_at", message.edited.map(|(at, _)| Seconds(at)))
        .put("read_at", reception.read_at.map(Seconds))
        .list("read_by", uuids(&reception.readers));
    likes_fields(o, &reception.likes);
    o.put("created_at", Seconds(message.created_at)).nest("user", |o| user_fields(o, &message.sender));
}

/// Writes how many people like a message, who they are, and when the newest like was given.
pub(crate) fn likes_fields(o: &mut Object<'_>, likes: &Likes) {
    o.put("likes_count", likes.count).list("liked_by", uuids(&likes.by)).put("liked_at", likes.at.map(Seconds));
}

/// Writes the fields of a user object.
pub(crate) fn user_fields(o: &mut Object<'_>, person: &Person) {
    o.put("id", person.handle.uuid).put("username", person.username.as_str());
}

pub(crate) fn uuids(handles: &[Handle]) -> impl Iterator<Item = Uuid> {
    handles.iter().map(|handle| handle.uuid)
}

/// Writes a frame about a room, with a cursor for clients that asked for one.
fn write(
    bytes: &mut Vec<u8>,
    kind: &str,
    room: Option<RoomId>,
    cursor: Option<Cursor>,
    payload: impl FnOnce(&mut Object<'_>),
) {
    object(bytes, |o| {
        o.put("type", kind)
            .put("chat_id", room.map(|room| room.uuid()))
            .nest("payload", payload)
            .maybe("cursor", cursor);
    });
}

fn frame(out: &mut Frames, kind: &str, room: Option<RoomId>, payload: impl FnOnce(&mut Object<'_>)) {
    out.frame(|bytes| write(bytes, kind, room, None, payload));
}

//! Dialect 1 as a stream: SSE events whose data is an envelope `{type, data}`; integer ids, microseconds.

use chat_domain::{Change, Event, Message, Person};

use super::additions::{Beside, additions};
use super::extra::{self, Words};
use super::{Cursors, is_told};
use crate::cursor::Cursor;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Micros, Object, object};
use crate::news::{News, Typing};

/// Writes the fields of a message object.
pub(crate) fn message_fields(o: &mut Object<'_>, message: &Message) {
    o.put("id", message.id.number())
        .put("content", message.text())
        .nest("user", |o| user_fields(o, &message.sender))
        .put("created_at", Micros(message.created_at));
}

/// Writes the fields of a user object.
pub(crate) fn user_fields(o: &mut Object<'_>, person: &Person) {
    o.put("id", person.id().number()).put("name", person.name.as_str()).put("avatar", person.avatar.as_str());
}

/// Whether this news has an envelope.
pub(crate) fn carries(news: &News) -> bool {
    match news {
        News::Event(event) => carries_event(event),
        News::Typing(_) => true,
        News::Presence(_) | News::Summary { .. } | News::Match { .. } | News::Left { .. } => false,
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => false,
    }
}

/// Whether this event has an envelope.
pub(crate) fn carries_event(event: &Event) -> bool {
    is_told(&event.change) && !matches!(event.change, Change::Delivered(_))
}

pub(super) fn encode(news: &News, features: Features, cursors: Option<Cursors>, out: &mut Frames) {
    match news {
        News::Event(event) if carries_event(event) => {
            frame(out, cursors.map(Cursors::after), |bytes| write_envelope(bytes, event, features));
        }
        News::Typing(sign) => frame(out, None, |bytes| typing(bytes, sign)),
        News::Event(_) | News::Presence(_) | News::Summary { .. } | News::Match { .. } | News::Left { .. } => {}
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => {}
    }
}

/// Writes the envelope `{"type":…,"data":{…}}` of an event that has one.
pub(crate) fn write_envelope(bytes: &mut Vec<u8>, event: &Event, features: Features) {
    let kind = match &event.change {
        Change::Sent { .. } => "message",
        Change::Edited { .. } => "message_updated",
        Change::Deleted { .. } => "message_deleted",
        Change::Liked { .. } => "message_liked",
        Change::Unliked { .. } => "message_unliked",
        Change::Read(_) => "messages_read",
        Change::Added { .. } => "member_added",
        Change::Removed { .. } => "member_removed",
        Change::Extra(extra) => extra::name(extra).plain,
        Change::Delivered(_) | Change::Created { .. } | Change::Closed => return,
    };
    envelope(bytes, kind, |o| data(o, event, features));
}

fn data(o: &mut Object<'_>, event: &Event, features: Features) {
    match &event.change {
        Change::Sent { message, reception } => {
            message_fields(o, message);
            let beside = Beside { reception: Some(reception), mine: None };
            additions(o, Words::Sse, features, message, beside);
        }
        Change::Edited { message } => {
            message_fields(o, message);
            o.put("edited_at", Micros(message.edited.map_or(event.at, |(at, _)| at)));
            additions(o, Words::Sse, features, message, Beside::default());
        }
        Change::Deleted { message, .. } => {
            o.put("id", message.number());
        }
        Change::Liked { message, likes } | Change::Unliked { message, likes } => {
            o.put("id", message.number()).put("user_id", event.actor.id().number()).put("likes_count", likes.count);
        }
        Change::Read(read) => {
            o.put("user_id", event.actor.id().number())
                .put("last_message_id", read.upto.number())
                .put("read_at", Micros(event.at));
        }
        Change::Added { person } | Change::Removed { person, .. } => {
            o.nest("user", |o| user_fields(o, person));
        }
        Change::Extra(extra) => extra::fields(o, Words::Sse, event, extra),
        Change::Delivered(_) | Change::Created { .. } | Change::Closed => {}
    }
}

fn typing(bytes: &mut Vec<u8>, sign: &Typing) {
    envelope(bytes, "typing", |o| {
        o.put("user_id", sign.person.id().number())
            .put("name", sign.person.name.as_str())
            .put("is_typing", sign.is_typing);
    });
}

/// Writes how many milliseconds a browser is to wait before it reconnects.
pub(crate) fn hello(out: &mut Frames) {
    out.frame(|bytes| bytes.extend_from_slice(b"retry: 2000\n\n"));
}

/// Writes how long browsers are to wait this time, when the server goes away.
pub(crate) fn farewell(wait: u64, out: &mut Frames) {
    out.frame(|bytes| bytes.extend_from_slice(format!("retry: {wait}\n\n").as_bytes()));
}

/// Writes the first cursor: an `id:` without data, which a browser remembers without telling the page.
pub(crate) fn joined(cursor: Option<Cursor>, out: &mut Frames) {
    if let Some(cursor) = cursor {
        out.frame(|bytes| {
            id(bytes, cursor);
            bytes.push(b'\n');
        });
    }
}

pub(crate) fn resync(cursor: Cursor, out: &mut Frames) {
    frame(out, Some(cursor), |bytes| {
        envelope(bytes, "resync", |o| {
            o.put("reason", "history_pruned");
        });
    });
}

fn envelope(bytes: &mut Vec<u8>, kind: &str, data: impl FnOnce(&mut Object<'_>)) {
    object(bytes, |o| {
        o.put("type", kind).nest("data", data);
    });
}

/// One `data:` line is enough: our JSON has no line breaks, and those in texts are escaped, so no text can begin
/// another line.
fn frame(out: &mut Frames, cursor: Option<Cursor>, data: impl FnOnce(&mut Vec<u8>)) {
    out.frame(|bytes| {
        if let Some(cursor) = cursor {
            id(bytes, cursor);
        }
        bytes.extend_from_slice(b"data: ");
        data(bytes);
        bytes.extend_from_slice(b"\n\n");
    });
}

fn id(bytes: &mut Vec<u8>, cursor: Cursor) {
    bytes.extend_from_slice(b"id: ");
    cursor.spell(bytes);
    bytes.push(b'\n');
}

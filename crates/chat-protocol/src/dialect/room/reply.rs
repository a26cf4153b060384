//! Writes what a client of dialect 3 is answered.

use chat_domain::{Change, Message, Outcome, RoomId};

use super::words;
use crate::cursor::Cursor;
use crate::dialect::additions::refusal;
use crate::dialect::extra::Words;
use crate::entrance::Lang;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Seconds, object};
use crate::request::{Context, Verb};
use crate::trouble::Trouble;

/// Writes `message_sent`, and `messages_marked_read` for a read that moved nothing. A read that moved the position is
/// told by its event.
pub(crate) fn settled(context: &Context, outcome: &Outcome, out: &mut Frames) {
    if context.verb == Verb::Read {
        return match outcome {
            Outcome::Happened(_) | Outcome::Both(..) => {}
            Outcome::Already(_) | Outcome::Quiet => marked_read(context.room, out),
        };
    }
    let Some(event) = outcome.event() else { return };
    if let Change::Sent { message, .. } = &event.change {
        sent(context, message, out);
    }
}

fn sent(context: &Context, message: &Message, out: &mut Frames) {
    write(out, "message_sent", |o| {
        o.put("message_id", message.id.number())
            .put("message", message.text())
            .put("timestamp", Seconds(message.created_at));
        named(o, context);
    });
}

fn marked_read(room: Option<RoomId>, out: &mut Frames) {
    write(out, "messages_marked_read", |o| {
        o.put("room_id", room.map(|room| room.number()));
    });
}

pub(crate) fn refused((lang, features): (Lang, Features), context: &Context, trouble: &Trouble, out: &mut Frames) {
    write(out, "error", |o| {
        o.put("message", &*words::trouble(lang, trouble))
            .put("code", trouble.code())
            .maybe("message_id", trouble.first_message().map(|id| id.number()));
        refusal(o, Words::Room, features, trouble);
        named(o, context);
    });
}

/// Writes the first cursor.
pub(crate) fn joined(cursor: Option<Cursor>, out: &mut Frames) {
    if let Some(cursor) = cursor {
        write(out, "cursor", |o| {
            o.put("cursor", cursor);
        });
    }
}

pub(crate) fn resync(cursor: Cursor, out: &mut Frames) {
    write(out, "resync", |o| {
        o.put("room_id", cursor.room.number()).put("reason", "history_pruned").put("cursor", cursor);
    });
}

fn named(o: &mut Object<'_>, context: &Context) {
    o.maybe("client_id", context.client_id.as_ref().map(|name| name.as_str()));
}

fn write(out: &mut Frames, kind: &str, fill: impl FnOnce(&mut Object<'_>)) {
    out.frame(|bytes| {
        object(bytes, |o| {
            o.put("type", kind);
            fill(o);
        });
    });
}

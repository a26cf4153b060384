//! Writes what a client of dialect 2 is answered.

use chat_domain::{Change, Outcome, Person, Time};

use crate::cursor::Cursor;
use crate::dialect::additions::refusal;
use crate::dialect::extra::Words;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Seconds, object};
use crate::request::{Context, Verb};
use crate::trouble::Trouble;

/// Writes `message_sent`. All other commands are answered by the frame of their event.
pub(crate) fn settled(context: &Context, outcome: &Outcome, out: &mut Frames) {
    let Some(event) = outcome.event() else { return };
    let Change::Sent { message, .. } = &event.change else { return };
    write(out, "message_sent", |o| {
        o.put("chat_id", message.room.number())
            .put("message_id", message.id.number())
            .put("timestamp", Seconds(message.created_at));
        named(o, context);
    });
}

/// Writes `pong` and `left_chat`.
pub(crate) fn done(context: &Context, now: Time, out: &mut Frames) {
    match context.verb {
        Verb::Ping => write(out, "pong", |o| {
            o.put("timestamp", Seconds(now));
        }),
        Verb::Leave => write(out, "left_chat", |o| {
            o.put("chat_id", context.room.map(|room| room.number())).put("timestamp", Seconds(now));
        }),
        _ => {}
    }
}

pub(crate) fn refused(context: &Context, features: Features, trouble: &Trouble, now: Time, out: &mut Frames) {
    write(out, "error", |o| {
        o.put("code", trouble.code())
            .put("message", trouble.message().as_str())
            .maybe("message_id", trouble.first_message().map(|id| id.number()))
            .put("timestamp", Seconds(now));
        refusal(o, Words::Multiplexed, features, trouble);
        named(o, context);
    });
}

pub(crate) fn hello(person: &Person, now: Time, out: &mut Frames) {
    write(out, "connected", |o| {
        o.put("user_id", person.id().number()).put("timestamp", Seconds(now));
    });
}

pub(crate) fn joined(context: &Context, cursor: Option<Cursor>, now: Time, out: &mut Frames) {
    write(out, "joined_chat", |o| {
        o.put("chat_id", context.room.map(|room| room.number())).put("timestamp", Seconds(now)).maybe("cursor", cursor);
    });
}

pub(crate) fn resync(cursor: Cursor, now: Time, out: &mut Frames) {
    write(out, "resync", |o| {
        o.put("chat_id", cursor.room.number())
            .put("reason", "history_pruned")
            .put("cursor", cursor)
            .put("timestamp", Seconds(now));
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

//! Writes what a client of dialect 4 is answered.

use chat_domain::{Change, Outcome};

use super::frame;
use crate::cursor::Cursor;
use crate::dialect::additions::refusal;
use crate::dialect::extra::Words;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Seconds, object};
use crate::request::Context;
use crate::trouble::Trouble;

/// Writes `message_sent`. All other commands are answered by the frame of their event.
pub(crate) fn settled(context: &Context, outcome: &Outcome, out: &mut Frames) {
    let Some(event) = outcome.event() else { return };
    let Change::Sent { message, .. } = &event.change else { return };
    frame(out, "message_sent", Some(message.room), |o| {
        o.put("message_id", message.id.uuid()).put("created_at", Seconds(message.created_at));
        named(o, context);
    });
}

pub(crate) fn refused(context: &Context, features: Features, trouble: &Trouble, out: &mut Frames) {
    frame(out, "error", context.room, |o| {
        o.put("code", trouble.code())
            .put("message", trouble.roulette_message().as_str())
            .maybe("message_id", trouble.first_message().map(|id| id.uuid()));
        refusal(o, Words::Roulette, features, trouble);
        named(o, context);
    });
}

/// Writes the first cursor.
pub(crate) fn joined(cursor: Option<Cursor>, out: &mut Frames) {
    if let Some(cursor) = cursor {
        out.frame(|bytes| {
            object(bytes, |o| {
                o.put("type", "cursor").put("cursor", cursor);
            });
        });
    }
}

pub(crate) fn resync(cursor: Cursor, out: &mut Frames) {
    out.frame(|bytes| {
        super::write(bytes, "resync", Some(cursor.room), Some(cursor), |o| {
            o.put("reason", "history_pruned");
        });
    });
}

fn named(o: &mut Object<'_>, context: &Context) {
    o.maybe("client_id", context.client_id.as_ref().map(|name| name.as_str()));
}

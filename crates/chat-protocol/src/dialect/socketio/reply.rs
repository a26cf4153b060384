//! Writes what a client of dialect 5 is answered.

use chat_domain::{Change, Emoji, Event, Extra, Notification, Outcome, Person, Time};

use super::{ack, event};
use crate::cursor::Cursor;
use crate::dialect::additions::refusal;
use crate::dialect::extra::Words;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Millis, Object, Seconds};
use crate::reply::SyncReason;
use crate::request::{Context, Verb};
use crate::trouble::Trouble;

/// Writes the ACK of a command.
pub(crate) fn settled(context: &Context, outcome: &Outcome, now: Time, out: &mut Frames) {
    ack(out, context.ack, |o| match outcome.event() {
        Some(event) if matches!(context.verb, Verb::React | Verb::Unreact) => reacted(o, event),
        Some(event) => happened(o, event),
        None if context.verb == Verb::Read => {
            o.put("status", "read").put("message_id", None::<&str>).put("read_at", Seconds(now));
        }
        None => {
            o.put("status", "ok");
        }
    });
}

fn happened(o: &mut Object<'_>, event: &Event) {
    match &event.change {
        Change::Sent { message, .. } => {
            o.put("status", "sent").put("message_id", message.id.uuid()).put("created_at", Seconds(message.created_at));
        }
        Change::Edited { message } => {
            o.put("status", "edited")
                .put("message_id", message.id.uuid())
                .put("edited_at", Seconds(message.edited.map_or(event.at, |(at, _)| at)));
        }
        Change::Deleted { message, .. } => {
            o.put("status", "deleted").put("message_id", message.uuid()).put("deleted_at", Seconds(event.at));
        }
        Change::Liked { message, likes } => {
            o.put("status", "liked").put("message_id", message.uuid()).put("likes_count", likes.count);
        }
        Change::Unliked { message, likes } => {
            o.put("status", "unliked").put("message_id", message.uuid()).put("likes_count", likes.count);
        }
        Change::Extra(_) => reacted(o, event),
        Change::Read(read) => {
            o.put("status", "read").put("message_id", read.upto.uuid()).put("read_at", Seconds(event.at));
        }
        Change::Created { .. } | Change::Added { .. } | Change::Removed { .. } => {
            o.put("status", "ok");
        }
        Change::Closed | Change::Delivered(_) => {
            o.put("status", "ok");
        }
    }
}

/// Writes the fields of a reaction that was given or taken back; a like is one.
fn reacted(o: &mut Object<'_>, event: &Event) {
    let (status, message, emoji, by) = match &event.change {
        Change::Liked { message, likes } => ("reacted", message, &Emoji::LIKE, likes),
        Change::Unliked { message, likes } => ("unreacted", message, &Emoji::LIKE, likes),
        Change::Extra(Extra::Reacted { message, emoji, by }) => ("reacted", message, emoji, by),
        Change::Extra(Extra::Unreacted { message, emoji, by }) => ("unreacted", message, emoji, by),
        _ => return,
    };
    o.put("status", status).put("message_id", message.uuid()).put("emoji", emoji.as_str()).put("count", by.count);
}

/// Writes the ACK of leaving a room, of typing, and of renewing the token.
pub(crate) fn done(context: &Context, out: &mut Frames) {
    ack(out, context.ack, |o| match context.verb {
        Verb::Leave => {
            o.put("status", "left").put("chat_id", context.room.map(|room| room.uuid()));
        }
        _ => {
            o.put("status", "ok");
        }
    });
}

/// Writes the ACK of a refusal, or the event `error` if the client asked for no ACK.
pub(crate) fn refused(context: &Context, features: Features, trouble: &Trouble, now: Time, out: &mut Frames) {
    if context.ack.is_some() {
        return ack(out, context.ack, |o| {
            o.put("status", "error");
            told(o, features, trouble);
        });
    }
    event(out, "error", |o| {
        told(o, features, trouble);
        o.put("timestamp", Seconds(now));
        o.maybe("client_id", context.client_id.as_ref().map(|name| name.as_str()));
    });
}

/// Writes what went wrong. The document's clients compare the sentence about a bad token, so it must stay as it is.
fn told(o: &mut Object<'_>, features: Features, trouble: &Trouble) {
    let message = match trouble {
        Trouble::Unauthorized => "Invalid token".into(),
        other => other.message(),
    };
    o.put("code", trouble.code())
        .put("message", message.as_str())
        .maybe("message_id", trouble.first_message().map(|id| id.uuid()));
    refusal(o, Words::SocketIo, features, trouble);
}

pub(crate) fn hello(person: &Person, socket_id: &str, now: Time, out: &mut Frames) {
    event(out, "connected", |o| {
        o.put("socket_id", socket_id).put("user_id", person.handle.uuid).put("timestamp", Millis(now));
    });
}

/// Writes the ACK of `chat:join`.
pub(crate) fn joined(context: &Context, cursor: Option<Cursor>, out: &mut Frames) {
    ack(out, context.ack, |o| {
        o.put("status", "joined").put("chat_id", context.room.map(|room| room.uuid())).maybe("cursor", cursor);
    });
}

/// Writes `sync:required`; the new cursor was in the ACK.
pub(crate) fn resync(person: &Person, cursor: Cursor, now: Time, out: &mut Frames) {
    event(out, "sync:required", |o| {
        o.put("user_id", person.handle.uuid)
            .put("reason", "history_pruned")
            .put("timestamp", Millis(now))
            .put("chat_id", cursor.room.uuid());
    });
}

pub(crate) fn sync_required(person: &Person, reason: SyncReason, now: Time, out: &mut Frames) {
    event(out, "sync:required", |o| {
        o.put("user_id", person.handle.uuid).put("reason", reason.word()).put("timestamp", Millis(now));
    });
}

/// Writes the ACK of `notification:read`.
pub(crate) fn notification_read(context: &Context, notification: &Notification, out: &mut Frames) {
    ack(out, context.ack, |o| {
        o.put("notification_id", notification.id.uuid())
            .put("is_read", notification.read_at.is_some())
            .put("read_at", notification.read_at.map(Seconds));
    });
}

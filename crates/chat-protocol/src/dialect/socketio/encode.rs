//! Writes what a client of dialect 5 is told.

use chat_domain::{Change, Event, Notification, Read, UserId, view::Summary};

use super::{event as write, message_fields, write_event};
use crate::dialect::additions::{Beside, additions, unread_mentions};
use crate::dialect::extra::{self, Words};
use crate::dialect::{Cursors, frame_each, is_told};
use crate::entrance::Audience;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Raw, Seconds};
use crate::news::{News, PostCommented, PostLiked, Presence, Typing};

/// Returns the audience to which this viewer belongs. Reads and deliveries are told only to the authors of the messages
/// that they cover.
pub(crate) fn audience(news: &News, viewer: UserId) -> Option<Audience> {
    match news {
        News::Event(event) => match &event.change {
            Change::Read(read) | Change::Delivered(read) => {
                let reached = read.messages.iter().any(|reached| reached.sender == viewer);
                reached.then_some(Audience::Only(viewer))
            }
            change => is_told(change).then_some(Audience::Everyone),
        },
        News::Typing(_) | News::Presence(_) | News::Summary { .. } => Some(Audience::Everyone),
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => Some(Audience::Everyone),
        News::Match { .. } | News::Left { .. } => None,
    }
}

pub(crate) fn encode(audience: Audience, news: &News, features: Features, cursors: Option<Cursors>, out: &mut Frames) {
    match news {
        News::Event(event) => in_room(audience, event, features, cursors, out),
        News::Typing(sign) => write(out, "chat:typing", |o| typing(o, sign)),
        News::Presence(presence) => online(presence, out),
        News::Summary { line, .. } => write(out, "chat:updated", |o| summary(o, line, features)),
        News::Notification(notification) => write(out, "notification:new", |o| notification_fields(o, notification)),
        News::PostLiked(liked) => write(out, "post:liked", |o| post_liked(o, liked)),
        News::PostCommented(commented) => write(out, "post:commented", |o| post_commented(o, commented)),
        News::Match { .. } | News::Left { .. } => {}
    }
}

fn in_room(audience: Audience, event: &Event, features: Features, cursors: Option<Cursors>, out: &mut Frames) {
    let name = match &event.change {
        Change::Sent { .. } => "chat:message:new",
        Change::Edited { .. } => "chat:message:edited",
        Change::Deleted { .. } => "chat:message:deleted",
        Change::Liked { .. } => "chat:message:liked",
        Change::Unliked { .. } => "chat:message:unliked",
        Change::Added { .. } => "chat:member:added",
        Change::Removed { .. } => "chat:member:removed",
        Change::Read(read) => return reached(audience, event, read, cursors, &READ, out),
        Change::Delivered(read) => return reached(audience, event, read, cursors, &DELIVERED, out),
        Change::Extra(extra) => extra::name(extra).with_colons,
        Change::Created { .. } | Change::Closed => return,
    };
    write(out, name, |o| {
        change(o, event, features);
        o.maybe("cursor", cursors.map(Cursors::after));
    });
}

/// Writes the fields of a change in a room.
pub(crate) fn change(o: &mut Object<'_>, event: &Event, features: Features) {
    if let Change::Sent { message, reception } = &event.change {
        message_fields(o, message, features, reception.status);
        let beside = Beside { reception: Some(reception), mine: None };
        return additions(o, Words::SocketIo, features, message, beside);
    }
    o.put("chat_id", event.room.uuid());
    match &event.change {
        Change::Edited { message } => {
            o.put("message_id", message.id.uuid())
                .put("content", message.text())
                .put("edited_at", Seconds(message.edited.map_or(event.at, |(at, _)| at)));
        }
        Change::Deleted { message, .. } => {
            o.put("message_id", message.uuid()).put("deleted_at", Seconds(event.at));
        }
        Change::Liked { message, likes } | Change::Unliked { message, likes } => {
            o.put("message_id", message.uuid())
                .put("user_id", event.actor.handle.uuid)
                .put("user_name", event.actor.name.as_str())
                .put("likes_count", likes.count);
        }
        Change::Added { person } | Change::Removed { person, .. } => {
            o.put("user_id", person.handle.uuid).put("user_name", person.name.as_str());
        }
        Change::Sent { .. } | Change::Read(_) | Change::Delivered(_) => {}
        Change::Extra(extra) => extra::fields(o, Words::SocketIo, event, extra),
        Change::Created { .. } | Change::Closed => {}
    }
}

/// The names in the frames of a moved position.
struct Reach {
    event: &'static str,
    by: &'static str,
    at: &'static str,
}

const READ: Reach = Reach { event: "chat:message:read", by: "read_by", at: "read_at" };
const DELIVERED: Reach = Reach { event: "chat:message:delivered", by: "delivered_to", at: "delivered_at" };

/// Writes a frame for each message of this author that the position newly covers, oldest first.
fn reached(audience: Audience, event: &Event, read: &Read, cursors: Option<Cursors>, words: &Reach, out: &mut Frames) {
    let mine = read.messages.iter().filter(|reached| audience == Audience::Only(reached.sender));
    frame_each(mine, cursors, out, |bytes, reached, cursor| {
        write_event(bytes, words.event, |o| {
            o.put("message_id", reached.message.uuid())
                .put("chat_id", event.room.uuid())
                .put(words.by, event.actor.handle.uuid)
                .put(words.at, Seconds(event.at))
                .maybe("cursor", cursor);
        });
    });
}

fn typing(o: &mut Object<'_>, sign: &Typing) {
    o.put("chat_id", sign.room.uuid())
        .put("user_id", sign.person.handle.uuid)
        .put("user_name", sign.person.name.as_str())
        .put("is_typing", sign.is_typing);
}

fn online(presence: &Presence, out: &mut Frames) {
    let online = presence.looks_online();
    write(out, if online { "user:online" } else { "user:offline" }, |o| {
        o.put("user_id", presence.person.handle.uuid).put("online", online).put("last_seen", Seconds(presence.seen()));
    });
}

fn summary(o: &mut Object<'_>, line: &Summary, features: Features) {
    o.put("chat_id", line.room.uuid()).put("unread_count", line.unread).nest_or_null(
        "last_message",
        line.last_message.as_ref(),
        |o, shown| {
            message_fields(o, &shown.message, features, shown.reception.status);
            let beside = Beside { reception: Some(&shown.reception), mine: None };
            additions(o, Words::SocketIo, features, &shown.message, beside);
        },
    );
    unread_mentions(o, features, line.mentions);
}

/// Writes the fields of a notification.
pub(crate) fn notification_fields(o: &mut Object<'_>, notification: &Notification) {
    o.put("id", notification.id.uuid())
        .put("type", notification.kind.word())
        .put("title", notification.title.as_str())
        .put("body", notification.body.as_str())
        .put("data", Raw(&notification.data))
        .put("created_at", Seconds(notification.created_at))
        .put("is_read", notification.read_at.is_some());
}

fn post_liked(o: &mut Object<'_>, liked: &PostLiked) {
    o.put("post_id", liked.post_id.as_str())
        .put("user_id", liked.user_uuid)
        .put("user_name", liked.user_name.as_str())
        .put("likes_count", liked.likes_count);
}

fn post_commented(o: &mut Object<'_>, commented: &PostCommented) {
    o.put("post_id", commented.post_id.as_str())
        .put("comment", &commented.comment)
        .put("comments_count", commented.comments_count);
}

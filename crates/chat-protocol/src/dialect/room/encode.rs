//! Writes what a client of dialect 3 is told.

use chat_domain::{Change, Event, Message, MessageId, Person, Status, UserId};

use super::words;
use crate::dialect::additions::{Beside, additions};
use crate::dialect::extra::{self, Words};
use crate::dialect::{Cursors, is_told};
use crate::entrance::{Audience, Lang};
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Seconds, object};
use crate::news::{News, Presence, Typing};

/// Returns the audience to which this viewer belongs: a read tells its reader something else than the others.
pub(crate) fn audience(news: &News, viewer: UserId) -> Option<Audience> {
    match news {
        News::Event(event) => match &event.change {
            Change::Read(_) if event.actor.id() == viewer => Some(Audience::Author),
            Change::Read(_) => Some(Audience::Others),
            Change::Delivered(_) => None,
            change => is_told(change).then_some(Audience::Everyone),
        },
        News::Typing(_) | News::Presence(_) => Some(Audience::Everyone),
        News::Summary { .. } | News::Match { .. } | News::Left { .. } => None,
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => None,
    }
}

pub(crate) fn encode(
    (lang, features): (Lang, Features),
    audience: Audience,
    news: &News,
    cursors: Option<Cursors>,
    out: &mut Frames,
) {
    match news {
        News::Event(event) => in_room(audience, event, features, cursors, out),
        News::Typing(sign) => write(out, |o| typing(o, sign)),
        News::Presence(presence) => out.frame(|bytes| status(bytes, lang, presence)),
        News::Summary { .. } | News::Match { .. } | News::Left { .. } => {}
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => {}
    }
}

fn in_room(audience: Audience, event: &Event, features: Features, cursors: Option<Cursors>, out: &mut Frames) {
    let fill: fn(&mut Object<'_>, &Event) = match &event.change {
        Change::Sent { .. } | Change::Edited { .. } | Change::Deleted { .. } => change,
        Change::Liked { .. } | Change::Unliked { .. } | Change::Added { .. } | Change::Removed { .. } => change,
        Change::Read(_) if audience == Audience::Author => marked_read,
        Change::Read(_) => read,
        Change::Extra(_) => change,
        Change::Delivered(_) | Change::Created { .. } | Change::Closed => return,
    };
    write(out, |o| {
        fill(o, event);
        if let Change::Sent { message, reception } = &event.change {
            additions(o, Words::Room, features, message, Beside { reception: Some(reception), mine: None });
        }
        o.maybe("cursor", cursors.map(Cursors::after));
    });
}

fn change(o: &mut Object<'_>, event: &Event) {
    match &event.change {
        Change::Sent { message, reception } => {
            said(o, "chat_message", message);
            o.put("timestamp", Seconds(event.at)).put("is_read", reception.status == Status::Read);
        }
        Change::Edited { message } => {
            said(o, "message_edited", message);
            o.put("timestamp", Seconds(event.at));
        }
        Change::Deleted { message, .. } => {
            about(o, "message_deleted", *message).put("user_id", event.actor.id().number());
        }
        Change::Liked { message, likes } => {
            user(about(o, "message_liked", *message), &event.actor).put("likes_count", likes.count);
        }
        Change::Unliked { message, likes } => {
            user(about(o, "message_unliked", *message), &event.actor).put("likes_count", likes.count);
        }
        Change::Added { person } => {
            user(o.put("type", "member_added"), person);
        }
        Change::Removed { person, .. } => {
            user(o.put("type", "member_removed"), person);
        }
        Change::Read(_) | Change::Delivered(_) => {}
        Change::Extra(extra) => {
            extra::fields(o.put("type", extra::name(extra).plain), Words::Room, event, extra);
        }
        Change::Created { .. } | Change::Closed => {}
    }
}

fn said(o: &mut Object<'_>, kind: &str, message: &Message) {
    user(about(o, kind, message.id).put("message", message.text()), &message.sender);
}

fn about<'o, 'a>(o: &'o mut Object<'a>, kind: &str, message: MessageId) -> &'o mut Object<'a> {
    o.put("type", kind).put("message_id", message.number())
}

fn user<'o, 'a>(o: &'o mut Object<'a>, person: &Person) -> &'o mut Object<'a> {
    o.put("user_id", person.id().number()).put("username", person.username.as_str())
}

fn marked_read(o: &mut Object<'_>, event: &Event) {
    o.put("type", "messages_marked_read").put("room_id", event.room.number());
}

fn read(o: &mut Object<'_>, event: &Event) {
    user(o.put("type", "messages_read").put("room_id", event.room.number()), &event.actor)
        .put("timestamp", Seconds(event.at));
}

fn typing(o: &mut Object<'_>, sign: &Typing) {
    user(o.put("type", "typing_indicator"), &sign.person).put("is_typing", sign.is_typing);
}

fn status(bytes: &mut Vec<u8>, lang: Lang, presence: &Presence) {
    let online = presence.looks_online();
    object(bytes, |o| {
        user(o.put("type", "user_status"), &presence.person)
            .put("is_online", online)
            .put("message", words::Sentence(&presence.person.username, words::presence(lang, online)));
    });
}

fn write(out: &mut Frames, fill: impl FnOnce(&mut Object<'_>)) {
    out.frame(|bytes| object(bytes, fill));
}

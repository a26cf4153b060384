//! Writes what a client of dialect 2 is told.

use chat_domain::{Change, Event, Likes, MessageId, Mood, Person, Time, view::Summary};

use super::message_fields;
use crate::cursor::Cursor;
use crate::dialect::additions::{Beside, additions, unread_mentions};
use crate::dialect::extra::{self, Words};
use crate::dialect::{Cursors, is_told};
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Seconds, object};
use crate::news::{News, Presence, Typing};
use crate::reply::mood_word;

/// Whether this news has a frame.
pub(crate) fn carries(news: &News) -> bool {
    match news {
        News::Event(event) => is_told(&event.change) && !matches!(event.change, Change::Delivered(_)),
        News::Typing(_) | News::Presence(_) | News::Summary { .. } => true,
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => false,
        News::Match { .. } | News::Left { .. } => false,
    }
}

pub(crate) fn encode(news: &News, features: Features, cursors: Option<Cursors>, out: &mut Frames) {
    if !carries(news) {
        return;
    }
    out.frame(|bytes| {
        object(bytes, |o| match news {
            News::Event(event) => in_room(o, event, features, cursors.map(Cursors::after)),
            News::Typing(sign) => typing(o, sign),
            News::Presence(presence) => status(o, presence),
            News::Summary { line, at } => chat_updated(o, line, features, *at),
            News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => {}
            News::Match { .. } | News::Left { .. } => {}
        });
    });
}

fn in_room(o: &mut Object<'_>, event: &Event, features: Features, cursor: Option<Cursor>) {
    o.put("type", word(&event.change)).put("chat_id", event.room.number());
    match &event.change {
        Change::Sent { message, reception } => {
            o.nest("message", |o| {
                message_fields(o, message, features);
                let beside = Beside { reception: Some(reception), mine: None };
                additions(o, Words::Multiplexed, features, message, beside);
            });
        }
        Change::Edited { message } => {
            o.put("message_id", message.id.number()).put("content", message.text());
        }
        Change::Deleted { message, .. } => {
            o.put("message_id", message.number());
        }
        Change::Liked { message, likes } | Change::Unliked { message, likes } => {
            like(o, &event.actor, *message, likes);
        }
        Change::Read(_) => user(o, &event.actor),
        Change::Added { person } | Change::Removed { person, .. } => user(o, person),
        Change::Extra(extra) => extra::fields(o, Words::Multiplexed, event, extra),
        Change::Delivered(_) | Change::Created { .. } | Change::Closed => {}
    }
    o.put("timestamp", Seconds(event.at)).maybe("cursor", cursor);
}

fn word(change: &Change) -> &'static str {
    match change {
        Change::Sent { .. } => "new_message",
        Change::Edited { .. } => "message_updated",
        Change::Deleted { .. } => "message_deleted",
        Change::Liked { .. } => "message_liked",
        Change::Unliked { .. } => "message_unliked",
        Change::Read(_) => "messages_read",
        Change::Added { .. } => "member_added",
        Change::Removed { .. } => "member_removed",
        Change::Extra(extra) => extra::name(extra).plain,
        Change::Delivered(_) | Change::Created { .. } | Change::Closed => "",
    }
}

fn user(o: &mut Object<'_>, person: &Person) {
    o.put("user_id", person.id().number());
}

fn like(o: &mut Object<'_>, actor: &Person, message: MessageId, likes: &Likes) {
    o.put("message_id", message.number());
    user(o, actor);
    o.put("likes_count", likes.count);
}

fn typing(o: &mut Object<'_>, sign: &Typing) {
    o.put("type", "typing").put("chat_id", sign.room.number());
    user(o, &sign.person);
    o.put("is_typing", sign.is_typing).put("timestamp", Seconds(sign.at));
}

fn status(o: &mut Object<'_>, presence: &Presence) {
    if presence.looks_online() {
        o.put("type", "user_status");
        user(o, &presence.person);
        o.put("status", mood_word(presence.mood));
    } else {
        o.put("type", "user_offline");
        user(o, &presence.person);
    }
    o.put("timestamp", Seconds(presence.at));
}

fn chat_updated(o: &mut Object<'_>, line: &Summary, features: Features, at: Time) {
    o.put("type", "chat_updated").put("chat_id", line.room.number()).put("unread_count", line.unread).nest_or_null(
        "last_message",
        line.last_message.as_ref(),
        |o, shown| {
            message_fields(o, &shown.message, features);
            let beside = Beside { reception: Some(&shown.reception), mine: None };
            additions(o, Words::Multiplexed, features, &shown.message, beside);
        },
    );
    unread_mentions(o, features, line.mentions);
    o.put("timestamp", Seconds(at));
}

impl Presence {
    /// Whether the person looks online: they are connected, and do not wish to look offline.
    pub(crate) fn looks_online(&self) -> bool {
        self.online && self.mood != Mood::Offline
    }

    /// Returns when the person was last seen; the present for a person who is connected or was never seen leaving.
    pub(crate) fn seen(&self) -> Time {
        if self.looks_online() { self.at } else { self.last_seen.unwrap_or(self.at) }
    }
}

//! Writes what a client of dialect 4 is told in a room.

use chat_domain::{Change, Event, Person, Read, Status, UserId};

use super::{frame, likes_fields, message_fields, user_fields, uuids, write};
use crate::dialect::additions::{Beside, additions};
use crate::dialect::extra::{self, Words};
use crate::dialect::{Cursors, frame_each, is_told};
use crate::entrance::Audience;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Seconds};
use crate::news::{News, Presence, Typing};

/// Returns the audience to which this viewer belongs: whoever is shown a message is told that it was delivered, except
/// its author.
pub(crate) fn audience(news: &News, viewer: UserId) -> Option<Audience> {
    match news {
        News::Event(event) => match &event.change {
            Change::Sent { message, .. } if message.sender.id() == viewer => Some(Audience::Author),
            Change::Sent { .. } => Some(Audience::Others),
            Change::Read(read) | Change::Delivered(read) => (!read.messages.is_empty()).then_some(Audience::Everyone),
            change => is_told(change).then_some(Audience::Everyone),
        },
        News::Typing(_) | News::Presence(_) | News::Match { .. } | News::Left { .. } => Some(Audience::Everyone),
        News::Summary { .. } => None,
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => None,
    }
}

pub(crate) fn encode(audience: Audience, news: &News, features: Features, cursors: Option<Cursors>, out: &mut Frames) {
    match news {
        News::Event(event) => in_room(audience, event, features, cursors, out),
        News::Typing(sign) => frame(out, "typing", Some(sign.room), |o| typing(o, sign)),
        News::Presence(presence) => frame(out, "user_status", presence.room, |o| user_status(o, presence)),
        News::Match { .. } | News::Left { .. } => super::personal::encode(news, features, out),
        News::Summary { .. } | News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => {}
    }
}

fn in_room(audience: Audience, event: &Event, features: Features, cursors: Option<Cursors>, out: &mut Frames) {
    let kind = match &event.change {
        Change::Sent { .. } => "new_message",
        Change::Edited { .. } => "message_edited",
        Change::Deleted { .. } => "message_deleted",
        Change::Liked { .. } => "message_liked",
        Change::Unliked { .. } => "message_unliked",
        Change::Added { .. } => "member_added",
        Change::Removed { .. } => "member_removed",
        Change::Read(read) => return reached(event, read, Status::Read, cursors, out),
        Change::Delivered(read) => return reached(event, read, Status::Delivered, cursors, out),
        Change::Extra(extra) => extra::name(extra).plain,
        Change::Created { .. } | Change::Closed => return,
    };
    out.frame(|bytes| {
        write(bytes, kind, Some(event.room), cursors.map(Cursors::after), |o| payload(o, audience, event, features));
    });
}

fn payload(o: &mut Object<'_>, audience: Audience, event: &Event, features: Features) {
    match &event.change {
        Change::Sent { message, reception } => {
            let status = match audience {
                Audience::Author => reception.status,
                Audience::Everyone | Audience::Others | Audience::Only(_) => reception.status.max(Status::Delivered),
            };
            message_fields(o, message, features, reception, status);
            additions(o, Words::Roulette, features, message, Beside { reception: Some(reception), mine: None });
        }
        Change::Edited { message } => {
            o.put("id", message.id.uuid())
                .put("content", message.text())
                .put("status", "edited")
                .put("is_edited", true)
                .put("edited_at", Seconds(message.edited.map_or(event.at, |(at, _)| at)));
        }
        Change::Deleted { message, .. } => {
            o.put("message_id", message.uuid());
        }
        Change::Liked { message, likes } | Change::Unliked { message, likes } => {
            likes_fields(o.put("message_id", message.uuid()), likes);
        }
        Change::Added { person } | Change::Removed { person, .. } => {
            o.nest("user", |o| user_fields(o, person));
        }
        Change::Read(_) | Change::Delivered(_) => {}
        Change::Extra(extra) => extra::fields(o, Words::Roulette, event, extra),
        Change::Created { .. } | Change::Closed => {}
    }
}

/// Writes a frame for each message that a moved position covers, oldest first.
fn reached(event: &Event, read: &Read, status: Status, cursors: Option<Cursors>, out: &mut Frames) {
    frame_each(read.messages.iter(), cursors, out, |bytes, reached, cursor| {
        write(bytes, "message_status_update", Some(event.room), cursor, |o| {
            o.put("message_id", reached.message.uuid())
                .put("status", super::status_word(status))
                .list("read_by", uuids(&reached.readers))
                .put("read_at", reached.first_at.map(Seconds));
        });
    });
}

fn typing(o: &mut Object<'_>, sign: &Typing) {
    user(o, &sign.person).put("is_typing", sign.is_typing);
}

fn user_status(o: &mut Object<'_>, presence: &Presence) {
    user(o, &presence.person).put("is_online", presence.looks_online()).put("last_seen", Seconds(presence.seen()));
}

fn user<'o, 'a>(o: &'o mut Object<'a>, person: &Person) -> &'o mut Object<'a> {
    o.put("user_id", person.handle.uuid).put("username", person.username.as_str())
}

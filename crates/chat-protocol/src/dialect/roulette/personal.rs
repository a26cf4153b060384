//! Writes what a client of dialect 4 is told outside of rooms. A socket without `chat_id` is told all of it; a socket
//! of a room is told only of the roulette.

use chat_domain::{Time, view::Match, view::Summary};

use super::{frame, message_fields, user_fields};
use crate::dialect::additions::{Beside, additions, unread_mentions};
use crate::dialect::extra::Words;
use crate::features::Features;
use crate::frames::Frames;
use crate::json::{Object, Seconds};
use crate::news::News;

/// Whether a socket without a room is told this news.
pub(crate) fn carries(news: &News) -> bool {
    match news {
        News::Summary { .. } | News::Match { .. } | News::Left { .. } => true,
        News::Event(_) | News::Typing(_) | News::Presence(_) => false,
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => false,
    }
}

pub(crate) fn encode(news: &News, features: Features, out: &mut Frames) {
    match news {
        News::Summary { line, .. } => frame(out, "chat_updated", Some(line.room), |o| summary(o, line, features)),
        News::Match { found, online, at } => frame(out, "chatroulette_match", Some(found.room), |o| {
            o.nest("user", |o| partner_fields(o, found, *online, *at)).put("chat_id", found.room.uuid());
        }),
        News::Left { room, person } => frame(out, "chatroulette_left", Some(*room), |o| {
            o.put("user_id", person.handle.uuid).put("username", person.username.as_str());
        }),
        News::Event(_) | News::Typing(_) | News::Presence(_) => {}
        News::Notification(_) | News::PostLiked(_) | News::PostCommented(_) => {}
    }
}

fn summary(o: &mut Object<'_>, line: &Summary, features: Features) {
    o.put("unread_count", line.unread).nest_or_null("last_message", line.last_message.as_ref(), |o, shown| {
        message_fields(o, &shown.message, features, &shown.reception, shown.reception.status);
        let beside = Beside { reception: Some(&shown.reception), mine: None };
        additions(o, Words::Roulette, features, &shown.message, beside);
    });
    unread_mentions(o, features, line.mentions);
}

/// Writes the fields about the stranger.
pub(crate) fn partner_fields(o: &mut Object<'_>, found: &Match, online: bool, at: Time) {
    user_fields(o, &found.partner);
    o.put("is_online", online).put("last_seen", Seconds(found.last_seen.unwrap_or(at)));
}

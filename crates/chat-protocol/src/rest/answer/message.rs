//! Answers about messages, and what became of them.

use chat_domain::view::{History, Mark, Reactor, Shown};
use chat_domain::{Emoji, Found, Likes, MessageId, UserId};

use super::super::{Tree, find};
use super::{Reply, reply};
use crate::cursor::Cursor;
use crate::dialect::additions::{Beside, additions};
use crate::dialect::{roulette, socketio, sse};
use crate::features::Features;
use crate::json::{Json, Object, array};

/// Returns a page of history, oldest first, with the cursor that goes with it.
pub fn history(tree: Tree, features: Features, page: &History, cursor: Cursor) -> Reply {
    let oldest = page.messages.first().filter(|_| page.more_before);
    reply(tree, 200, |o| {
        o.objects("data", &page.messages, |o, shown| object(o, tree, features, shown));
        o.put("cursor", cursor);
        o.put("next_before", oldest.map(|shown| tree.spelled_message(shown.message.id)));
    })
}

/// Returns the messages that a search found, newest first.
pub fn found(tree: Tree, features: Features, found: &Found) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", &found.hits, |o, hit| {
            o.put("chat_id", tree.spelled_room(hit.shown.message.room));
            o.nest("message", |o| object(o, tree, features, &hit.shown));
            o.list("highlights", hit.highlights.iter().map(|&(from, upto)| Stretch(from, upto)));
        });
        o.put("next", find::spelled(found).as_deref());
    })
}

/// A range, from the first place to the one after the last.
struct Stretch(usize, usize);

impl Json for Stretch {
    fn write(self, out: &mut Vec<u8>) {
        array(out, [self.0, self.1], |out, unit| (unit as u64).write(out));
    }
}

/// Returns one message.
pub fn message(tree: Tree, features: Features, status: u16, shown: &Shown) -> Reply {
    reply(tree, status, |o| {
        o.nest("data", |o| object(o, tree, features, shown));
    })
}

/// Returns who likes a message, after a like was given or taken back.
pub fn likes(tree: Tree, likes: &Likes) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("likes_count", likes.count);
            o.list("liked_by", likes.by.iter().map(|user| tree.spelled(*user)));
        });
    })
}

/// Returns a reaction that was given or taken back, with all reactions to the message.
pub fn reaction(tree: Tree, emoji: &Emoji, shown: &Shown) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("emoji", emoji.as_str()).put("count", shown.message.reactions.count(emoji));
            let beside = Beside { reception: None, mine: Some(&shown.mine) };
            additions(o, tree.words(), Features::REACTIONS, &shown.message, beside);
        });
    })
}

/// Returns whether a message is pinned now.
pub fn pin(tree: Tree, pinned: bool) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("pinned", pinned);
        });
    })
}

/// Returns all pinned messages of a room.
pub fn pins(tree: Tree, features: Features, pinned: &History) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", &pinned.messages, |o, shown| object(o, tree, features, shown));
        o.put("next_before", None::<&str>);
    })
}

/// Returns a page of reactions to a message; `next` is where the next page begins.
pub fn reactors(tree: Tree, page: &[Reactor], next: Option<u64>) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", page, |o, reactor| {
            o.put("user_id", tree.spelled(reactor.user)).put("emoji", reactor.emoji.as_str());
            o.put("reacted_at", tree.moment(reactor.at));
        });
        o.put("next_after", next);
    })
}

/// Returns a page of likes of a message; `next` is where the next page begins.
pub fn likers(tree: Tree, page: &[Mark], next: Option<UserId>) -> Reply {
    marks(tree, "liked_at", page, next)
}

/// Returns a page of readers of a message; `next` is where the next page begins.
pub fn readers(tree: Tree, page: &[Mark], next: Option<UserId>) -> Reply {
    marks(tree, "read_at", page, next)
}

/// Returns how far the reader has read now, and how much is unread.
pub fn read(tree: Tree, upto: Option<MessageId>, unread: u64) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("last_message_id", upto.map(|message| tree.spelled_message(message)));
            o.put("unread_count", unread);
        });
    })
}

fn marks(tree: Tree, when: &str, page: &[Mark], next: Option<UserId>) -> Reply {
    let last = page.last().filter(|mark| next == Some(mark.user.id));
    reply(tree, 200, |o| {
        o.objects("data", page, |o, mark| {
            o.put("user_id", tree.spelled(mark.user)).put(when, tree.moment(mark.at));
        });
        o.put("next_before", last.map(|mark| tree.spelled(mark.user)));
    })
}

/// Writes the tree's message object.
pub(super) fn object(o: &mut Object<'_>, tree: Tree, features: Features, shown: &Shown) {
    let (message, reception) = (&shown.message, &shown.reception);
    match tree {
        Tree::Api => sse::message_fields(o, message),
        Tree::V1 => roulette::message_fields(o, message, features, reception, reception.status),
        Tree::V2 => socketio::message_fields(o, message, features, reception.status),
    }
    let beside = Beside { reception: Some(reception), mine: Some(&shown.mine) };
    additions(o, tree.words(), features, message, beside);
}

//! Messages and what becomes of them.

use chat_domain::view::{History, Mark, Shown};
use chat_domain::{Likes, Message, MessageId, Standing, Status, UserId};

use super::super::Tree;
use super::{Reply, reply};
use crate::cursor::Cursor;
use crate::json::{Object, Raw};

/// A page of history, oldest first, with the cursor that matches it.
pub fn history(tree: Tree, page: &History, cursor: Cursor) -> Reply {
    let oldest = page.messages.first().filter(|_| page.more_before);
    reply(tree, 200, |o| {
        o.objects("data", &page.messages, |o, shown| object(o, tree, shown));
        o.put("cursor", cursor);
        o.put("next_before", oldest.map(|shown| tree.spelled_message(shown.message.id)));
    })
}

/// One message.
pub fn message(tree: Tree, status: u16, shown: &Shown) -> Reply {
    reply(tree, status, |o| {
        o.nest("data", |o| object(o, tree, shown));
    })
}

/// Who likes a message after a like or its withdrawal.
pub fn likes(tree: Tree, likes: &Likes) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("likes_count", likes.count);
            o.list("liked_by", likes.by.iter().map(|user| tree.spelled(*user)));
        });
    })
}

/// A page of those who like a message; `next` is where the following page begins.
pub fn likers(tree: Tree, page: &[Mark], next: Option<UserId>) -> Reply {
    marks(tree, "liked_at", page, next)
}

/// A page of those who have read a message; `next` is where the following page begins.
pub fn readers(tree: Tree, page: &[Mark], next: Option<UserId>) -> Reply {
    marks(tree, "read_at", page, next)
}

/// How far the reader has read now, and what is left.
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

/// The tree's message object.
pub(super) fn object(o: &mut Object<'_>, tree: Tree, shown: &Shown) {
    match tree {
        Tree::Api => plain(o, &shown.message),
        Tree::V1 => full(o, &shown.message, &shown.standing),
        Tree::V2 => typed(o, &shown.message, &shown.standing),
    }
}

/// Dialect 1's message object.
pub(super) fn plain(o: &mut Object<'_>, message: &Message) {
    let sender = &message.sender;
    o.put("id", message.id.number()).put("content", message.text());
    o.nest("user", |o| {
        o.put("id", sender.id().number()).put("name", sender.name.as_str()).put("avatar", sender.avatar.as_str());
    });
    o.put("created_at", Tree::Api.moment(message.created_at));
}

/// Dialect 4's.
fn full(o: &mut Object<'_>, message: &Message, standing: &Standing) {
    let moment = |time| Tree::V1.moment(time);
    let (content, media_url) = match message.kind.is_media() {
        true => ("", message.text()),
        false => (message.text(), ""),
    };
    o.put("id", message.id.uuid()).put("chat_id", message.room.uuid());
    o.put("user_id", message.sender.handle.uuid).put("type", message.kind.word());
    o.put("content", content).put("media_url", media_url).put("status", status(standing.status));
    o.put("is_edited", message.edited.is_some()).put("edited_at", message.edited.map(|(at, _)| moment(at)));
    o.put("read_at", standing.read_at.map(moment)).list("read_by", standing.readers.iter().map(|user| user.uuid));
    o.put("likes_count", standing.likes.count).list("liked_by", standing.likes.by.iter().map(|user| user.uuid));
    o.put("liked_at", standing.likes.at.map(moment)).put("created_at", moment(message.created_at));
    o.nest("user", |o| {
        o.put("id", message.sender.handle.uuid).put("username", message.sender.username.as_str());
    });
}

/// Dialect 5's.
fn typed(o: &mut Object<'_>, message: &Message, standing: &Standing) {
    let sender = &message.sender;
    o.put("id", message.id.uuid()).put("chat_id", message.room.uuid()).put("sender_id", sender.handle.uuid);
    o.put("sender_name", sender.name.as_str()).put("sender_avatar", sender.avatar.as_str());
    o.put("type", message.kind.word()).put("content", message.text()).put("metadata", Raw(&message.metadata));
    o.put("created_at", Tree::V2.moment(message.created_at)).put("status", status(standing.status));
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Sent => "sent",
        Status::Delivered => "delivered",
        Status::Read => "read",
    }
}

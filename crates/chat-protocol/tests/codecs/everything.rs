//! One of everything that can be told.

use std::sync::Arc;

use chat_domain::*;
use chat_protocol::*;

use crate::toy::*;

/// A reaction that is not a like.
pub(crate) fn thumb() -> Emoji {
    Emoji::new("👍").unwrap()
}

/// A user becomes a moderator, and is muted for good.
pub(crate) fn updated() -> Extra {
    let standing = Standing { role: Role::Moderator, muted: Some(Time::FOR_GOOD), banned: Some(NOON) };
    Extra::Updated { person: reader(), standing }
}

/// The rules of a group are changed.
pub(crate) fn changed() -> Extra {
    Extra::Changed { title: Some("Another".into()), slow_mode: 30, frozen: true }
}

/// One of each.
pub(crate) fn everything() -> Vec<News> {
    let message = message_id(456);
    vec![
        news(anna(), Change::Created { title: Some("A group".into()), people: vec![anna(), reader()] }),
        news(anna(), Change::Added { person: reader() }),
        news(anna(), Change::Removed { person: reader(), heir: None }),
        news(anna(), Change::Closed),
        sent(text("Hello")),
        edited("Hello!"),
        deleted(),
        news(anna(), Change::Liked { message, likes: likes(2) }),
        news(anna(), Change::Unliked { message, likes: likes(0) }),
        news(anna(), Change::Extra(Extra::Reacted { message, emoji: thumb(), by: likes(2) })),
        news(anna(), Change::Extra(Extra::Unreacted { message, emoji: thumb(), by: likes(0) })),
        news(anna(), Change::Extra(Extra::Pinned { message })),
        news(anna(), Change::Extra(Extra::Unpinned { message })),
        news(anna(), Change::Extra(updated())),
        news(anna(), Change::Extra(changed())),
        news(anna(), Change::Extra(Extra::Silenced { person: reader(), stands: true })),
        news(anna(), Change::Read(reached(&[1, 1], &[2]))),
        news(anna(), Change::Delivered(reached(&[1, 1], &[]))),
        typing(true),
        presence(true, Mood::Online),
        presence(false, Mood::Online),
        summary(Some(text("Hello"))),
        News::Notification(Arc::new(notification("A body", "{}"))),
        post_liked(),
        post_commented(Value::empty()),
        matched(),
        left(),
    ]
}

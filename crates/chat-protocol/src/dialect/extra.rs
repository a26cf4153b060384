//! The names and fields of extras, which the documents do not have, in every dialect's words. Only this module has
//! them.

use chat_domain::{Event, Extra, Handle, Likes, MessageId, Person, Time};

use super::roulette::{self, uuids};
use super::sse;
use crate::json::{Micros, Object, Seconds};

/// The names of an extra.
pub(crate) struct Name {
    /// In dialects 1 to 4.
    pub(crate) plain: &'static str,
    /// In dialect 5.
    pub(crate) with_colons: &'static str,
}

/// The words in which the fields of an extra are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    Sse,
    Multiplexed,
    Room,
    Roulette,
    SocketIo,
}

/// Returns the names of an extra.
pub(crate) const fn name(extra: &Extra) -> Name {
    let (plain, with_colons) = match extra {
        Extra::Reacted { .. } => ("message_reacted", "chat:message:reacted"),
        Extra::Unreacted { .. } => ("message_unreacted", "chat:message:unreacted"),
        Extra::Pinned { .. } => ("message_pinned", "chat:message:pinned"),
        Extra::Unpinned { .. } => ("message_unpinned", "chat:message:unpinned"),
        Extra::Updated { .. } => ("member_updated", "chat:member:updated"),
        Extra::Changed { .. } => ("chat_changed", "chat:changed"),
        // Nobody is told of it.
        Extra::Silenced { .. } => ("", ""),
    };
    Name { plain, with_colons }
}

/// Writes the fields of an extra.
pub(crate) fn fields(o: &mut Object<'_>, words: Words, event: &Event, extra: &Extra) {
    match extra {
        Extra::Reacted { message, emoji, by } | Extra::Unreacted { message, emoji, by } => {
            words.message(o, *message);
            words.liker(o, &event.actor);
            o.put("emoji", emoji.as_str()).put("count", by.count);
            words.likers(o, by);
        }
        Extra::Pinned { message } | Extra::Unpinned { message } => {
            words.message(o, *message);
            words.user_id(o, "user_id", event.actor.handle);
        }
        Extra::Updated { person, standing } => {
            words.member(o, person);
            o.put("role", standing.role.word());
            words.moment_or_null(o, "muted_until", standing.muted);
            words.moment_or_null(o, "banned_until", standing.banned);
        }
        Extra::Changed { title, slow_mode, frozen } => {
            o.put("title", title.as_deref()).put("slow_mode", *slow_mode).put("frozen", *frozen);
        }
        Extra::Silenced { .. } => {}
    }
}

impl Words {
    fn has_uuids(self) -> bool {
        matches!(self, Words::Roulette | Words::SocketIo)
    }

    /// Writes a message's id under this name.
    pub(super) fn message_id(self, o: &mut Object<'_>, name: &str, message: Option<MessageId>) {
        match self.has_uuids() {
            true => o.put(name, message.map(|message| message.uuid())),
            false => o.put(name, message.map(|message| message.number())),
        };
    }

    /// Writes a user's id under this name.
    pub(super) fn user_id(self, o: &mut Object<'_>, name: &str, user: Handle) {
        match self.has_uuids() {
            true => o.put(name, user.uuid),
            false => o.put(name, user.id.number()),
        };
    }

    /// Writes users' ids under this name.
    pub(super) fn user_ids(self, o: &mut Object<'_>, name: &str, users: &[Handle]) {
        match self.has_uuids() {
            true => o.list(name, users.iter().map(|user| user.uuid)),
            false => o.list(name, users.iter().map(|user| user.id.number())),
        };
    }

    /// Writes a moment under this name.
    pub(super) fn moment(self, o: &mut Object<'_>, name: &str, at: Time) {
        match self {
            Words::Sse => o.put(name, Micros(at)),
            Words::Multiplexed | Words::Room | Words::Roulette | Words::SocketIo => o.put(name, Seconds(at)),
        };
    }

    /// Writes a moment under this name, or null.
    pub(crate) fn moment_or_null(self, o: &mut Object<'_>, name: &str, at: Option<Time>) {
        match at {
            Some(at) => self.moment(o, name, at),
            None => drop(o.put(name, None::<&str>)),
        }
    }

    /// Writes a member as the dialect does when one joins.
    fn member(self, o: &mut Object<'_>, person: &Person) {
        match self {
            Words::Sse => drop(o.nest("user", |o| sse::user_fields(o, person))),
            Words::Roulette => drop(o.nest("user", |o| roulette::user_fields(o, person))),
            Words::Multiplexed | Words::Room | Words::SocketIo => self.liker(o, person),
        }
    }

    /// Writes the message that the extra is about.
    fn message(self, o: &mut Object<'_>, message: MessageId) {
        match self {
            Words::Sse => self.message_id(o, "id", Some(message)),
            _ => self.message_id(o, "message_id", Some(message)),
        }
    }

    /// Writes who did it as the dialect does for a like.
    fn liker(self, o: &mut Object<'_>, person: &Person) {
        match self {
            Words::Sse | Words::Multiplexed => drop(o.put("user_id", person.id().number())),
            Words::Room => {
                o.put("user_id", person.id().number()).put("username", person.username.as_str());
            }
            Words::Roulette => {}
            Words::SocketIo => {
                o.put("user_id", person.handle.uuid).put("user_name", person.name.as_str());
            }
        }
    }

    /// Writes everybody who does it, if the dialect has that for likes.
    fn likers(self, o: &mut Object<'_>, by: &Likes) {
        if self == Words::Roulette {
            o.list("liked_by", uuids(&by.by)).put("liked_at", by.at.map(Seconds));
        }
    }
}

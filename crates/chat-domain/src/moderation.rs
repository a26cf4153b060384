//! Ranks, mutes, bans and other acts in a group, and what the audit keeps of them.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::time::Duration;

use crate::id::{MessageId, UserId};
use crate::person::{Handle, Person};
use crate::room::Role;
use crate::time::Time;

/// How long a mute or a ban lasts, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sentence {
    /// For how many seconds; `None` for good.
    pub seconds: Option<u64>,
    /// The reason that is given.
    pub reason: Option<String>,
}

impl Sentence {
    /// Returns until when it lasts if it begins at `now`.
    pub fn until(&self, now: Time) -> Time {
        self.seconds.map_or(Time::FOR_GOOD, |seconds| now.after(Duration::from_secs(seconds)))
    }

    /// The longest time that is not for good, in seconds: ten years.
    pub const LONGEST: u64 = 315_576_000;

    /// The longest reason, in characters.
    pub const REASON: usize = 500;
}

/// What is to be changed about a group. A field that is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Amendment {
    /// The new title.
    pub title: Option<String>,
    /// How many seconds must lie between two messages of a member.
    pub slow_mode: Option<u32>,
    /// Whether only those who lead the group may send.
    pub frozen: Option<bool>,
}

impl Amendment {
    /// Returns the change of the title alone.
    pub fn title(title: impl Into<String>) -> Amendment {
        Amendment { title: Some(title.into()), ..Amendment::default() }
    }

    /// The longest pause between two messages, in seconds.
    pub const SLOWEST: u32 = 3600;
}

/// A user's rank, mute and ban in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Standing {
    /// Their rank.
    pub role: Role,
    /// Until when they are muted; `None` if they are not.
    pub muted: Option<Time>,
    /// Until when they are banned; `None` if they are not.
    pub banned: Option<Time>,
}

impl Standing {
    /// Returns how the log spells it.
    pub(crate) fn spelled(&self) -> String {
        let until = |until: Option<Time>| until.map_or_else(|| "-".to_string(), |until| until.0.to_string());
        alloc::format!("{} {} {}", self.role.word(), until(self.muted), until(self.banned))
    }

    /// Reads the log's spelling.
    pub(crate) fn parse(text: &str) -> Option<Standing> {
        let mut parts = text.split(' ');
        let role = Role::from_word(parts.next()?)?;
        let mut until = || match parts.next()? {
            "-" => Some(None),
            number => number.parse().ok().map(|number| Some(Time(number))),
        };
        Some(Standing { role, muted: until()?, banned: until()? })
    }
}

/// What a member who leads a group did to it, or to somebody in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Act {
    /// Gave somebody a rank.
    Role,
    /// Muted somebody.
    Mute,
    /// Lifted a mute.
    Unmute,
    /// Banned somebody.
    Ban,
    /// Lifted a ban.
    Unban,
    /// Removed somebody from the group.
    Remove,
    /// Deleted somebody else's message.
    Delete,
    /// Pinned a message.
    Pin,
    /// Unpinned a message.
    Unpin,
    /// Gave the group another title or other rules.
    Change,
}

impl Act {
    /// All acts.
    pub const ALL: [Act; 10] = [
        Act::Role,
        Act::Mute,
        Act::Unmute,
        Act::Ban,
        Act::Unban,
        Act::Remove,
        Act::Delete,
        Act::Pin,
        Act::Unpin,
        Act::Change,
    ];

    /// Returns the word for it on the wire and in every database.
    pub const fn word(self) -> &'static str {
        match self {
            Act::Role => "role",
            Act::Mute => "mute",
            Act::Unmute => "unmute",
            Act::Ban => "ban",
            Act::Unban => "unban",
            Act::Remove => "remove",
            Act::Delete => "delete",
            Act::Pin => "pin",
            Act::Unpin => "unpin",
            Act::Change => "change",
        }
    }

    /// Returns the act that this word stands for.
    pub fn from_word(word: &str) -> Option<Act> {
        Act::ALL.into_iter().find(|act| act.word() == word)
    }
}

/// An act with its details, as a rule decided it.
#[derive(Clone, Debug)]
pub(crate) struct Acted {
    pub(crate) act: Act,
    pub(crate) user: Option<UserId>,
    pub(crate) message: Option<MessageId>,
    pub(crate) reason: Option<String>,
    /// Whether the messages that they sent there lately are to be deleted.
    pub(crate) purge: bool,
}

impl Acted {
    /// Returns an act on the group as a whole.
    pub(crate) fn plainly(act: Act) -> Acted {
        Acted { act, user: None, message: None, reason: None, purge: false }
    }

    pub(crate) fn on(act: Act, user: UserId) -> Acted {
        Acted { user: Some(user), ..Acted::plainly(act) }
    }

    pub(crate) fn for_reason(act: Act, user: UserId, sentence: Option<Sentence>) -> Acted {
        Acted { reason: sentence.and_then(|sentence| sentence.reason), ..Acted::on(act, user) }
    }
}

/// A user who is banned from a group.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Banned {
    /// The person who is banned.
    pub person: Arc<Person>,
    /// Until when; [`Time::FOR_GOOD`] for good.
    pub until: Time,
    /// The reason, if one was given.
    pub reason: Option<String>,
}

/// A line of a group's audit.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Audited {
    /// The `seq` of the act; several lines may share one.
    pub seq: u64,
    /// When it was done.
    pub at: Time,
    /// What was done.
    pub act: Act,
    /// Who did it.
    pub by: Handle,
    /// To whom it was done, if to a person.
    pub user: Option<Handle>,
    /// The message that it was about, if any.
    pub message: Option<MessageId>,
    /// The reason, if one was given.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_gives_back_what_somebody_is() {
        for role in [Role::Owner, Role::Moderator, Role::Member] {
            for until in [None, Some(Time(5)), Some(Time::FOR_GOOD)] {
                let standing = Standing { role, muted: until, banned: until.map(|until| Time(until.0 - 1)) };
                assert_eq!(Standing::parse(&standing.spelled()), Some(standing));
            }
        }
        assert_eq!([Standing::parse("owner"), Standing::parse("king - -"), Standing::parse("member x -")], [None; 3]);
    }
}

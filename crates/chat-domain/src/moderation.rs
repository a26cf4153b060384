//! Who may do what to whom in a group, and what is kept of it.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::time::Duration;

use crate::id::{MessageId, UserId};
use crate::person::{Handle, Person};
use crate::room::Role;
use crate::time::Time;

/// What a mute or a ban says beside whom it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sentence {
    /// For how many seconds; for good where none is said.
    pub seconds: Option<u64>,
    /// The reason that is given.
    pub reason: Option<String>,
}

impl Sentence {
    /// Until when it stands that begins now.
    pub fn until(&self, now: Time) -> Time {
        self.seconds.map_or(Time::FOR_GOOD, |seconds| now.after(Duration::from_secs(seconds)))
    }

    /// The longest that is not for good: ten years.
    pub const LONGEST: u64 = 315_576_000;

    /// How many characters of a reason are taken.
    pub const REASON: usize = 500;
}

/// What is to be changed about a group. What is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Amendment {
    /// The title from now on.
    pub title: Option<String>,
    /// How many seconds lie between two messages of a member.
    pub slow_mode: Option<u32>,
    /// Whether only who leads the group sends.
    pub frozen: Option<bool>,
}

impl Amendment {
    /// Another title and nothing else.
    pub fn title(title: impl Into<String>) -> Amendment {
        Amendment { title: Some(title.into()), ..Amendment::default() }
    }

    /// The longest pause between two messages.
    pub const SLOWEST: u32 = 3600;
}

/// What somebody is in a group: their rank, and what they may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Standing {
    /// The rank that they have.
    pub role: Role,
    /// Until when they say nothing, if that is so.
    pub muted: Option<Time>,
    /// Until when they are not let in, if that is so.
    pub banned: Option<Time>,
}

impl Standing {
    /// How the log keeps it.
    pub(crate) fn spelled(&self) -> String {
        let until = |until: Option<Time>| until.map_or_else(|| "-".to_string(), |until| until.0.to_string());
        alloc::format!("{} {} {}", self.role.word(), until(self.muted), until(self.banned))
    }

    /// What the log has kept.
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

/// What somebody who leads a group did to it or to somebody in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Act {
    /// Gave somebody a rank.
    Role,
    /// Took somebody's voice.
    Mute,
    /// Gave it back.
    Unmute,
    /// Shut somebody out.
    Ban,
    /// Allowed them to come back.
    Unban,
    /// Took somebody out.
    Remove,
    /// Erased what somebody else had said.
    Delete,
    /// Pinned a message.
    Pin,
    /// Took one from the pins.
    Unpin,
    /// Gave the group another title or other rules.
    Change,
}

impl Act {
    /// All of them.
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

    /// The word for it, on the wire and in every database.
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

    /// What this word stands for.
    pub fn from_word(word: &str) -> Option<Act> {
        Act::ALL.into_iter().find(|act| act.word() == word)
    }
}

/// What somebody did who leads a group.
#[derive(Clone, Debug)]
pub(crate) struct Acted {
    pub(crate) act: Act,
    pub(crate) user: Option<UserId>,
    pub(crate) message: Option<MessageId>,
    pub(crate) reason: Option<String>,
    /// Whether what they said there lately is to be erased.
    pub(crate) purge: bool,
}

impl Acted {
    /// To the group as a whole.
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

/// Somebody who is shut out of a group.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Banned {
    /// Who it is.
    pub person: Arc<Person>,
    /// Until when; [`Time::FOR_GOOD`] where it has no end.
    pub until: Time,
    /// Why, if that was said.
    pub reason: Option<String>,
}

/// One line of what was done to a group by those who lead it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Audited {
    /// The `seq` with which it was done.
    pub seq: u64,
    /// The moment when it was done.
    pub at: Time,
    /// The thing that was done.
    pub act: Act,
    /// Who did it.
    pub by: Handle,
    /// The person to whom it was done.
    pub user: Option<Handle>,
    /// To which message.
    pub message: Option<MessageId>,
    /// Why, if that was said.
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

//! Why the rules refuse something.

use crate::id::MessageId;
use crate::time::Time;

/// Why the rules refuse something, in words for the person who asked for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Refusal {
    /// No room has this id.
    #[error("there is no such chat")]
    UnknownRoom,
    /// The room exists, but the actor is not in it.
    #[error("you are not a member of this chat")]
    NotMember,
    /// The room has no message of this id, or it was deleted.
    #[error("there is no such message in this chat")]
    UnknownMessage,
    /// Nobody has this id.
    #[error("there is no such user")]
    UnknownUser,
    /// The user has no notification of this id.
    #[error("there is no such notification")]
    UnknownNotification,
    /// Only a message's sender may do this.
    #[error("only the sender may do this")]
    NotAuthor,
    /// Only the room's owner may do this.
    #[error("only the owner may do this")]
    NotOwner,
    /// Only those who lead the group may do this, and not to somebody of their own rank or above.
    #[error("this takes a higher rank in this chat")]
    Outranked,
    /// The actor is muted.
    #[error("you are muted in this chat")]
    Muted {
        /// Until when; `None` for good.
        until: Option<Time>,
    },
    /// The user to be added is banned.
    #[error("this user is banned from this chat")]
    Banned,
    /// The other person of the direct or roulette chat has blocked the actor.
    #[error("you cannot write to this user")]
    Blocked,
    /// The group is frozen: only those who lead it may send.
    #[error("only owners and moderators may write in this chat now")]
    Frozen,
    /// The group has a slow mode, and the actor's last message is too recent.
    #[error("this chat is in slow mode; try again in {seconds} s")]
    TooSoon {
        /// How many seconds to wait, at least 1.
        seconds: u64,
    },
    /// Only a group has members to change, a title, or an end.
    #[error("only a group chat can change its title or members, or end")]
    NotGroup,
    /// Only a direct chat can be hidden.
    #[error("only a direct chat can be hidden")]
    NotDirect,
    /// The chat is over: a roulette chat that was left, or a room that was closed.
    #[error("this chat is closed")]
    Closed,
    /// The actor is in an open roulette chat.
    #[error("leave the open roulette chat first")]
    InRoulette,
    /// The same `client_id` was used for something else before.
    #[error("this name of a request was already used for something else")]
    Reused {
        /// The first message that was sent under it, if it was a message.
        message: Option<MessageId>,
    },
    /// There are as many of something as there may be.
    #[error("there are too many {what} already")]
    TooMany {
        /// The name of what there is too much of.
        what: &'static str,
    },
    /// Somebody else has the username.
    #[error("this username is taken")]
    NameTaken,
    /// A field is larger than allowed.
    #[error("`{field}` is larger than {limit} bytes")]
    TooLarge {
        /// The name of the field.
        field: &'static str,
        /// How large it may be.
        limit: usize,
    },
    /// A field breaks a rule.
    #[error("`{field}` {rule}")]
    Invalid {
        /// The name of the field.
        field: &'static str,
        /// The rule, as the end of a sentence that begins with the field.
        rule: &'static str,
    },
}

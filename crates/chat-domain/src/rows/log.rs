//! The rows of a room's log.

use alloc::string::String;

use crate::emoji::Emoji;
use crate::id::{MessageId, RoomId, UserId};
use crate::time::Time;

/// A durable change that is not a message: with the messages' own `seq` these are the whole log of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogRow {
    /// The room in which it happened.
    pub room: RoomId,
    /// Its number in the room.
    pub seq: u64,
    /// When it happened.
    pub at: Time,
    /// Who did it.
    pub actor: UserId,
    /// What has happened in the room.
    pub kind: LogKind,
    /// Which message it is about: edited, deleted, reacted to.
    pub message: Option<MessageId>,
    /// Whom it is about: added, removed, updated, silenced.
    pub user: Option<UserId>,
    /// Who owns the room since this removal, if it changed that.
    pub heir: Option<UserId>,
    /// The title that a group was made with or was given; the emoji of a reaction that is no like; what somebody is in a group.
    pub text: Option<String>,
}

/// What a [`LogRow`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LogKind {
    /// The room was made.
    Created,
    /// Somebody came into the room.
    Added,
    /// Somebody left or was taken out.
    Removed,
    /// The group has another title or other rules.
    Changed,
    /// Somebody left a roulette chat.
    Closed,
    /// A message has other words.
    Edited,
    /// A message was erased.
    Deleted,
    /// A message was liked.
    Liked,
    /// A like was taken back.
    Unliked,
    /// Somebody reacted to a message, not with a like.
    Reacted,
    /// Such a reaction was taken back.
    Unreacted,
    /// A message was pinned.
    Pinned,
    /// A message was taken from the pins.
    Unpinned,
    /// Somebody is something else in the group than before.
    Updated,
    /// One in a direct chat has blocked the other.
    Silenced,
    /// That was taken back.
    Unsilenced,
}

impl LogKind {
    /// All of them.
    pub const ALL: [LogKind; 16] = [
        LogKind::Created,
        LogKind::Added,
        LogKind::Removed,
        LogKind::Changed,
        LogKind::Closed,
        LogKind::Edited,
        LogKind::Deleted,
        LogKind::Liked,
        LogKind::Unliked,
        LogKind::Reacted,
        LogKind::Unreacted,
        LogKind::Pinned,
        LogKind::Unpinned,
        LogKind::Updated,
        LogKind::Silenced,
        LogKind::Unsilenced,
    ];

    /// The word for it in every database.
    pub const fn word(self) -> &'static str {
        match self {
            LogKind::Created => "created",
            LogKind::Added => "added",
            LogKind::Removed => "removed",
            // The word is older than the other rules.
            LogKind::Changed => "renamed",
            LogKind::Closed => "closed",
            LogKind::Edited => "edited",
            LogKind::Deleted => "deleted",
            LogKind::Liked => "liked",
            LogKind::Unliked => "unliked",
            LogKind::Reacted => "reacted",
            LogKind::Unreacted => "unreacted",
            LogKind::Pinned => "pinned",
            LogKind::Unpinned => "unpinned",
            LogKind::Updated => "updated",
            LogKind::Silenced => "silenced",
            LogKind::Unsilenced => "unsilenced",
        }
    }

    /// The kind that this word stands for.
    pub fn from_word(word: &str) -> Option<LogKind> {
        LogKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl LogRow {
    /// The reaction that was given or taken back.
    pub fn emoji(&self) -> Option<Emoji> {
        match self.kind {
            LogKind::Liked | LogKind::Unliked => Some(Emoji::LIKE),
            LogKind::Reacted | LogKind::Unreacted => Emoji::new(self.text.as_deref()?),
            LogKind::Created | LogKind::Added | LogKind::Removed | LogKind::Changed | LogKind::Closed => None,
            LogKind::Edited | LogKind::Deleted | LogKind::Pinned | LogKind::Unpinned => None,
            LogKind::Updated | LogKind::Silenced | LogKind::Unsilenced => None,
        }
    }
}

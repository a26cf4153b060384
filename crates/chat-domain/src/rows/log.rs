//! The rows of a room's log.

use alloc::string::String;

use crate::emoji::Emoji;
use crate::id::{MessageId, RoomId, UserId};
use crate::time::Time;

/// A durable change that is not a message. Together with the messages, each with its own `seq`, these rows are the
/// whole log of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogRow {
    /// The room in which it happened.
    pub room: RoomId,
    /// Its `seq`.
    pub seq: u64,
    /// When it happened.
    pub at: Time,
    /// Who did it.
    pub actor: UserId,
    /// The kind of change.
    pub kind: LogKind,
    /// The message that it is about: edited, deleted, reacted to, pinned.
    pub message: Option<MessageId>,
    /// The user whom it is about: added, removed, updated, silenced.
    pub user: Option<UserId>,
    /// Who owns the room after this removal, if the owner left.
    pub heir: Option<UserId>,
    /// The title of a new or renamed group, the emoji of a reaction other than the like, or a member's
    /// [`Standing`](crate::Standing) as the log spells it.
    pub text: Option<String>,
}

/// The kinds of change that the log keeps.
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
    /// The room is over.
    Closed,
    /// The text of a message was changed.
    Edited,
    /// A message was deleted.
    Deleted,
    /// A message was liked.
    Liked,
    /// A like was taken back.
    Unliked,
    /// Somebody reacted to a message with another emoji than the like.
    Reacted,
    /// Such a reaction was taken back.
    Unreacted,
    /// A message was pinned.
    Pinned,
    /// A message was unpinned.
    Unpinned,
    /// Somebody's rank, mute or ban in the group has changed.
    Updated,
    /// One person of a direct or roulette chat has blocked the other.
    Silenced,
    /// The block was lifted.
    Unsilenced,
}

impl LogKind {
    /// All kinds.
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

    /// Returns the word for it in every database.
    pub const fn word(self) -> &'static str {
        match self {
            LogKind::Created => "created",
            LogKind::Added => "added",
            LogKind::Removed => "removed",
            // Databases have had this word since renaming was the only such change.
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

    /// Returns the kind that this word stands for.
    pub fn from_word(word: &str) -> Option<LogKind> {
        LogKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl LogRow {
    /// Returns the emoji of the reaction that was given or taken back.
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

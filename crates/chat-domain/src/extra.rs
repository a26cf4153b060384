//! What happens beyond the oldest clients' ken: told to those alone who ask for it. One list, which every layer reads.

use alloc::string::String;

use crate::emoji::Emoji;
use crate::id::MessageId;
use crate::message::Message;
use crate::reception::Likes;
use crate::rows::{LogKind, LogRow};

/// A lasting change that only who asks for it is told of.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Extra {
    /// The actor reacts to a message, not with a like.
    Reacted {
        /// The message that is reacted to.
        message: MessageId,
        /// The emoji that was given.
        emoji: Emoji,
        /// Everybody who does so now.
        by: Likes,
    },
    /// The actor takes a reaction back, not a like.
    Unreacted {
        /// The message from which it was taken.
        message: MessageId,
        /// Which reaction.
        emoji: Emoji,
        /// Everybody who still stands behind it.
        by: Likes,
    },
    /// The actor pinned a message.
    Pinned {
        /// The message that was pinned.
        message: MessageId,
    },
    /// The actor took a message from the pins.
    Unpinned {
        /// The message that was taken from the pins.
        message: MessageId,
    },
}

/// What the log keeps of an extra.
pub(crate) struct Noted {
    pub(crate) kind: LogKind,
    pub(crate) message: Option<MessageId>,
    pub(crate) text: Option<String>,
}

impl Extra {
    /// What the log keeps of it.
    pub(crate) fn noted(&self) -> Noted {
        match self {
            Extra::Reacted { message, emoji, .. } => about(LogKind::Reacted, *message, Some(emoji.clone().into())),
            Extra::Unreacted { message, emoji, .. } => about(LogKind::Unreacted, *message, Some(emoji.clone().into())),
            Extra::Pinned { message } => about(LogKind::Pinned, *message, None),
            Extra::Unpinned { message } => about(LogKind::Unpinned, *message, None),
        }
    }

    /// What a row of the log tells again, about a message as it is now. (Reactions count who stands behind them, and are made
    /// where that is known.)
    pub(crate) fn replayed(row: &LogRow, message: Option<&Message>) -> Option<Extra> {
        let message = message.filter(|message| message.deleted.is_none())?.id;
        match row.kind {
            LogKind::Pinned => Some(Extra::Pinned { message }),
            LogKind::Unpinned => Some(Extra::Unpinned { message }),
            LogKind::Reacted | LogKind::Unreacted | LogKind::Liked | LogKind::Unliked => None,
            LogKind::Created | LogKind::Added | LogKind::Removed | LogKind::Renamed | LogKind::Closed => None,
            LogKind::Edited | LogKind::Deleted => None,
        }
    }

    /// How many people it names.
    pub fn named(&self) -> usize {
        match self {
            Extra::Reacted { by, .. } | Extra::Unreacted { by, .. } => by.by.len(),
            Extra::Pinned { .. } | Extra::Unpinned { .. } => 0,
        }
    }
}

fn about(kind: LogKind, message: MessageId, text: Option<String>) -> Noted {
    Noted { kind, message: Some(message), text }
}

//! Changes that the oldest clients do not know: only those are told who ask for them. Every layer reads this one list.

use alloc::string::String;
use alloc::sync::Arc;

use crate::emoji::Emoji;
use crate::id::{MessageId, UserId};
use crate::message::Message;
use crate::moderation::Standing;
use crate::person::Person;
use crate::reception::Likes;
use crate::room::Room;
use crate::rows::{LogKind, LogRow};

/// A lasting change of which only those are told who ask for it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Extra {
    /// The actor reacted to a message with another emoji than the like.
    Reacted {
        /// The message that is reacted to.
        message: MessageId,
        /// The emoji that was given.
        emoji: Emoji,
        /// Everybody who gives this reaction now.
        by: Likes,
    },
    /// The actor took back a reaction that was not a like.
    Unreacted {
        /// The message from which it was taken.
        message: MessageId,
        /// The emoji that was taken back.
        emoji: Emoji,
        /// Everybody who still gives it.
        by: Likes,
    },
    /// The actor pinned a message.
    Pinned {
        /// The message that was pinned.
        message: MessageId,
    },
    /// The actor unpinned a message.
    Unpinned {
        /// The message that was unpinned.
        message: MessageId,
    },
    /// Somebody's rank, mute or ban has changed.
    Updated {
        /// The person whose rank, mute or ban it is.
        person: Arc<Person>,
        /// Their rank, mute and ban from now on.
        standing: Standing,
    },
    /// The group has another title or other rules. These are all of them as they are now.
    Changed {
        /// The title of the group.
        title: Option<String>,
        /// How many seconds must lie between two messages of a member.
        slow_mode: u32,
        /// Whether only those who lead the group may send.
        frozen: bool,
    },
    /// The actor blocked the other one of a direct chat, or lifted the block. Nobody is told; it only decides what may
    /// be sent.
    Silenced {
        /// The person who was blocked.
        person: Arc<Person>,
        /// Whether the block stands now.
        stands: bool,
    },
}

/// What the log keeps of an extra.
pub(crate) struct Noted {
    pub(crate) kind: LogKind,
    pub(crate) message: Option<MessageId>,
    pub(crate) user: Option<UserId>,
    pub(crate) text: Option<String>,
}

impl Extra {
    /// Returns what the log keeps of this extra.
    pub(crate) fn noted(&self) -> Noted {
        match self {
            Extra::Reacted { message, emoji, .. } => about(LogKind::Reacted, *message, Some(emoji.clone().into())),
            Extra::Unreacted { message, emoji, .. } => about(LogKind::Unreacted, *message, Some(emoji.clone().into())),
            Extra::Pinned { message } => about(LogKind::Pinned, *message, None),
            Extra::Unpinned { message } => about(LogKind::Unpinned, *message, None),
            Extra::Updated { person, standing } => {
                let text = Some(standing.spelled());
                Noted { kind: LogKind::Updated, message: None, user: Some(person.id()), text }
            }
            Extra::Changed { title, .. } => {
                Noted { kind: LogKind::Changed, message: None, user: None, text: title.clone() }
            }
            Extra::Silenced { person, stands } => {
                let kind = if *stands { LogKind::Silenced } else { LogKind::Unsilenced };
                Noted { kind, message: None, user: Some(person.id()), text: None }
            }
        }
    }

    /// Returns the extra that a row of the log tells again, for a message or a room as it is now. Not for reactions:
    /// whoever replays them has to know who gives them now.
    pub(crate) fn replayed(
        row: &LogRow,
        room: &Room,
        message: Option<&Message>,
        person: Option<Arc<Person>>,
    ) -> Option<Extra> {
        let message = || message.filter(|message| message.deleted.is_none()).map(|message| message.id);
        match row.kind {
            LogKind::Pinned => Some(Extra::Pinned { message: message()? }),
            LogKind::Unpinned => Some(Extra::Unpinned { message: message()? }),
            LogKind::Updated => {
                Some(Extra::Updated { person: person?, standing: Standing::parse(row.text.as_deref()?)? })
            }
            LogKind::Changed => {
                let Room { title, slow_mode, frozen, .. } = room;
                Some(Extra::Changed { title: title.clone(), slow_mode: *slow_mode, frozen: *frozen })
            }
            LogKind::Silenced => Some(Extra::Silenced { person: person?, stands: true }),
            LogKind::Unsilenced => Some(Extra::Silenced { person: person?, stands: false }),
            LogKind::Reacted | LogKind::Unreacted | LogKind::Liked | LogKind::Unliked => None,
            LogKind::Created | LogKind::Added | LogKind::Removed | LogKind::Closed => None,
            LogKind::Edited | LogKind::Deleted => None,
        }
    }

    /// Returns the extra with what this person shows of themselves now; `None` if it names them so already, or not at
    /// all.
    pub(crate) fn renamed(&self, now: &Arc<Person>) -> Option<Extra> {
        let is_old = |one: &Arc<Person>| one.id() == now.id() && one != now;
        match self {
            Extra::Updated { person, standing } if is_old(person) => {
                Some(Extra::Updated { person: now.clone(), standing: *standing })
            }
            Extra::Silenced { person, stands } if is_old(person) => {
                Some(Extra::Silenced { person: now.clone(), stands: *stands })
            }
            _ => None,
        }
    }

    /// Whether clients can ask to be told of it.
    pub fn is_told(&self) -> bool {
        !matches!(self, Extra::Silenced { .. })
    }

    /// Returns how many people it names.
    pub fn named(&self) -> usize {
        match self {
            Extra::Reacted { by, .. } | Extra::Unreacted { by, .. } => by.by.len(),
            Extra::Pinned { .. } | Extra::Unpinned { .. } | Extra::Changed { .. } => 0,
            Extra::Updated { .. } | Extra::Silenced { .. } => 1,
        }
    }
}

fn about(kind: LogKind, message: MessageId, text: Option<String>) -> Noted {
    Noted { kind, message: Some(message), user: None, text }
}

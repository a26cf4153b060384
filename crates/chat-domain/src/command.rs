//! What somebody wants done, and what must be known to decide it.

use alloc::string::String;
use alloc::vec::Vec;

pub use crate::client_id::{ClientId, NotClientId};
use crate::emoji::Emoji;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::MessageKind;
use crate::metadata::Value;
use crate::moderation::{Amendment, Sentence};
pub use crate::need::Need;
use crate::room::Role;
use crate::time::Time;

/// Who asks, when, and under which numbers new things would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stamp {
    /// The person who asks.
    pub actor: UserId,
    /// When. What is told of a room never goes back in time: an earlier moment than that of the last such change counts as that one.
    pub at: Time,
    /// The numbers for what the command may make. One that was not used may be given again.
    pub ids: Ids,
}

/// The next free numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ids {
    /// For a new room.
    pub room: RoomId,
    /// For a new message: above every message id of its room.
    pub message: MessageId,
}

/// Something that somebody wants done.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Command {
    /// Opens the direct chat with somebody, or finds it.
    OpenDirect {
        /// The other one.
        with: UserId,
    },
    /// Makes a group that the actor owns.
    CreateGroup {
        /// The title of the group.
        title: String,
        /// Who else is in it from the start.
        members: Vec<UserId>,
        /// Names this request, so that repeating it makes no second group.
        client_id: Option<ClientId>,
    },
    /// Gives a group another title or other rules.
    Change {
        /// The group that is changed.
        room: RoomId,
        /// What is to be changed.
        amendment: Amendment,
    },
    /// Gives a member of a group a rank.
    Appoint {
        /// The group in which the rank counts.
        room: RoomId,
        /// The person who gets it.
        user: UserId,
        /// Which rank; [`Role::Owner`] hands the group over.
        role: Role,
    },
    /// Takes a member's voice, or gives it back.
    Mute {
        /// The group in which it is taken.
        room: RoomId,
        /// The member whose voice it is.
        user: UserId,
        /// For how long and why; `None` gives it back.
        sentence: Option<Sentence>,
    },
    /// Shuts somebody out of a group, who is taken out if they are in, or allows them to come back.
    Ban {
        /// The group that somebody is shut out of.
        room: RoomId,
        /// The person who is shut out.
        user: UserId,
        /// For how long and why; `None` allows it.
        sentence: Option<Sentence>,
        /// Whether what they said there within the last day is to be erased.
        delete_messages: bool,
    },
    /// Erases a message behind a [`Command::Ban`] that ordered it, for whoever did.
    Purge {
        /// The room of the message.
        room: RoomId,
        /// The message to erase.
        message: MessageId,
    },
    /// Says that the actor wants to have nothing to do with somebody, or takes that back.
    Block {
        /// The person whom the actor wants to have nothing to do with.
        user: UserId,
        /// Whether it is to be so.
        stands: bool,
    },
    /// Brings somebody into a group.
    AddMember {
        /// The group that somebody is brought into.
        room: RoomId,
        /// Who is brought in.
        user: UserId,
    },
    /// Takes somebody out of a group; oneself: leaves.
    RemoveMember {
        /// The group that somebody is taken out of.
        room: RoomId,
        /// Who is taken out.
        user: UserId,
    },
    /// Ends a group: nobody is in it any more.
    EndGroup {
        /// The group that ends.
        room: RoomId,
    },
    /// Ends the actor's part in a room for good: leaves a group, closes a direct chat. (For the roulette, see
    /// [`Command::LeaveRoulette`].)
    Part {
        /// The room in which the actor's part ends.
        room: RoomId,
    },
    /// Sends a message.
    Send {
        /// The room to which it goes.
        room: RoomId,
        /// What is to be said.
        draft: Draft,
        /// Names this message, so that sending it again makes no second one.
        client_id: Option<ClientId>,
    },
    /// Gives a text message other words.
    Edit {
        /// The room of the message.
        room: RoomId,
        /// The message to change.
        message: MessageId,
        /// The new words.
        content: String,
    },
    /// Erases a message.
    Delete {
        /// The room of the message.
        room: RoomId,
        /// The message to erase.
        message: MessageId,
    },
    /// Likes a message.
    Like {
        /// The room of the message.
        room: RoomId,
        /// The message that the actor likes.
        message: MessageId,
    },
    /// Takes a like back.
    Unlike {
        /// The room of the message.
        room: RoomId,
        /// The message that the actor no longer likes.
        message: MessageId,
    },
    /// Reacts to a message; a like is the reaction [`Emoji::LIKE`].
    React {
        /// The room of the message.
        room: RoomId,
        /// The message that the reaction is about.
        message: MessageId,
        /// The emoji that is given.
        emoji: Emoji,
    },
    /// Takes a reaction back.
    Unreact {
        /// The room of the message.
        room: RoomId,
        /// The message that the reaction is about.
        message: MessageId,
        /// The emoji that is taken back.
        emoji: Emoji,
    },
    /// Pins a message, or takes it from the pins.
    Pin {
        /// The room of the message.
        room: RoomId,
        /// The message that is meant.
        message: MessageId,
        /// Whether it is to be pinned.
        stands: bool,
    },
    /// Moves the actor's read position forward.
    Read {
        /// The room that is read.
        room: RoomId,
        /// Up to which message; `None` means the newest.
        upto: Option<MessageId>,
    },
    /// Moves the actor's delivered position forward.
    Deliver {
        /// The room whose messages arrived.
        room: RoomId,
        /// Up to which message; one that does not exist counts as the newest before it.
        upto: MessageId,
    },
    /// Looks for a stranger to talk to.
    Search,
    /// Stops looking for a stranger.
    StopSearch,
    /// Leaves the open roulette chat, if there is one.
    LeaveRoulette,
}

/// A message before it is accepted.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Draft {
    /// The sort of message, by which its metadata are checked.
    pub kind: MessageKind,
    /// The words or the address.
    pub content: String,
    /// A map, empty where there is none.
    pub metadata: Value,
    /// Which message of the room it answers.
    pub reply_to: Option<MessageId>,
    /// Whether a back end sends it in somebody's name: mutes, slow mode and freezing do not bind it.
    pub is_back_ends: bool,
    /// The digest of what its sender said, where something else was put in its place: a repeat is compared with that.
    pub said: Option<[u8; 32]>,
}

impl Draft {
    /// What it says in words: of a file that is what is said beside it.
    pub(crate) fn words(&self) -> &str {
        match &self.metadata {
            _ if !self.kind.is_media() => &self.content,
            Value::Map(fields) => fields.iter().find_map(|(name, value)| caption(name, value)).unwrap_or_default(),
            _ => "",
        }
    }

    /// A draft of plain words.
    pub fn text(content: impl Into<String>) -> Draft {
        Draft {
            kind: MessageKind::Text,
            content: content.into(),
            metadata: Value::empty(),
            reply_to: None,
            is_back_ends: false,
            said: None,
        }
    }
}

fn caption<'a>(name: &str, value: &'a Value) -> Option<&'a str> {
    let Value::Text(text) = value else { return None };
    (name == "caption").then_some(text)
}

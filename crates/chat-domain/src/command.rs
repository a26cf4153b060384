//! What people want done.

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

/// Who gives a command, when, and the numbers for what it may create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stamp {
    /// The person who gives it.
    pub actor: UserId,
    /// When they give it. What is told of a room never goes back in time: if this is earlier than the room's last told
    /// change, that change's time is used.
    pub at: Time,
    /// The ids for what the command may create. Ids that were not used may be offered again.
    pub ids: Ids,
}

/// The next free ids.
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
    /// Opens the direct chat with somebody, or finds the one that exists.
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
        /// The new title or rules.
        amendment: Amendment,
    },
    /// Gives a member of a group a rank.
    Appoint {
        /// The group in which the rank counts.
        room: RoomId,
        /// The person who gets it.
        user: UserId,
        /// The new rank; [`Role::Owner`] hands the group over.
        role: Role,
    },
    /// Forbids a member of a group to write, or allows it again.
    Mute {
        /// The group in which it holds.
        room: RoomId,
        /// The member who is muted.
        user: UserId,
        /// For how long and why; `None` ends the mute.
        sentence: Option<Sentence>,
    },
    /// Bans somebody from a group, removing them if they are in it, or lifts their ban.
    Ban {
        /// The group.
        room: RoomId,
        /// The person who is banned.
        user: UserId,
        /// For how long and why; `None` lifts the ban.
        sentence: Option<Sentence>,
        /// Whether the messages that they sent there within the last day are to be deleted.
        delete_messages: bool,
    },
    /// Deletes a message that a [`Command::Ban`] or an erasure ordered to delete, in the name of whoever ordered it.
    Purge {
        /// The room of the message.
        room: RoomId,
        /// The message to delete.
        message: MessageId,
    },
    /// Blocks a person, who then cannot write to the actor in their direct or roulette chats, or lifts the block.
    Block {
        /// The person who is blocked.
        user: UserId,
        /// Whether the block is to stand.
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
    /// Ends the actor's part in a room for good: leaves a group, closes a direct chat. For a roulette chat, use
    /// [`Command::LeaveRoulette`].
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
    /// Deletes a message. A tombstone is left.
    Delete {
        /// The room of the message.
        room: RoomId,
        /// The message to delete.
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
    /// Pins a message, or unpins it.
    Pin {
        /// The room of the message.
        room: RoomId,
        /// The message to pin or unpin.
        message: MessageId,
        /// Whether it is to be pinned.
        stands: bool,
    },
    /// Moves the actor's read position forward.
    Read {
        /// The room that is read.
        room: RoomId,
        /// The newest message that was read; `None` means the newest of the room.
        upto: Option<MessageId>,
    },
    /// Moves the actor's delivered position forward.
    Deliver {
        /// The room whose messages arrived.
        room: RoomId,
        /// The newest message that arrived. If there is none of this id, the newest before it counts.
        upto: MessageId,
    },
    /// Looks for a stranger to talk to.
    Search,
    /// Stops looking for a stranger.
    StopSearch,
    /// Leaves the open roulette chat, if there is one.
    LeaveRoulette,
}

/// A message before the rules have accepted it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Draft {
    /// The kind of message, by which its metadata are checked.
    pub kind: MessageKind,
    /// The text, or the address of the file.
    pub content: String,
    /// A [`Value::Map`], which is empty if there is no metadata.
    pub metadata: Value,
    /// Which message of the room it answers.
    pub reply_to: Option<MessageId>,
    /// Whether a back end sends it in a person's name, so that mutes, slow mode and freezing do not hold it up.
    pub is_back_ends: bool,
    /// The digest of what the sender said, if a moderating back end replaced it: a repeated request is compared with
    /// this one.
    pub said: Option<[u8; 32]>,
}

impl Draft {
    /// The words that it says: its text, or the caption of a picture, film or recording.
    pub(crate) fn words(&self) -> &str {
        match &self.metadata {
            _ if !self.kind.is_media() => &self.content,
            Value::Map(fields) => fields.iter().find_map(|(name, value)| caption(name, value)).unwrap_or_default(),
            _ => "",
        }
    }

    /// Returns a draft of a text message.
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

//! What somebody wants done, and what must be known to decide it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::emoji::Emoji;
use crate::file::FileId;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::MessageKind;
use crate::metadata::Value;
use crate::moderation::{Amendment, Sentence};
use crate::room::Role;
use crate::time::Time;

/// Who asks, when, and under which numbers new things would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stamp {
    /// Who asks.
    pub actor: UserId,
    /// When. A room's changes never go back in time: an earlier moment than the room's last counts as that one.
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
        /// Its title.
        title: String,
        /// Who else is in it from the start.
        members: Vec<UserId>,
        /// Names this request, so that repeating it makes no second group.
        client_id: Option<ClientId>,
    },
    /// Gives a group another title or other rules.
    Change {
        /// Which group.
        room: RoomId,
        /// What is to be changed.
        amendment: Amendment,
    },
    /// Gives a member of a group a rank.
    Appoint {
        /// Which group.
        room: RoomId,
        /// To whom.
        user: UserId,
        /// Which rank; [`Role::Owner`] hands the group over.
        role: Role,
    },
    /// Takes a member's voice, or gives it back.
    Mute {
        /// In which group.
        room: RoomId,
        /// Whose.
        user: UserId,
        /// For how long and why; `None` gives it back.
        sentence: Option<Sentence>,
    },
    /// Shuts somebody out of a group, who is taken out if they are in, or allows them to come back.
    Ban {
        /// Of which group.
        room: RoomId,
        /// Whom.
        user: UserId,
        /// For how long and why; `None` allows it.
        sentence: Option<Sentence>,
        /// Whether what they said there within the last day is to be erased.
        delete_messages: bool,
    },
    /// Erases a message behind a [`Command::Ban`] that ordered it, for whoever did.
    Purge {
        /// Where.
        room: RoomId,
        /// Which.
        message: MessageId,
    },
    /// Says that the actor wants to have nothing to do with somebody, or takes that back.
    Block {
        /// With whom.
        user: UserId,
        /// Whether it is to be so.
        stands: bool,
    },
    /// Brings somebody into a group.
    AddMember {
        /// Which group.
        room: RoomId,
        /// Who is brought in.
        user: UserId,
    },
    /// Takes somebody out of a group; oneself: leaves.
    RemoveMember {
        /// Which group.
        room: RoomId,
        /// Who is taken out.
        user: UserId,
    },
    /// Ends a group: nobody is in it any more.
    EndGroup {
        /// Which group.
        room: RoomId,
    },
    /// Ends the actor's part in a room for good: leaves a group, closes a direct chat. (For the roulette, see
    /// [`Command::LeaveRoulette`].)
    Part {
        /// Which room.
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
        /// Which reaction.
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
    /// Stops looking.
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
        }
    }
}

fn caption<'a>(name: &str, value: &'a Value) -> Option<&'a str> {
    match value {
        Value::Text(text) if name == "caption" => Some(text),
        _ => None,
    }
}

/// A sender's own name for a request: 1–64 printable characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct ClientId(String);

impl ClientId {
    /// The name, if it has 1–64 characters and all of them are printable.
    pub fn new(name: impl Into<String>) -> Option<ClientId> {
        let name = name.into();
        let good = !name.is_empty() && name.chars().take(65).count() <= 64 && !name.chars().any(char::is_control);
        good.then_some(ClientId(name))
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<ClientId> for String {
    fn from(name: ClientId) -> String {
        name.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = NotClientId;

    fn try_from(name: String) -> Result<ClientId, NotClientId> {
        ClientId::new(name).ok_or(NotClientId)
    }
}

/// The text is no name for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 64 printable characters")]
pub struct NotClientId;

/// Something that a decision rests on, and that a working set must have been given before.
///
/// All needs of a batch of commands can be asked at once and in any order: no need's key comes from another's answer.
/// Where an answer hangs on rows beside its own, it brings them along ([`Fact`](crate::Fact)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Need {
    /// Who this is, or that nobody is.
    Person(UserId),
    /// The room's row, or that there is none.
    Room(RoomId),
    /// Somebody's row in a room (also of who left), or that there is none.
    Member(RoomId, UserId),
    /// The members who come first by [`Member::succession`](crate::Member::succession), without the owner, and who they are. One more
    /// is needed than the batch removes from this room; everybody, if there are fewer.
    Heir(RoomId),
    /// A message's row (also of a deleted one), or that the room has none of this id.
    Message(RoomId, MessageId),
    /// The newest message of the room that is not newer than this one, and how many of those up to it are this user's.
    Ordinal(RoomId, MessageId, UserId),
    /// The row in a room of who sent this message, or that there is none.
    Author(RoomId, MessageId),
    /// Which of these two (the smaller id first) blocks the other.
    Blocks(UserId, UserId),
    /// Whom this user blocks, and who blocks them. (Not only those who wait: others may begin to in the same batch.)
    Apart(UserId),
    /// The direct chat of these two (the smaller id first) with both members' rows, or that there is none.
    Direct(UserId, UserId),
    /// What this sender first sent to this room under this name and what became of that message, or that nothing was sent.
    Sent(RoomId, UserId, ClientId),
    /// Who has this name (as [`folded`](crate::names::folded) spells it) and their row in the room, or that nobody has it.
    Named(RoomId, String),
    /// A file, or that none of this id lives here.
    File(FileId),
    /// The group that this user first made under this name with its present members, or that none was made.
    Made(UserId, ClientId),
    /// Reactions of one sort to a message: this user's own row, whether it stands or not, and the newest rows that stand. Of
    /// those a hundred are needed, and one more for every need of this kind about the same message in the batch; more do no
    /// harm.
    Reactions(RoomId, MessageId, UserId, Emoji),
    /// What a read move of this user would make read: the messages of others between the present read position and this
    /// message (`None`: the newest). Deleted ones are left out; the newest hundred come, oldest first, each with its
    /// readers. Nothing if the user has no row in the room.
    Unread(RoomId, UserId, Option<MessageId>),
    /// What a delivered move of this user up to this message would make delivered: as for a read move, but above the larger
    /// of the two positions. Of each message its id and its sender are enough. The answer may be empty in a room of more members
    /// than [`Limits::quiet_room`](crate::limits::Limits::quiet_room), also if those have left by the time who may before it is
    /// decided.
    Undelivered(RoomId, UserId, MessageId),
    /// This user's own row in the lobby; if it names an open roulette chat, that room with its members' rows and the
    /// partner's row.
    Lobby(UserId),
    /// Everybody who waits for a stranger, whether or not their lease is still good.
    Waiting,
}

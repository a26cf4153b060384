//! What somebody wants done, and what must be known to decide it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::id::{MessageId, RoomId, UserId};
use crate::message::MessageKind;
use crate::metadata::Value;
use crate::time::Time;

/// Who asks, when, and under which numbers new things would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
pub struct Ids {
    /// For a new room.
    pub room: RoomId,
    /// For a new message: above every message id of its room.
    pub message: MessageId,
}

/// Something that somebody wants done.
#[derive(Clone, Debug, PartialEq)]
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
    /// Gives a group another title.
    Rename {
        /// Which group.
        room: RoomId,
        /// The new title.
        title: String,
    },
    /// Brings somebody into a group.
    AddMember {
        /// Which group.
        room: RoomId,
        /// Whom.
        user: UserId,
    },
    /// Takes somebody out of a group; oneself: leaves.
    RemoveMember {
        /// Which group.
        room: RoomId,
        /// Whom.
        user: UserId,
    },
    /// Sends a message.
    Send {
        /// Where to.
        room: RoomId,
        /// What.
        draft: Draft,
        /// Names this message, so that sending it again makes no second one.
        client_id: Option<ClientId>,
    },
    /// Gives a text message other words.
    Edit {
        /// Where.
        room: RoomId,
        /// Which.
        message: MessageId,
        /// The new words.
        content: String,
    },
    /// Erases a message.
    Delete {
        /// Where.
        room: RoomId,
        /// Which.
        message: MessageId,
    },
    /// Likes a message.
    Like {
        /// Where.
        room: RoomId,
        /// Which.
        message: MessageId,
    },
    /// Takes a like back.
    Unlike {
        /// Where.
        room: RoomId,
        /// Which.
        message: MessageId,
    },
    /// Moves the actor's read position forward.
    Read {
        /// Where.
        room: RoomId,
        /// Up to which message; `None` means the newest.
        upto: Option<MessageId>,
    },
    /// Moves the actor's delivered position forward.
    Deliver {
        /// Where.
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
pub struct Draft {
    /// What sort.
    pub kind: MessageKind,
    /// The words or the address.
    pub content: String,
    /// A map, empty where there is none.
    pub metadata: Value,
}

impl Draft {
    /// A draft of plain words.
    pub fn text(content: impl Into<String>) -> Draft {
        Draft { kind: MessageKind::Text, content: content.into(), metadata: Value::empty() }
    }
}

/// A sender's own name for a request: 1–64 printable characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Something that a decision rests on, and that a working set must have been given before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// Who this is, or that nobody is.
    Person(UserId),
    /// The room's row, or that there is none.
    Room(RoomId),
    /// Somebody's row in a room, or that there is none.
    Member(RoomId, UserId),
    /// The member who has been in the room longest, the owner aside.
    Heir(RoomId),
    /// A message's row, or that the room has none of this id.
    Message(RoomId, MessageId),
    /// The newest message of the room that is not newer than this one, and how many of those up to it are this user's.
    Place(RoomId, MessageId, UserId),
    /// The direct chat of these two (the smaller id first), or that there is none.
    Direct(UserId, UserId),
    /// What this sender first sent to this room under this name, or that nothing was.
    Sent(RoomId, UserId, ClientId),
    /// The group that this user first made under this name, or that none was.
    Made(UserId, ClientId),
    /// Whether this user likes this message, and the newest hundred who do.
    Likes(RoomId, MessageId, UserId),
    /// What a read move of this user up to this message (`None`: the newest) makes read: the newest hundred messages of
    /// others between the old position and the new, each with its readers.
    Unread(RoomId, UserId, Option<MessageId>),
    /// Everybody who waits for a stranger, and this user's own row in the lobby.
    Lobby(UserId),
}

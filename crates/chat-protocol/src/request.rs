//! What a socket's frame asks for.

use chat_domain::{ClientId, Command, Mood, NotificationId, RoomId};

use crate::trouble::Trouble;

/// A frame that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What is asked.
    pub request: Request,
    /// What its answer needs to know.
    pub context: Context,
}

/// What can be asked on a socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Dialect 2's `ping`.
    Ping,
    /// Subscribe to a room (dialects 2 and 5).
    Join {
        /// The room to subscribe to.
        room: RoomId,
        /// Where the reader stands already.
        since: Resume,
    },
    /// Unsubscribe (dialects 2 and 5).
    Leave {
        /// The room to unsubscribe from.
        room: RoomId,
    },
    /// A command of the domain. `Command::Read { upto: None }` means the newest message that this socket was sent.
    Order(Command),
    /// Typing began, goes on, or ended.
    Typing {
        /// The room in which the user types.
        room: RoomId,
        /// Whether it goes on.
        is_typing: bool,
    },
    /// Dialect 2's `status`.
    Status(Mood),
    /// A new token for this socket.
    Auth {
        /// The token that is shown.
        token: String,
    },
    /// Dialect 5's `notification:read`.
    ReadNotification(NotificationId),
}

/// From where somebody wants to go on, as they said it. Over HTTP it comes from the address (`last_message_id`, `cursor`) and
/// the `Last-Event-ID` header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// A cursor; the empty text means "from now, and tell me cursors".
    pub cursor: Option<String>,
    /// Replay the messages after this id, which may be any that there could be; 0 means all.
    pub last_message_id: Option<i64>,
}

/// What the answer to a frame needs to know about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// What was asked.
    pub verb: Verb,
    /// The room that the frame or the address named.
    pub room: Option<RoomId>,
    /// The sender's name for it.
    pub client_id: Option<ClientId>,
    /// The Socket.IO ACK id.
    pub ack: Option<u64>,
}

/// What was asked, as far as its answer needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verb {
    /// Something that was not understood.
    #[default]
    Unknown,
    /// Dialect 2's `ping`.
    Ping,
    /// To subscribe to a room.
    Join,
    /// To unsubscribe from it.
    Leave,
    /// To send a message.
    Send,
    /// To give a message other words.
    Edit,
    /// To erase a message.
    Delete,
    /// To like a message.
    Like,
    /// Take a like back.
    Unlike,
    /// To react to a message.
    React,
    /// Take a reaction back.
    Unreact,
    /// Mark as read.
    Read,
    /// To say that one types, or has stopped.
    Typing,
    /// Asks how one is seen oneself.
    Status,
    /// Renew the token.
    Auth,
    /// Mark a notification as read.
    ReadNotification,
}

/// A frame that asks for nothing that could be done: it was not understood, or it names something that cannot exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// What is wrong with it: [`Trouble::Malformed`] for the client's author ("`chat_id` is missing"), or a refusal.
    pub trouble: Trouble,
    /// What could be understood of it.
    pub context: Context,
}

impl Rejected {
    /// Whether it counts as a bad frame.
    pub fn is_bad_frame(&self) -> bool {
        matches!(self.trouble, Trouble::Malformed(_))
    }
}

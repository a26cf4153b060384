//! What the frames of clients ask for.

use chat_domain::{ClientId, Command, Mood, NotificationId, RoomId};

use crate::trouble::Trouble;

/// A frame that was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What it asks for.
    pub request: Request,
    /// What its answer depends on.
    pub context: Context,
}

/// What a client can ask for on a socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Dialect 2's `ping`.
    Ping,
    /// Subscribes to a room (dialects 2 and 5).
    Join {
        /// The room to subscribe to.
        room: RoomId,
        /// Where the reader stands already, if anywhere.
        since: Resume,
    },
    /// Unsubscribes from a room (dialects 2 and 5).
    Leave {
        /// The room to unsubscribe from.
        room: RoomId,
    },
    /// A command of the domain. `Command::Read { upto: None }` is a read up to the newest message that was sent to this
    /// socket.
    Order(Command),
    /// Typing began, goes on, or ended.
    Typing {
        /// The room in which the user types.
        room: RoomId,
        /// Whether they still type.
        is_typing: bool,
    },
    /// Sets the mood (dialect 2's `status`).
    Status(Mood),
    /// Renews the token of the socket.
    Auth {
        /// The new token.
        token: String,
    },
    /// Marks a notification as read (dialect 5).
    ReadNotification(NotificationId),
}

/// From where a reader wants to go on, as they gave it. Over HTTP it comes from the address (`last_message_id`,
/// `cursor`) and the `Last-Event-ID` header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// A cursor. The empty text asks to begin now, and to be told cursors.
    pub cursor: Option<String>,
    /// The id of a message, after which messages are to be replayed. It need not exist; 0 asks for all messages.
    pub last_message_id: Option<i64>,
}

/// What the answer to a frame depends on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// What was asked for.
    pub verb: Verb,
    /// The room that the frame or the address named.
    pub room: Option<RoomId>,
    /// The sender's name for the request.
    pub client_id: Option<ClientId>,
    /// The id of the ACK that a Socket.IO client asked for.
    pub ack: Option<u64>,
}

/// What was asked for, in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verb {
    /// Something that is not known.
    #[default]
    Unknown,
    /// Dialect 2's `ping`.
    Ping,
    /// To join a room.
    Join,
    /// To leave a room.
    Leave,
    /// To send a message.
    Send,
    /// To edit a message.
    Edit,
    /// To delete a message.
    Delete,
    /// To like a message.
    Like,
    /// To take a like back.
    Unlike,
    /// To react to a message.
    React,
    /// To take a reaction back.
    Unreact,
    /// To mark messages as read.
    Read,
    /// To tell that the user types, or has stopped.
    Typing,
    /// To set the mood.
    Status,
    /// To renew the token.
    Auth,
    /// To mark a notification as read.
    ReadNotification,
}

/// A frame that cannot be done: it was not understood, or it names something that cannot exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// What is wrong with it: [`Trouble::Malformed`] for the client's author ("`chat_id` is missing"), or a refusal.
    pub trouble: Trouble,
    /// As much as was understood of it.
    pub context: Context,
}

impl Rejected {
    /// Whether it counts as a bad frame, of which a socket may send only so many.
    pub fn is_bad_frame(&self) -> bool {
        matches!(self.trouble, Trouble::Malformed(_))
    }
}

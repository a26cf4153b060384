//! What operators of a server may look at, whether they are members of a room or not.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::id::RoomId;
use crate::message::Message;
use crate::room::{Member, Room};
use crate::time::Time;
use crate::view::MemberView;

/// A room and its first members.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Inspected {
    /// The room that is looked at.
    pub room: Arc<Room>,
    /// Its first members in order of joining, at most [`MEMBERS_IN_CHAT`](crate::view::MEMBERS_IN_CHAT).
    pub members: Vec<MemberView>,
}

/// A page of rooms whose titles match, newest first.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FoundRooms {
    /// The rooms of the page.
    pub rooms: Vec<Arc<Room>>,
    /// The id below which the next page begins; `None` if there is none. A page may have fewer rooms than the limit, or
    /// none, although there are more, because only so many rooms are looked at for one page.
    pub next: Option<RoomId>,
}

/// What is known of a message, and of a user's row in its room.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Trace {
    /// The message, deleted or not.
    pub message: Arc<Message>,
    /// The user's row in the room, also if they have left; `None` if they never were a member.
    pub member: Option<Member>,
    /// Since when the user has been in the room; `None` if they are not in it. If the log no longer knows, the time of
    /// the next message after they came.
    pub since: Option<Time>,
    /// Whether the user blocks the sender of the message.
    pub blocks: bool,
    /// Whether the sender of the message blocks the user.
    pub blocked: bool,
}

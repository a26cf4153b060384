//! What whoever runs a server may look at, a member or not.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::id::RoomId;
use crate::message::Message;
use crate::room::{Member, Room};
use crate::time::Time;
use crate::view::MemberView;

/// A room and who is in it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Inspected {
    /// The room that is looked at.
    pub room: Arc<Room>,
    /// Its first members in order of joining: at most [`MEMBERS_IN_CHAT`](crate::view::MEMBERS_IN_CHAT).
    pub members: Vec<MemberView>,
}

/// Rooms that were looked for, the newest first.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FoundRooms {
    /// The rooms of the page.
    pub rooms: Vec<Arc<Room>>,
    /// Below which id to go on, if there may be more. A page may be short before that, even empty: of many rooms only some are
    /// looked at in one go.
    pub next: Option<RoomId>,
}

/// What is known of a message and of somebody's place in its room.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Trace {
    /// The message, deleted or not.
    pub message: Arc<Message>,
    /// Their row in the room, also of who has left; `None` for who never was there.
    pub member: Option<Member>,
    /// Since when they are in the room, as far as the log remembers: else when the next message came. `None` for who is not.
    pub since: Option<Time>,
    /// Whether they block who sent the message.
    pub blocks: bool,
    /// Whether who sent the message blocks them.
    pub blocked: bool,
}

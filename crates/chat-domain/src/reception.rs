//! What became of a message.

use alloc::vec::Vec;

use crate::person::Handle;
use crate::time::Time;

/// How many readers, likes and newly read messages are named at most: the newest.
pub const NEWEST: usize = 100;

/// What became of a message.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reception {
    /// How far it got.
    pub status: Status,
    /// Who likes it.
    pub likes: Likes,
    /// Who has read it, the sender aside, in order of time, the newest hundred.
    pub readers: Vec<Handle>,
    /// When the first of them did.
    pub read_at: Option<Time>,
    /// When the newest reply came that stands, where that was asked: in answers and replays.
    pub last_reply_at: Option<Time>,
}

/// How far a message got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Status {
    /// It is stored.
    #[default]
    Sent,
    /// It has reached at least one other member.
    Delivered,
    /// At least one other member has read it.
    Read,
}

/// Who stands behind one reaction to a message: who likes it, where the reaction is the like.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Likes {
    /// How many, exactly.
    pub count: u32,
    /// The newest hundred, in order of time.
    pub by: Vec<Handle>,
    /// When the newest of them did.
    pub at: Option<Time>,
}

/// Somebody who read or liked a message, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mark {
    /// Who did it.
    pub user: Handle,
    /// When they did.
    pub at: Time,
}

//! What became of a message.

use alloc::vec::Vec;

use crate::person::Handle;
use crate::time::Time;

/// How many readers, likes and newly read messages are named at most. The newest are.
pub const NEWEST: usize = 100;

/// What became of a message.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reception {
    /// How far the message got.
    pub status: Status,
    /// Who likes it.
    pub likes: Likes,
    /// Who has read it besides the sender: the newest hundred, in order of time.
    pub readers: Vec<Handle>,
    /// When the first reader read it.
    pub read_at: Option<Time>,
    /// When the newest reply that is not deleted came. Set only in answers to readers and in replays.
    pub last_reply_at: Option<Time>,
}

/// How far a message has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Status {
    /// It is stored, and has reached nobody but its sender yet.
    #[default]
    Sent,
    /// It has reached at least one other member.
    Delivered,
    /// At least one other member has read it.
    Read,
}

/// Who gives one reaction to a message; for the like, who likes it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Likes {
    /// How many people, exactly.
    pub count: u32,
    /// The newest hundred of them, in order of time.
    pub by: Vec<Handle>,
    /// When the newest of them gave it.
    pub at: Option<Time>,
}

/// A user who read or liked a message, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mark {
    /// The user.
    pub user: Handle,
    /// When they read or liked it.
    pub at: Time,
}

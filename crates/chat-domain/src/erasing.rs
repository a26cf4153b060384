//! Erasing people, and how far that has come.

use crate::id::UserId;
use crate::time::Time;

/// The order to erase a user. Their id stays, and nothing else that says who they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The user who is erased.
    pub user: UserId,
    /// The moment from which they are erased.
    pub at: Time,
    /// Whether their messages go too. These become unreadable at once, and are deleted one after another afterwards.
    pub unsaid: bool,
}

/// How far the erasing of a user has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasing {
    /// What was ordered.
    pub erasure: Erasure,
    /// How many messages they had sent.
    pub said: u64,
    /// How many of these have yet to be deleted, or found deleted already.
    pub left: u64,
    /// When nothing was left to do; `None` before that.
    pub done: Option<Time>,
}

//! Erasing people.

use crate::id::UserId;
use crate::time::Time;

/// That somebody is erased. Their id stays, and nothing else that says who they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Who goes.
    pub user: UserId,
    /// From which moment on.
    pub at: Time,
    /// Whether what they said goes too. Nobody reads it from then on; the messages are deleted one after another behind it.
    pub unsaid: bool,
}

/// How far somebody's erasing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasing {
    /// What was ordered.
    pub erasure: Erasure,
    /// How many messages they had sent.
    pub said: u64,
    /// Of how many it has yet to be seen whether they still stand.
    pub left: u64,
    /// Since when nothing is left to be done.
    pub done: Option<Time>,
}

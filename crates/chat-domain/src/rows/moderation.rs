//! The rows of audits, purges and blocks.

use alloc::string::String;

use crate::id::{MessageId, RoomId, UserId};
use crate::moderation::Act;
use crate::time::Time;

/// A line of a group's audit. Unlike the log, it is never deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AuditRow {
    /// The group to which it was done.
    pub room: RoomId,
    /// The `seq` of the act.
    pub seq: u64,
    /// When it was done.
    pub at: Time,
    /// Who did it.
    pub actor: UserId,
    /// What was done.
    pub act: Act,
    /// To whom it was done, if to a person.
    pub user: Option<UserId>,
    /// The message that it was about, if any.
    pub message: Option<MessageId>,
    /// The reason, if one was given.
    pub reason: Option<String>,
}

/// The order to delete the messages that a user sent to a room in a span, after their ban or erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PurgeRow {
    /// The room.
    pub room: RoomId,
    /// The user whose messages are deleted.
    pub user: UserId,
    /// The user who ordered it. For an erasure, the erased user.
    pub actor: UserId,
    /// Messages sent at this moment or later.
    pub since: Time,
    /// Messages up to this one.
    pub upto: MessageId,
}

/// A block of one user by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BlockRow {
    /// The user who blocks.
    pub person: UserId,
    /// The user who is blocked.
    pub blocked: UserId,
    /// When the block began or ended.
    pub at: Time,
    /// Whether the block stands. If not, the row is to be deleted.
    pub stands: bool,
}

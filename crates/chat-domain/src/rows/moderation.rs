//! The rows of who was shut up, shut out or kept away by whom.

use alloc::string::String;

use crate::id::{MessageId, RoomId, UserId};
use crate::moderation::Act;
use crate::time::Time;

/// What somebody who leads a group did; never forgotten, unlike the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AuditRow {
    /// The group to which it was done.
    pub room: RoomId,
    /// The `seq` with which it was done.
    pub seq: u64,
    /// The moment when it was done.
    pub at: Time,
    /// Who did it.
    pub actor: UserId,
    /// The thing that was done.
    pub act: Act,
    /// The person to whom it was done.
    pub user: Option<UserId>,
    /// To which message.
    pub message: Option<MessageId>,
    /// Why, if that was said.
    pub reason: Option<String>,
}

/// Messages that are to be erased behind the ban that ordered it: what somebody said in a room in a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PurgeRow {
    /// The room in which it was said.
    pub room: RoomId,
    /// The person who said it.
    pub user: UserId,
    /// Who ordered it.
    pub actor: UserId,
    /// From when on.
    pub since: Time,
    /// Up to which message.
    pub upto: MessageId,
}

/// Somebody wants to have nothing to do with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BlockRow {
    /// Who wants it.
    pub person: UserId,
    /// The person from whom they want it.
    pub blocked: UserId,
    /// The moment since which it is so.
    pub at: Time,
    /// Whether it still is so; a row of which it is not is to be deleted.
    pub stands: bool,
}

//! The rows of who was shut up, shut out or kept away by whom.

use alloc::string::String;

use crate::id::{MessageId, RoomId, UserId};
use crate::moderation::Act;
use crate::time::Time;

/// What somebody who leads a group did; never forgotten, unlike the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AuditRow {
    /// The group.
    pub room: RoomId,
    /// The `seq` with which it was done.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// Who did it.
    pub actor: UserId,
    /// What.
    pub act: Act,
    /// To whom.
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
    /// Where.
    pub room: RoomId,
    /// Whose.
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
    /// From whom.
    pub blocked: UserId,
    /// Since when.
    pub at: Time,
    /// Whether it still is so; a row of which it is not is to be deleted.
    pub stands: bool,
}

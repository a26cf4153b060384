//! Keeping messages only for a while.

use crate::id::{MessageId, RoomId};

/// The oldest messages of a room have vanished, because they were kept for long enough. Each leaves a stub, which
/// counts as read. Nobody is told that they were deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Vanished {
    /// The room.
    pub room: RoomId,
    /// The newest message that has vanished.
    pub upto: MessageId,
}

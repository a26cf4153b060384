//! Keeping messages for a while only.

use crate::id::{MessageId, RoomId};

/// That the oldest messages of a room are gone because they were kept for long enough. What is left of each is a stub, which counts as
/// read: nobody is told that it was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Vanished {
    /// Whose messages they were.
    pub room: RoomId,
    /// The newest of them.
    pub upto: MessageId,
}

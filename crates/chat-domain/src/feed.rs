//! The feed: everything that was committed in all rooms, in one order, for whoever follows all of it.

use crate::id::RoomId;

/// An entry of the feed: what was new in a room when the entry was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// Its number in the feed. Later entries have higher numbers, but not every number is used.
    pub no: u64,
    /// The room in which it happened. `None` for reports, which have numbers of their own and are told to no room.
    pub room: Option<RoomId>,
    /// The `seq` of the first new change, or the number of the first new report.
    pub from: u64,
    /// The `seq` of the last new change, or the number of the last new report.
    pub upto: u64,
}

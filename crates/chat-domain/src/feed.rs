//! Everything that was committed, in one order, for whoever follows all of it.

use crate::id::RoomId;

/// What was new at one turn of the feed, where everything that was committed stands in one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    /// Its place in the feed. There may be gaps between two.
    pub no: u64,
    /// The room in which it happened; none of reports, which are numbered by themselves and told to no room.
    pub room: Option<RoomId>,
    /// The `seq` of the first new change, or the number of the first new report.
    pub from: u64,
    /// That of the last one.
    pub upto: u64,
}

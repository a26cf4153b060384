//! The tag of an order: its number, followed by the lane in which its outcome comes back.

/// Returns the tag of a socket's order with this number.
pub(super) fn of(number: u64, lane: usize) -> u64 {
    number << LANE_BITS | (lane as u64 & LANES)
}

/// Returns the lane of a tag.
pub(crate) fn lane_of_tag(tag: u64) -> usize {
    (tag & LANES) as usize
}

const LANE_BITS: u32 = 8;
const LANES: u64 = (1 << LANE_BITS) - 1;

//! The mark of an order: it says behind its number in which lane the answer comes back.

/// The mark of a socket's order of this number.
pub(super) fn of(number: u64, lane: usize) -> u64 {
    number << LANE_BITS | (lane as u64 & LANES)
}

/// The lane that an order was to come back in.
pub(crate) fn lane_of_tag(tag: u64) -> usize {
    (tag & LANES) as usize
}

const LANE_BITS: u32 = 8;
const LANES: u64 = (1 << LANE_BITS) - 1;

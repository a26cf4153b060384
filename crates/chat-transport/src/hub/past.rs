//! Comings and goings that were taken in before.

use chat_domain::{Event, RoomId};

/// Comings and goings that are past: of each its room and its `seq`. They were taken in before, or something newer was; whoever
/// was let in again keeps the places that they have taken since.
#[derive(Default)]
pub(super) struct Past(pub(super) Vec<(RoomId, u64)>);

impl Past {
    pub(super) fn has(&self, event: &Event) -> bool {
        !self.0.is_empty() && event.change.is_durable() && self.0.contains(&(event.room, event.head.seq))
    }
}

//! Comings and goings that must not be followed any more.

use chat_domain::{Event, RoomId};

/// Comings and goings, each as a room and a `seq`, that were taken in before or are older than something that was. They must not
/// cost anybody the place that they have taken since.
#[derive(Default)]
pub(super) struct Past(pub(super) Vec<(RoomId, u64)>);

impl Past {
    pub(super) fn has(&self, event: &Event) -> bool {
        !self.0.is_empty() && event.change.is_durable() && self.0.contains(&(event.room, event.head.seq))
    }
}

//! The rooms of which something is missing and must be read from the journal.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::RoomId;
use tokio::sync::Notify;

/// The rooms that must be read.
#[derive(Default)]
pub(super) struct Missing {
    rooms: Mutex<Vec<RoomId>>,
    bell: Notify,
}

impl Missing {
    /// Adds rooms. A room is not added again until it was read.
    pub(super) fn add(&self, rooms: Vec<RoomId>) {
        if !rooms.is_empty() {
            self.rooms().extend(rooms);
            self.bell.notify_one();
        }
    }

    /// Takes all of them; the caller must read each.
    pub(super) fn take(&self) -> Vec<RoomId> {
        std::mem::take(&mut *self.rooms())
    }

    /// Returns the bell that rings when there are some.
    pub(super) fn bell(&self) -> &Notify {
        &self.bell
    }

    fn rooms(&self) -> MutexGuard<'_, Vec<RoomId>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The rooms of which something did not come and is to be read in the journal.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::RoomId;
use tokio::sync::Notify;

/// The rooms of which something is to be read.
#[derive(Default)]
pub(super) struct Missing {
    rooms: Mutex<Vec<RoomId>>,
    bell: Notify,
}

impl Missing {
    /// Of these too. Each of them says so once, until it was read.
    pub(super) fn add(&self, rooms: Vec<RoomId>) {
        if !rooms.is_empty() {
            self.rooms().extend(rooms);
            self.bell.notify_one();
        }
    }

    /// All of them; each is to be read now.
    pub(super) fn take(&self) -> Vec<RoomId> {
        std::mem::take(&mut *self.rooms())
    }

    /// Rings when there are some.
    pub(super) fn bell(&self) -> &Notify {
        &self.bell
    }

    fn rooms(&self) -> MutexGuard<'_, Vec<RoomId>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

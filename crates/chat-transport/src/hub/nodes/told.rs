//! What other nodes have told, and waits for the rest of the server.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What other nodes have told, and waits for the rest of the server.
pub(in crate::hub) struct Told<T> {
    waiting: Mutex<Vec<T>>,
    bell: Notify,
}

impl<T> Told<T> {
    /// Adds one. When too many wait it is lost: what a tell says is found out within seconds in another way.
    pub(in crate::hub) fn put(&self, told: T) {
        let mut waiting = self.waiting();
        if waiting.len() < MOST {
            waiting.push(told);
        }
        drop(waiting);
        self.bell.notify_one();
    }

    /// Waits until there are some, and takes them all.
    pub(in crate::hub) async fn next(&self) -> Vec<T> {
        loop {
            let told = std::mem::take(&mut *self.waiting());
            if !told.is_empty() {
                return told;
            }
            self.bell.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Told { waiting: Mutex::default(), bell: Notify::new() }
    }
}

/// How many may wait.
const MOST: usize = 65_536;

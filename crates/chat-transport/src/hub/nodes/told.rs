//! Tells of other nodes that wait for the rest of the server.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::backplane::Tell;
use tokio::sync::Notify;

/// Tells of other nodes that wait for the rest of the server.
#[derive(Default)]
pub(in crate::hub) struct Told {
    waiting: Mutex<Vec<Tell>>,
    bell: Notify,
}

impl Told {
    /// Adds a tell. When too many wait it is lost; what it says is found out within seconds in another way.
    pub(in crate::hub) fn put(&self, tell: Tell) {
        let mut waiting = self.waiting();
        if waiting.len() < MOST {
            waiting.push(tell);
        }
        drop(waiting);
        self.bell.notify_one();
    }

    /// Waits until there are tells, and takes them all.
    pub(in crate::hub) async fn next(&self) -> Vec<Tell> {
        loop {
            let tells = std::mem::take(&mut *self.waiting());
            if !tells.is_empty() {
                return tells;
            }
            self.bell.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Tell>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many tells may wait.
const MOST: usize = 65_536;

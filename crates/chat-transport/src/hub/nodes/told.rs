//! What other nodes have told of people, until somebody outside of the hub takes it in.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::backplane::Tell;
use tokio::sync::Notify;

/// What other nodes have told and somebody outside of the hub is to take in.
#[derive(Default)]
pub(in crate::hub) struct Told {
    waiting: Mutex<Vec<Tell>>,
    bell: Notify,
}

impl Told {
    /// One more. What is too much is lost: it is looked up within seconds.
    pub(in crate::hub) fn put(&self, tell: Tell) {
        let mut waiting = self.waiting();
        if waiting.len() < MOST {
            waiting.push(tell);
        }
        drop(waiting);
        self.bell.notify_one();
    }

    /// Everything that waits, once there is something.
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

/// Tells that wait at most.
const MOST: usize = 65_536;

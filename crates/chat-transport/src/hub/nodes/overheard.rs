//! What came from other nodes, until somebody listens.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::backplane::Envelope;
use tokio::sync::Notify;

/// What came from other nodes, until somebody listens.
#[derive(Default)]
pub(in crate::hub) struct Overheard {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Default)]
struct Waiting {
    envelopes: Vec<Envelope>,
    /// Something was lost, and no number says what.
    has_lost: bool,
}

impl Overheard {
    /// This came. What is too much is lost.
    pub(in crate::hub) fn put(&self, envelope: Envelope) {
        let mut waiting = self.waiting();
        match waiting.envelopes.len() < MOST {
            true => waiting.envelopes.push(envelope),
            false => waiting.has_lost = true,
        }
        drop(waiting);
        self.bell.notify_one();
    }

    /// Something was lost.
    pub(in crate::hub) fn lost(&self) {
        self.waiting().has_lost = true;
        self.bell.notify_one();
    }

    /// Everything that came, in its order, and whether something was lost.
    pub(in crate::hub) fn take(&self) -> (Vec<Envelope>, bool) {
        let Waiting { envelopes, has_lost } = std::mem::take(&mut *self.waiting());
        (envelopes, has_lost)
    }

    /// Rings when something came.
    pub(in crate::hub) fn bell(&self) -> &Notify {
        &self.bell
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Envelopes that wait at most.
const MOST: usize = 16_384;

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
    /// The other nodes that are alive by what the database shows, if it was asked since.
    living: Option<Vec<u64>>,
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

    /// These other nodes are alive.
    pub(in crate::hub) fn living(&self, nodes: Vec<u64>) {
        self.waiting().living = Some(nodes);
    }

    /// Everything that came, in its order, and whether something was lost.
    pub(in crate::hub) fn take(&self) -> (Vec<Envelope>, bool) {
        let mut waiting = self.waiting();
        (std::mem::take(&mut waiting.envelopes), std::mem::take(&mut waiting.has_lost))
    }

    /// The other nodes that are alive, if that was said since this was last asked.
    pub(in crate::hub) fn take_living(&self) -> Option<Vec<u64>> {
        self.waiting().living.take()
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

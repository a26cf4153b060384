//! Envelopes of other nodes that wait to be heard.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::backplane::Envelope;
use tokio::sync::Notify;

/// Envelopes of other nodes that wait to be heard.
#[derive(Default)]
pub(in crate::hub) struct Overheard {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Default)]
struct Waiting {
    envelopes: Vec<Envelope>,
    /// Whether something was lost without a number that shows it.
    has_lost: bool,
    /// The other nodes that are alive by the database, if it was asked since the last look.
    living: Option<Vec<u64>>,
}

impl Overheard {
    /// Adds an envelope. When too many wait it is lost.
    pub(in crate::hub) fn put(&self, envelope: Envelope) {
        let mut waiting = self.waiting();
        match waiting.envelopes.len() < MOST {
            true => waiting.envelopes.push(envelope),
            false => waiting.has_lost = true,
        }
        drop(waiting);
        self.bell.notify_one();
    }

    /// Notes that something was lost.
    pub(in crate::hub) fn lost(&self) {
        self.waiting().has_lost = true;
        self.bell.notify_one();
    }

    /// Notes which other nodes are alive.
    pub(in crate::hub) fn living(&self, nodes: Vec<u64>) {
        self.waiting().living = Some(nodes);
    }

    /// Takes all envelopes, in order, and whether something was lost.
    pub(in crate::hub) fn take(&self) -> (Vec<Envelope>, bool) {
        let mut waiting = self.waiting();
        (std::mem::take(&mut waiting.envelopes), std::mem::take(&mut waiting.has_lost))
    }

    /// Takes the list of living nodes, if there was one since the last call.
    pub(in crate::hub) fn take_living(&self) -> Option<Vec<u64>> {
        self.waiting().living.take()
    }

    /// Returns the bell that rings when something came.
    pub(in crate::hub) fn bell(&self) -> &Notify {
        &self.bell
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many envelopes may wait.
const MOST: usize = 16_384;

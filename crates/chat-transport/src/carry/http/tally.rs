//! What became of connections, for operators.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of connections, shared by all addresses that are listened on.
#[derive(Debug, Default)]
pub struct Tally {
    accepted: AtomicU64,
    crowded: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    /// Connections that were accepted.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Connections that were closed at once: their address has enough.
    pub(crate) fn crowded(&self) -> u64 {
        self.crowded.load(Ordering::Relaxed)
    }

    /// Times that nothing could be accepted, for want of file descriptors for one.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    pub(super) fn accept(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn crowd(&self) {
        self.crowded.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn fail(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }
}

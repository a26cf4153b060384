//! Counts of connections, for operators.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of connections, shared by all listeners.
#[derive(Debug, Default)]
pub struct Tally {
    accepted: AtomicU64,
    crowded: AtomicU64,
    failed: AtomicU64,
}

impl Tally {
    /// Returns how many connections were accepted.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Returns how many connections were closed at once because their address had too many.
    pub(crate) fn crowded(&self) -> u64 {
        self.crowded.load(Ordering::Relaxed)
    }

    /// Returns how often accepting failed, for want of file descriptors for example.
    pub(crate) fn failed(&self) -> u64 {
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

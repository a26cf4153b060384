//! Whose words leave a connection: those of the service, or hyper's own to a head that it could not read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// What is known of a connection's answers. Its owner, its socket and its answers share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Answering(Arc<AnsweringState>);

/// An answer of the service, until its last byte is hyper's.
#[derive(Debug)]
pub(super) struct Answer(Answering);

#[derive(Debug, Default)]
struct AnsweringState {
    under_way: AtomicUsize,
    /// Since the last request came, something of its answer may not be on the socket yet.
    owes: AtomicBool,
    /// There was a request.
    begun: AtomicBool,
}

impl Answering {
    /// A request came.
    pub(super) fn begin(&self) -> Answer {
        self.0.under_way.fetch_add(1, Relaxed);
        self.0.owes.store(true, Relaxed);
        self.0.begun.store(true, Relaxed);
        Answer(self.clone())
    }

    /// Whether anything was asked yet.
    pub(super) fn has_begun(&self) -> bool {
        self.0.begun.load(Relaxed)
    }

    /// hyper keeps nothing back any more.
    pub(super) fn flushed(&self) {
        if self.0.under_way.load(Relaxed) == 0 {
            self.0.owes.store(false, Relaxed);
        }
    }

    /// Whether the service owes nothing: what is written now is hyper's own.
    pub(super) fn is_over(&self) -> bool {
        !self.0.owes.load(Relaxed)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.0.0.under_way.fetch_sub(1, Relaxed);
    }
}

//! Whose words leave a connection: those of the service, or hyper's own to a head that it could not read; and what of them waits.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// What is known of a connection's answers. Its owner, its socket and its answers share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Answering(Arc<AnsweringState>);

/// An answer of the service, until its last byte is hyper's.
#[derive(Debug)]
pub(super) struct Answer(Answering);

#[derive(Debug, Default)]
struct AnsweringState {
    under_way: AtomicUsize,
    /// Whether something of the last request's answer may not be on the socket yet.
    owes: AtomicBool,
    /// There was a request.
    begun: AtomicBool,
    /// Answers that wait for their client, where several do at a time.
    waiting: Mutex<Vec<Arc<Rest>>>,
}

/// What is left of an answer that leaves as fast as its client lets it.
#[derive(Debug)]
pub(super) struct Rest {
    bytes: AtomicUsize,
    /// When hyper last asked for more: it does only once the client takes some.
    asked: Mutex<Instant>,
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

    /// Takes an answer of so many bytes among those that wait; `None` if it is long and the connection has enough of them.
    pub(super) fn take_in(&self, bytes: usize) -> Option<Arc<Rest>> {
        let mut waiting = self.waiting();
        let all: usize = waiting.iter().map(|rest| rest.bytes.load(Relaxed)).sum();
        if bytes > SHORT && all + bytes > MOST {
            return None;
        }
        let rest = Arc::new(Rest { bytes: bytes.into(), asked: Instant::now().into() });
        waiting.push(rest.clone());
        Some(rest)
    }

    /// Returns once the client has taken nothing of some answer for so long. Only who lets a stream's window shut can do that:
    /// on a socket that is not read, writing comes to an end by itself.
    pub(super) async fn given_up(&self, patience: Duration) {
        loop {
            sleep(patience / 4).await;
            if self.waiting().iter().any(|rest| rest.asked().elapsed() > patience) {
                return;
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Arc<Rest>>> {
        let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // The answer itself has gone.
        waiting.retain(|rest| Arc::strong_count(rest) > 1);
        waiting
    }
}

impl Rest {
    /// hyper asked for more.
    pub(super) fn ask(&self) {
        *self.asked() = Instant::now();
    }

    /// So many bytes have left.
    pub(super) fn leave(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Relaxed);
    }

    fn asked(&self) -> MutexGuard<'_, Instant> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.0.0.under_way.fetch_sub(1, Relaxed);
    }
}

/// Bytes of answers that may wait on one connection before a long one is not given any more.
const MOST: usize = 4 << 20;
/// Bytes of an answer that is always given: of what was done somebody must hear.
const SHORT: usize = 64 << 10;

//! What a connection's answers are doing: whether bytes that leave belong to the service's answer or are hyper's own (its answer
//! to a head that it could not read), and how much waits for a slow client.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The state of a connection's answers. The connection's task, its stream and the bodies of its answers share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Answering(Arc<AnsweringState>);

/// An answer of the service that is under way. It is dropped once hyper has taken its last byte.
#[derive(Debug)]
pub(super) struct Answer(Answering);

#[derive(Debug, Default)]
struct AnsweringState {
    under_way: AtomicUsize,
    /// Whether bytes of the last answer may still be in hyper's buffer.
    owes: AtomicBool,
    /// Whether there was a request.
    begun: AtomicBool,
    /// The answers that wait for the client to take them, on a connection that has several at a time (HTTP/2).
    waiting: Mutex<Vec<Arc<Rest>>>,
}

/// What is left of an answer that waits for its client.
#[derive(Debug)]
pub(super) struct Rest {
    bytes: AtomicUsize,
    /// When hyper last asked for more, which it does only once the client has taken some.
    asked: Mutex<Instant>,
}

impl Answering {
    /// Notes that a request came.
    pub(super) fn begin(&self) -> Answer {
        self.0.under_way.fetch_add(1, Relaxed);
        self.0.owes.store(true, Relaxed);
        self.0.begun.store(true, Relaxed);
        Answer(self.clone())
    }

    /// Tells whether there was a request yet.
    pub(super) fn has_begun(&self) -> bool {
        self.0.begun.load(Relaxed)
    }

    /// Notes that hyper has flushed its buffer.
    pub(super) fn flushed(&self) {
        if self.0.under_way.load(Relaxed) == 0 {
            self.0.owes.store(false, Relaxed);
        }
    }

    /// Tells whether no answer of the service is under way or buffered, so that what is written now is hyper's own.
    pub(super) fn is_over(&self) -> bool {
        !self.0.owes.load(Relaxed)
    }

    /// Adds an answer to those that wait. `None` if it is a long one and [`MOST`] bytes would wait on this connection.
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

    /// Returns once the client has taken nothing of some answer for `patience`. This is for HTTP/2, where a client can keep one
    /// stream's window shut; a client that does not read the socket at all is noticed when writing fails.
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
        // Nobody but this list holds it: the answer has been sent or dropped.
        waiting.retain(|rest| Arc::strong_count(rest) > 1);
        waiting
    }
}

impl Rest {
    /// Notes that hyper asked for more.
    pub(super) fn ask(&self) {
        *self.asked() = Instant::now();
    }

    /// Notes that this many bytes were handed to hyper.
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

/// How many bytes of answers may wait on one connection before a long answer is refused.
const MOST: usize = 4 << 20;
/// Answers up to this size are always given: they tell the client what its request has done.
const SHORT: usize = 64 << 10;

//! What all outboxes of one server share.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use chat_domain::Time;
use tokio::time::Instant;

use super::{budget::Budget, count::Count, queue::Bookmark};
use crate::clock::{Nature, Real};

/// Limits, counters, time and chance, and the marks that were reached: one per server.
#[derive(Debug)]
pub struct Depot {
    limits: Limits,
    budget: Budget,
    counters: Counters,
    reached: Mutex<Vec<Reached>>,
    began: Instant,
    nature: Arc<dyn Nature>,
    /// The clock as it was last looked at.
    lately: AtomicU64,
}

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes in one outbox; more closes the connection with 1013.
    pub per_socket: usize,
    /// Bytes in all outboxes together; more closes the fullest.
    pub in_all: usize,
    /// Bytes above which droppable frames are dropped.
    pub droppable: usize,
}

/// What was written so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// System calls that wrote to a socket.
    pub writes: Count,
    /// Bytes that these took.
    pub bytes: Count,
    /// Bytes that came from WebSockets.
    pub heard: Count,
    /// Droppable frames that met a queue.
    pub dropped: AtomicU64,
    /// Connections that were given up, the slow and the silent.
    pub doomed: AtomicU64,
}

/// A queued frame that has been flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    /// The owner of the outbox.
    pub owner: u64,
    /// The mark that was offered with the frame.
    pub mark: Bookmark,
}

impl Depot {
    /// A depot with these limits.
    pub fn new(limits: Limits) -> Arc<Depot> {
        Depot::within(limits, Arc::new(Real))
    }

    /// The same where time and chance come from elsewhere.
    pub(crate) fn within(limits: Limits, nature: Arc<dyn Nature>) -> Arc<Depot> {
        Arc::new(Depot {
            limits,
            budget: Budget::new(limits.in_all),
            counters: Counters::default(),
            reached: Mutex::default(),
            began: Instant::now(),
            nature,
            lately: AtomicU64::new(1),
        })
    }

    /// The marks that were reached since this was last asked.
    pub(crate) fn reached(&self) -> Vec<Reached> {
        mem::take(&mut *self.reached.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was written so far.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The limits that hold for all of them.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Bytes that wait in all outboxes.
    pub fn waiting(&self) -> usize {
        self.budget.used()
    }

    /// Milliseconds since the depot was made.
    pub fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// The moment, as this server has it.
    pub fn time(&self) -> Time {
        self.nature.now()
    }

    /// Fills these bytes by chance; false if that cannot be had.
    pub fn fill(&self, bytes: &mut [u8]) -> bool {
        self.nature.fill(bytes)
    }

    /// The same as of a moment ago, for what happens too often to look at the clock each time; never 0.
    pub(crate) fn lately(&self) -> u64 {
        self.lately.load(Ordering::Relaxed)
    }

    /// Time has passed.
    pub(crate) fn tick(&self) {
        self.lately.store(self.now().max(1), Ordering::Relaxed);
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(super) fn count_doomed(&self) {
        self.counters.doomed.fetch_add(1, Ordering::Relaxed);
    }

    /// These marks of an owner were reached.
    pub(crate) fn reach(&self, owner: u64, marks: Vec<Bookmark>) {
        if marks.is_empty() {
            return;
        }
        let mut reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner);
        reached.extend(marks.into_iter().map(|mark| Reached { owner, mark }));
        drop(reached);
    }
}

impl Limits {
    /// Bytes that are sent at once to a client that reads what it missed, and those that may wait before more is sent: together
    /// they leave room for a long message behind them.
    pub(crate) fn high_water(&self) -> usize {
        (self.per_socket / 4).min(64 << 10)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { per_socket: 1 << 20, in_all: 512 << 20, droppable: 4 << 10 }
    }
}

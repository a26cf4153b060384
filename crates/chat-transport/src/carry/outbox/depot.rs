//! What all outboxes of a server share.

use std::{
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use chat_domain::Time;
use tokio::time::Instant;

use super::{budget::Budget, count::Count, queue::Bookmark};
use crate::clock::{Nature, Real};

/// The limits, counters, clock, random numbers and reached marks of a server's outboxes: one for each server.
#[derive(Debug)]
pub struct Depot {
    limits: Limits,
    budget: Budget,
    counters: Counters,
    reached: Mutex<Vec<Reached>>,
    began: Instant,
    nature: Arc<dyn Nature>,
    /// The milliseconds of [`now`](Self::now) when [`tick`](Self::tick) was last called.
    lately: AtomicU64,
}

/// How much may wait to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes in one outbox; with more the connection is closed with 1013.
    pub per_socket: usize,
    /// The most bytes in all outboxes together; with more the fullest are closed.
    pub in_all: usize,
    /// How many bytes may wait in an outbox before droppable frames are dropped.
    pub droppable: usize,
}

/// Counts of what was written and read.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// System calls that wrote to a socket.
    pub writes: Count,
    /// Bytes that these calls wrote.
    pub bytes: Count,
    /// Bytes that were read from WebSockets.
    pub heard: Count,
    /// Droppable frames that were dropped.
    pub dropped: AtomicU64,
    /// Connections that were doomed for being slow or silent.
    pub doomed: AtomicU64,
}

/// A mark whose frame has been flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    /// The owner of the outbox.
    pub owner: u64,
    /// The mark that was offered with the frame.
    pub mark: Bookmark,
}

impl Depot {
    /// Creates a depot with these limits.
    pub fn new(limits: Limits) -> Arc<Depot> {
        Depot::within(limits, Arc::new(Real::default()))
    }

    /// The same where the clock of the machine is so many microseconds ahead of the one by which this server is to go.
    pub fn ahead(limits: Limits, ahead: Arc<AtomicI64>) -> Arc<Depot> {
        Depot::within(limits, Arc::new(Real { ahead }))
    }

    /// Creates a depot with another clock and other random numbers, for a simulation.
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

    /// Takes the marks that were reached since the last call.
    pub(crate) fn reached(&self) -> Vec<Reached> {
        mem::take(&mut *self.reached.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the counters.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Returns the limits.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the bytes that wait in all outboxes.
    pub(crate) fn waiting(&self) -> usize {
        self.budget.used()
    }

    /// Returns the milliseconds since the depot was made.
    pub(crate) fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// Returns the time by this server's clock.
    pub(crate) fn time(&self) -> Time {
        self.nature.now()
    }

    /// Fills the bytes at random. Returns false if there are no random numbers.
    pub(crate) fn fill(&self, bytes: &mut [u8]) -> bool {
        self.nature.fill(bytes)
    }

    /// Returns the milliseconds of [`now`](Self::now) at the last [`tick`](Self::tick), for what happens too often to read the
    /// clock each time. Never 0.
    pub(crate) fn lately(&self) -> u64 {
        self.lately.load(Ordering::Relaxed)
    }

    /// Brings [`lately`](Self::lately) up to date.
    pub(crate) fn tick(&self) {
        self.lately.store(self.now().max(1), Ordering::Relaxed);
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(super) fn count_doomed(&self) {
        self.counters.doomed.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that these marks of an owner were reached.
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
    /// Returns how many bytes of a replay are sent at once, and how many may wait before more is sent. Together they leave room
    /// in the outbox for a long message.
    pub(crate) fn high_water(&self) -> usize {
        (self.per_socket / 4).min(64 << 10)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits { per_socket: 1 << 20, in_all: 512 << 20, droppable: 4 << 10 }
    }
}

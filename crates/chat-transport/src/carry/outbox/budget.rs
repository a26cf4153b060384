//! The memory that all outboxes may take together.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicUsize, Ordering},
};

use super::{Close, Outbox};

/// An outbox that holds less than this is never worth closing for its memory.
pub(super) const HEAVY: usize = 16 << 10;

#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    used: AtomicUsize,
    heavy: Mutex<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    outboxes: Vec<Weak<Outbox>>,
    /// How many there may be before the dead ones are swept out.
    sweep_at: usize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Budget {
        Budget { limit, used: AtomicUsize::new(0), heavy: Mutex::default() }
    }

    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// An outbox that held `before` bytes holds `now`.
    pub(super) fn account(&self, before: usize, now: usize) {
        if now >= before {
            self.used.fetch_add(now - before, Ordering::Relaxed);
        } else {
            self.used.fetch_sub(before - now, Ordering::Relaxed);
        }
    }

    /// Remembers an outbox that has become heavy. Each comes at most once in its life.
    pub(super) fn watch(&self, outbox: Weak<Outbox>) {
        let mut heavy = self.heavy();
        if heavy.outboxes.len() >= heavy.sweep_at {
            heavy.outboxes.retain(|outbox| outbox.strong_count() > 0);
            heavy.sweep_at = 2 * heavy.outboxes.len() + 64;
        }
        heavy.outboxes.push(outbox);
    }

    /// Closes the fullest outboxes until the budget holds.
    pub(super) fn relieve(&self) {
        while self.used() > self.limit {
            let Some(fullest) = self.fullest() else { return };
            fullest.doom(Close::TOO_SLOW);
        }
    }

    fn fullest(&self) -> Option<Arc<Outbox>> {
        let alive: Vec<Arc<Outbox>> = self.heavy().outboxes.iter().filter_map(Weak::upgrade).collect();
        let weighed = alive.into_iter().map(|outbox| (outbox.weight(), outbox)).filter(|(weight, _)| *weight > 0);
        weighed.max_by_key(|(weight, _)| *weight).map(|(_, outbox)| outbox)
    }

    fn heavy(&self) -> MutexGuard<'_, Watched> {
        self.heavy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

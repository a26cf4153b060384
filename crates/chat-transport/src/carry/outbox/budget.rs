//! The memory that everything waiting to be sent may take together.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicUsize, Ordering},
};

/// A holder with fewer bytes than this is never closed to save memory.
pub(crate) const HEAVY: usize = 16 << 10;

/// Something that holds bytes for a client, and can be told to drop them.
pub(crate) trait Holder: Send + Sync {
    /// Returns how many bytes giving up would free.
    fn weight(&self) -> usize;
    /// Drops the bytes and ends the connection, because its client is too slow.
    fn give_up(&self);
}

#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    used: AtomicUsize,
    heavy: Mutex<Watched>,
}

#[derive(Default)]
struct Watched {
    holders: Vec<Weak<dyn Holder>>,
    /// At how many holders the dead ones are removed next.
    sweep_at: usize,
}

impl Budget {
    pub(super) fn new(limit: usize) -> Budget {
        Budget { limit, used: AtomicUsize::new(0), heavy: Mutex::default() }
    }

    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Notes that a holder's bytes changed from `before` to `now`.
    pub(crate) fn account(&self, before: usize, now: usize) {
        if now >= before {
            self.used.fetch_add(now - before, Ordering::Relaxed);
        } else {
            self.used.fetch_sub(before - now, Ordering::Relaxed);
        }
    }

    /// Remembers a holder that has become heavy. Call it at most once for each.
    pub(crate) fn watch(&self, holder: Weak<dyn Holder>) {
        let mut heavy = self.heavy();
        if heavy.holders.len() >= heavy.sweep_at {
            heavy.holders.retain(|holder| holder.strong_count() > 0);
            heavy.sweep_at = 2 * heavy.holders.len() + 64;
        }
        heavy.holders.push(holder);
    }

    /// Gives up the heaviest holders until the rest fits the budget. The caller must hold no outbox's lock, since this takes
    /// those of all heavy holders in turn.
    pub(crate) fn relieve(&self) {
        while self.used() > self.limit {
            let Some(fullest) = self.fullest() else { return };
            fullest.give_up();
        }
    }

    fn fullest(&self) -> Option<Arc<dyn Holder>> {
        let alive: Vec<Arc<dyn Holder>> = self.heavy().holders.iter().filter_map(Weak::upgrade).collect();
        let weighed = alive.into_iter().map(|holder| (holder.weight(), holder)).filter(|(weight, _)| *weight > 0);
        weighed.max_by_key(|(weight, _)| *weight).map(|(_, holder)| holder)
    }

    fn heavy(&self) -> MutexGuard<'_, Watched> {
        self.heavy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watched").field("holders", &self.holders.len()).finish_non_exhaustive()
    }
}

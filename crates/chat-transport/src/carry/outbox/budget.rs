//! The memory that all that waits to be sent may take together.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicUsize, Ordering},
};

/// What holds less than this is never worth closing for its memory.
pub(crate) const HEAVY: usize = 16 << 10;

/// Something that holds what waits to be sent, and can be told to give it up.
pub(crate) trait Holder: Send + Sync {
    /// Bytes that giving it up sets free.
    fn weight(&self) -> usize;
    /// Gives it up: its client is too slow.
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

    /// Something that held `before` bytes holds `now`.
    pub(crate) fn account(&self, before: usize, now: usize) {
        if now >= before {
            self.used.fetch_add(now - before, Ordering::Relaxed);
        } else {
            self.used.fetch_sub(before - now, Ordering::Relaxed);
        }
    }

    /// Remembers something that has become heavy. Each comes at most once in its life.
    pub(crate) fn watch(&self, holder: Weak<dyn Holder>) {
        let mut heavy = self.heavy();
        if heavy.holders.len() >= heavy.sweep_at {
            heavy.holders.retain(|holder| holder.strong_count() > 0);
            heavy.sweep_at = 2 * heavy.holders.len() + 64;
        }
        heavy.holders.push(holder);
    }

    /// Gives up the fullest until the budget holds. The caller must hold no lock of theirs.
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

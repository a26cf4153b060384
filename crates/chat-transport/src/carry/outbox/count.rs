//! A count to which many threads add at once.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A count to which many threads add at once, and which few read: each thread has a part of its own, so that none waits for the
/// memory in which another has just counted.
#[derive(Debug, Default)]
pub struct Count([Part; PARTS]);

/// On a cache line of its own, and its neighbour, which processors fetch along with it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Part(AtomicU64);

impl Count {
    /// Counts so many more.
    pub(in crate::carry) fn add(&self, more: u64) {
        self.0[MINE.get()].0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.iter().map(|part| part.0.load(Ordering::Relaxed)).sum()
    }
}

/// As many threads as there are cores on most machines; with more of them, some share a part.
const PARTS: usize = 16;

static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static MINE: Cell<usize> = Cell::new(NEXT.fetch_add(1, Ordering::Relaxed) % PARTS);
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_all_threads_count_comes_together() {
        let count = Count::default();
        thread::scope(|scope| {
            for _ in 0..2 * PARTS {
                scope.spawn(|| (0..100).for_each(|_| count.add(3)));
            }
        });
        assert_eq!(count.get(), 2 * PARTS as u64 * 300);
    }
}

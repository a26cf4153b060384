//! A counter for many threads.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A counter that many threads add to and few read. Each thread has a part of its own, so that threads do not contend for one
/// cache line.
#[derive(Debug, Default)]
pub(crate) struct Count([Part; PARTS]);

/// A part with its cache line to itself, and the neighbouring line, which processors fetch along with it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Part(AtomicU64);

impl Count {
    /// Adds to the counter.
    pub(in crate::carry) fn add(&self, more: u64) {
        self.0[MINE.get()].0.fetch_add(more, Ordering::Relaxed);
    }

    /// Returns the sum of all parts.
    pub(crate) fn get(&self) -> u64 {
        self.0.iter().map(|part| part.0.load(Ordering::Relaxed)).sum()
    }
}

/// How many parts there are: enough for the cores of most machines. With more threads some share a part.
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

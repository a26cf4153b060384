//! The bytes that a polling session holds, as a part of the memory that all share.

use std::sync::Weak;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::carry::outbox::{Depot, HEAVY, Holder};

/// The bytes that wait for a session's polls. They are read and given up without the session's lock, since the budget looks for
/// the heaviest holder while another session's lock may be held.
#[derive(Debug)]
pub(super) struct Burden {
    whose: Weak<dyn Holder>,
    held: AtomicUsize,
    /// Whether the budget knows it as a heavy holder.
    known: AtomicBool,
    given_up: AtomicBool,
}

impl Burden {
    pub(super) fn of(whose: Weak<impl Holder + 'static>) -> Burden {
        let (known, given_up) = (AtomicBool::new(false), AtomicBool::new(false));
        Burden { whose, held: AtomicUsize::new(0), known, given_up }
    }

    /// Tells the budget how many bytes wait now.
    pub(super) fn weigh(&self, depot: &Depot, now: usize) {
        if self.is_given_up() {
            return;
        }
        depot.budget().account(self.held.swap(now, Ordering::Relaxed), now);
        if now >= HEAVY && !self.known.swap(true, Ordering::Relaxed) {
            depot.budget().watch(self.whose.clone());
        }
    }

    /// Tells whether the session must end because of what it holds.
    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Returns how many bytes wait.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Gives up the bytes: the session must end.
    pub(super) fn give_up(&self, depot: &Depot) {
        self.given_up.store(true, Ordering::Relaxed);
        self.set_free(depot);
    }

    /// Notes that nothing waits any more.
    pub(super) fn set_free(&self, depot: &Depot) {
        depot.budget().account(self.held.swap(0, Ordering::Relaxed), 0);
    }
}

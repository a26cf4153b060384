//! What a polling session keeps, and its place among all that share the memory for what waits.

use std::sync::Weak;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::carry::outbox::{Depot, HEAVY, Holder};

/// What waits for the polls of a session. Asked and given up without the session's lock: whoever looks for the fullest may hold
/// another's.
#[derive(Debug)]
pub(super) struct Burden {
    whose: Weak<dyn Holder>,
    held: AtomicUsize,
    /// Whether the budget knows it as one that may have to go.
    known: AtomicBool,
    given_up: AtomicBool,
}

impl Burden {
    pub(super) fn of(whose: Weak<impl Holder + 'static>) -> Burden {
        let (known, given_up) = (AtomicBool::new(false), AtomicBool::new(false));
        Burden { whose, held: AtomicUsize::new(0), known, given_up }
    }

    /// Tells the budget how much waits now.
    pub(super) fn weigh(&self, depot: &Depot, now: usize) {
        if self.is_given_up() {
            return;
        }
        depot.budget().account(self.held.swap(now, Ordering::Relaxed), now);
        if now >= HEAVY && !self.known.swap(true, Ordering::Relaxed) {
            depot.budget().watch(self.whose.clone());
        }
    }

    /// Whether the session is to end for what it keeps.
    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// How much waits.
    pub(super) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// What waits is not kept any more: the session is to end.
    pub(super) fn give_up(&self, depot: &Depot) {
        self.given_up.store(true, Ordering::Relaxed);
        self.set_free(depot);
    }

    /// What waits has gone, with the session or before it.
    pub(super) fn set_free(&self, depot: &Depot) {
        depot.budget().account(self.held.swap(0, Ordering::Relaxed), 0);
    }
}

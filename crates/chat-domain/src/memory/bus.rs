//! A bus in memory, for several nodes in one process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use crate::backplane::{Backplane, Ears, Envelope};

/// A bus in memory. It loses nothing; whoever wants to see what a bus may do puts something between it and a node's ears.
#[derive(Clone, Default)]
pub struct Bus(Arc<Mutex<Vec<Listening>>>);

/// A node that listens.
#[derive(Clone)]
struct Listening {
    node: u64,
    ears: Weak<dyn Ears>,
}

/// One node's end of it.
struct End {
    bus: Bus,
    node: u64,
}

impl Bus {
    /// Nobody is there.
    pub fn new() -> Bus {
        Bus::default()
    }

    /// A node joins: it hears what the others publish from now on, for as long as its ears are there.
    pub fn join(&self, node: u64, ears: &Arc<dyn Ears>) -> Arc<dyn Backplane> {
        self.nodes().push(Listening { node, ears: Arc::downgrade(ears) });
        Arc::new(End { bus: self.clone(), node })
    }

    fn nodes(&self) -> MutexGuard<'_, Vec<Listening>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backplane for End {
    fn publish(&self, envelopes: Vec<Envelope>) {
        let others: Vec<Arc<dyn Ears>> = {
            let mut nodes = self.bus.nodes();
            nodes.retain(|one| one.ears.strong_count() > 0);
            nodes.iter().filter(|one| one.node != self.node).filter_map(|one| one.ears.upgrade()).collect()
        };
        for envelope in envelopes {
            others.iter().for_each(|ears| ears.heard(envelope.clone()));
        }
    }
}

//! A bus in memory, for several nodes in one process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;

use crate::backplane::{Backplane, Ears, Envelope};

/// A bus in memory, which loses nothing. To see what a lossy bus does, put something that loses envelopes before a
/// node's ears.
#[derive(Clone, Default)]
pub struct Bus(Arc<Mutex<Vec<Listening>>>);

/// A node that listens to the bus.
#[derive(Clone)]
struct Listening {
    node: u64,
    ears: Weak<dyn Ears>,
}

/// A node's end of the bus.
struct End {
    bus: Bus,
    node: u64,
}

impl Bus {
    /// Makes a bus without nodes.
    pub fn new() -> Bus {
        Bus::default()
    }

    /// Joins a node to the bus. It is handed what other nodes publish from now on, until its ears are dropped.
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

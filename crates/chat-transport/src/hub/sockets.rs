//! The sockets of this node by their numbers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::map::Map;
use crate::connection::socket::Socket;

/// The sockets of this node by their numbers. Whoever looks for one takes it out of here and lets go of the lock.
#[derive(Default)]
pub(super) struct Sockets(Mutex<Map<u64, Arc<Socket>>>);

impl Sockets {
    /// Notes one more socket.
    pub(super) fn insert(&self, socket: &Arc<Socket>) {
        self.sockets().insert(socket.id, socket.clone());
    }

    /// One less; false if it was not here.
    pub(super) fn remove(&self, socket: u64) -> bool {
        self.sockets().remove(&socket).is_some()
    }

    /// Those of these numbers that are here, in their order.
    pub(super) fn find(&self, numbers: impl Iterator<Item = Option<u64>>) -> Vec<Option<Arc<Socket>>> {
        let sockets = self.sockets();
        numbers.map(|number| sockets.get(&number?).cloned()).collect()
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Arc<Socket>> {
        self.sockets().values().cloned().collect()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.sockets().len()
    }

    fn sockets(&self) -> MutexGuard<'_, Map<u64, Arc<Socket>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

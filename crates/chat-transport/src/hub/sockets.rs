//! The sockets of this node, by number.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::map::Map;
use crate::connection::socket::Socket;

/// The sockets of this node, by number. Its lock is held only for looking one up.
#[derive(Default)]
pub(super) struct Sockets(Mutex<Map<u64, Arc<Socket>>>);

impl Sockets {
    /// Adds a socket.
    pub(super) fn insert(&self, socket: &Arc<Socket>) {
        self.sockets().insert(socket.id, socket.clone());
    }

    /// Removes a socket. Returns false if it was not there.
    pub(super) fn remove(&self, socket: u64) -> bool {
        self.sockets().remove(&socket).is_some()
    }

    /// Returns the sockets with these numbers, in the same order.
    pub(super) fn find(&self, numbers: impl Iterator<Item = Option<u64>>) -> Vec<Option<Arc<Socket>>> {
        let sockets = self.sockets();
        numbers.map(|number| sockets.get(&number?).cloned()).collect()
    }

    /// Returns all sockets.
    pub(super) fn all(&self) -> Vec<Arc<Socket>> {
        self.sockets().values().cloned().collect()
    }

    /// Returns how many there are.
    pub(super) fn count(&self) -> usize {
        self.sockets().len()
    }

    fn sockets(&self) -> MutexGuard<'_, Map<u64, Arc<Socket>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

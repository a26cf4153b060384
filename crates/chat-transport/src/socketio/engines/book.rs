//! The open sessions.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chat_protocol::engineio::{Sid, Strangers};

use super::Engine;

/// The open sessions, and when each must be ticked.
pub(super) struct Book {
    pub(super) engines: HashMap<Sid, Arc<Engine>>,
    pub(super) due: BTreeSet<(u64, Sid)>,
    /// The sessions whose user is not known.
    pub(super) strangers: Strangers,
}

impl Book {
    /// Counts a session without a user. If there are too many, returns the oldest, which must be ended.
    pub(super) fn count(&mut self, engine: &Engine) -> Option<Arc<Engine>> {
        let mut ticket = engine.ticket();
        if ticket.is_some() {
            return None;
        }
        let (given, oldest) = self.strangers.enter(*engine.sid());
        *ticket = Some(given);
        // If its user has become known since, it stays open: it has left the strangers by having been looked at.
        oldest.and_then(|sid| self.engines.get(&sid)).filter(|oldest| !oldest.is_known()).cloned()
    }

    /// Takes a session out of the strangers: its user is known, or it is over.
    pub(super) fn know(&mut self, engine: &Engine) {
        if let Some(ticket) = engine.ticket().take() {
            self.strangers.leave(ticket);
        }
    }
}

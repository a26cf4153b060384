//! The sessions that are open.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chat_protocol::engineio::{Sid, Strangers};

use super::Engine;

/// The sessions that are open, and when to look at them.
pub(super) struct Book {
    pub(super) engines: HashMap<Sid, Arc<Engine>>,
    pub(super) due: BTreeSet<(u64, Sid)>,
    /// Of which nobody knows whose they are.
    pub(super) strangers: Strangers,
}

impl Book {
    /// Counts a session among the strangers; if there are too many, the oldest is to give way.
    pub(super) fn count(&mut self, engine: &Engine) -> Option<Arc<Engine>> {
        let mut ticket = engine.ticket();
        if ticket.is_some() {
            return None;
        }
        let (given, oldest) = self.strangers.enter(*engine.sid());
        *ticket = Some(given);
        // One that has become known since it was looked at last gives way by that.
        oldest.and_then(|sid| self.engines.get(&sid)).filter(|oldest| !oldest.is_known()).cloned()
    }

    /// It is known whose the session is, or it is over.
    pub(super) fn know(&mut self, engine: &Engine) {
        if let Some(ticket) = engine.ticket().take() {
            self.strangers.leave(ticket);
        }
    }
}

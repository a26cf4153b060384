//! A backplane over a bus that carries text.

use std::sync::Arc;

use chat_domain::backplane::{Backplane, Ears, Envelope, Listener, Wire};
use chat_protocol::envelope;
use tracing::debug;

use super::super::inbox::Inbox;

/// A backplane that writes envelopes as text to a bus.
pub struct Written(pub Arc<dyn Wire>);

impl Backplane for Written {
    fn publish(&self, envelopes: Vec<Envelope>) {
        let longest = self.0.longest();
        self.0.say(envelopes.iter().map(|envelope| envelope::written(envelope, longest)).collect());
    }

    fn is_well(&self) -> bool {
        self.0.is_well()
    }
}

/// Reads envelopes from a bus into an inbox.
pub struct Reader(pub Arc<Inbox>);

impl Listener for Reader {
    fn came(&self, text: &str) {
        match envelope::read(text) {
            Some(envelope) => self.0.heard(envelope),
            None => debug!("another node says something that is not understood here"),
        }
    }

    fn was_deaf(&self) {
        Ears::was_deaf(&*self.0);
    }

    fn living(&self, nodes: Vec<u64>) {
        Ears::living(&*self.0, nodes);
    }
}

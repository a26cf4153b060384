//! What a node hears of the others, by a bus that loses, doubles and delays, and so reorders.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_domain::backplane::{Ears, Envelope};
use tokio::time::sleep;

use super::chance::Chance;
use super::plan::Plan;
use crate::hub::Inbox;

/// The ears of one life of a node.
pub(super) struct Ear {
    inbox: Arc<Inbox>,
    state: Mutex<(Plan, Chance)>,
    dead: AtomicBool,
}

impl Ear {
    /// Ears that hand on to this inbox.
    pub(super) fn new(inbox: Arc<Inbox>, plan: Plan, chance: Chance) -> Arc<Ear> {
        Arc::new(Ear { inbox, state: Mutex::new((plan, chance)), dead: AtomicBool::new(false) })
    }

    /// The node crashes.
    pub(super) fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
    }

    /// No more trouble.
    pub(super) fn calm(&self) {
        let plan = &mut self.state().0;
        (plan.lost, plan.doubled, plan.bus) = (0, 0, 5);
    }

    fn state(&self) -> MutexGuard<'_, (Plan, Chance)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ears for Ear {
    fn heard(&self, envelope: Envelope) {
        let spans = {
            let (plan, chance) = &mut *self.state();
            let times = match (chance.percent(plan.lost), chance.percent(plan.doubled)) {
                (true, _) => 0,
                (false, is_doubled) => 1 + u64::from(is_doubled),
            };
            (0..times).map(|_| chance.millis((0, plan.bus))).collect::<Vec<_>>()
        };
        if self.dead.load(Ordering::SeqCst) {
            return;
        }
        for span in spans {
            let (inbox, envelope) = (self.inbox.clone(), envelope.clone());
            tokio::spawn(async move {
                sleep(span).await;
                inbox.heard(envelope);
            });
        }
    }

    fn was_deaf(&self) {
        self.inbox.was_deaf();
    }

    fn living(&self, nodes: Vec<u64>) {
        self.inbox.living(nodes);
    }
}

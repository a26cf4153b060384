//! The bus between simulated nodes: it loses envelopes, brings them twice, and delays them, which reorders them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use std::time::Duration;

use chat_domain::backplane::{Ears, Envelope};
use tokio::time::{Instant, sleep};

use super::chance::Chance;
use super::frost::Frost;
use super::plan::Plan;
use crate::hub::Inbox;

/// What one life of a node hears of others.
pub(super) struct Ear {
    node: u64,
    inbox: Arc<Inbox>,
    frost: Arc<Frost>,
    state: Mutex<State>,
    dead: AtomicBool,
}

struct State {
    plan: Plan,
    chance: Chance,
    /// Until when nothing is heard, even in calm times.
    deaf: Instant,
}

impl Ear {
    /// Creates the ears that hand envelopes on to this inbox.
    pub(super) fn new(node: u64, inbox: Arc<Inbox>, plan: Plan, chance: Chance, frost: Arc<Frost>) -> Arc<Ear> {
        let state = Mutex::new(State { plan, chance, deaf: Instant::now() });
        Arc::new(Ear { node, inbox, frost, state, dead: AtomicBool::new(false) })
    }

    /// Loses everything for a while, without telling the node.
    pub(super) fn deafen(&self, span: Duration) {
        self.state().deaf = Instant::now() + span;
    }

    /// Ends these ears, because the node crashes.
    pub(super) fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
    }

    /// Stops making trouble.
    pub(super) fn calm(&self) {
        let plan = &mut self.state().plan;
        (plan.lost, plan.doubled, plan.bus) = (0, 0, 5);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ears for Ear {
    fn heard(&self, envelope: Envelope) {
        let spans = {
            let State { plan, chance, deaf } = &mut *self.state();
            let times = match (chance.percent(plan.lost), chance.percent(plan.doubled)) {
                _ if Instant::now() < *deaf => 0,
                (true, _) => 0,
                (false, is_doubled) => 1 + u64::from(is_doubled),
            };
            (0..times).map(|_| chance.millis((0, plan.bus))).collect::<Vec<_>>()
        };
        if self.dead.load(Ordering::SeqCst) {
            return;
        }
        for span in spans {
            let (inbox, envelope, frost, node) = (self.inbox.clone(), envelope.clone(), self.frost.clone(), self.node);
            tokio::spawn(async move {
                frost.thawed(envelope.speaker.node).await;
                sleep(span).await;
                frost.thawed(node).await;
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

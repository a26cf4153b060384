//! Another life of the database: it was failed over or restored while this node ran.

use std::mem::take;

use chat_domain::Time;
use tracing::warn;

use super::Hub;
use super::state::State;

impl Hub {
    /// Looks whether the journal goes on in the life that is known here.
    pub(super) fn follow_life(&self, now: Time) {
        if let Some(ports) = self.0.ports.get() {
            self.state().live_on(ports.journal.epoch(), now);
        }
    }
}

impl State {
    /// In another life nothing that is remembered here holds: neither where rooms stood nor who is in them. Everybody comes
    /// back and asks anew.
    pub(super) fn live_on(&mut self, epoch: u64, now: Time) {
        if epoch == self.epoch {
            return;
        }
        warn!("another life of the database: all sockets are closed, to come back");
        self.epoch = epoch;
        self.rooms.clear();
        self.delivered.clear();
        self.people.begin_anew(&self.settings, now);
        self.people.all_sockets().for_each(|socket| socket.go_away());
        take(&mut self.waiters).values().for_each(|waiter| waiter.notify_waiters());
    }
}

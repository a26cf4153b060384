//! Suspending people: their connections are closed on every node, and they cannot come in until a given time.

use std::time::Duration;

use chat_domain::{Failure, Time, UserId};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::app::App;

impl App {
    /// Suspends somebody until a time. A time in the past ends the suspension.
    pub(crate) async fn suspend(&self, user: UserId, until: Time, reason: String) -> Result<(), Failure> {
        self.directory.suspend(user, until, reason).await?;
        self.put_out_the_suspended().await
    }

    /// Looks in the directory for suspended people and closes their connections, until told to stop. Nodes learn of each other's
    /// suspensions in no other way.
    pub(crate) async fn keep_suspended(&self, stop: CancellationToken) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            // A failure can be ignored: without a directory nobody can come in anyway.
            let _ = stop.run_until_cancelled(self.put_out_the_suspended()).await;
        }
    }

    async fn put_out_the_suspended(&self) -> Result<(), Failure> {
        let now = self.now();
        for user in self.gate.look_who_is_suspended(now).await? {
            self.hub.put_out(user, now);
        }
        Ok(())
    }
}

/// How often to look, so that a suspended person stays connected for less than a second.
const LOOK: Duration = Duration::from_millis(400);

//! Keeping people out for a while: whoever is connected goes, on every node.

use std::time::Duration;

use chat_domain::{Failure, Time, UserId};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::app::App;

impl App {
    /// Keeps somebody out until then; a moment that is past lets them in again.
    pub(crate) async fn suspend(&self, user: UserId, until: Time, reason: String) -> Result<(), Failure> {
        self.directory.suspend(user, until, reason).await?;
        self.put_out_the_suspended().await
    }

    /// Hears who is kept out, and puts them out, until told to stop: other nodes say so through the directory alone.
    pub(crate) async fn keep_suspended(&self, stop: CancellationToken) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            // Without a directory nobody comes in anyway.
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

/// How often it is looked who is kept out: nobody stays for a second.
const LOOK: Duration = Duration::from_millis(400);

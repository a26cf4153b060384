//! Keeping messages for a limited time. Old ones are deleted some at a time, so that others who write are not held up.

use std::time::Duration;

use chat_domain::Failure;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::app::App;

impl App {
    /// Deletes messages that are too old, until told to stop.
    pub(crate) async fn let_vanish(&self, stop: CancellationToken) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Some(Err(failure)) = stop.run_until_cancelled(self.let_all_vanish()).await {
                debug!(%failure, "old messages will vanish later");
            }
        }
    }

    async fn let_all_vanish(&self) -> Result<(), Failure> {
        let (eraser, at) = (self.eraser(), self.now());
        loop {
            let began = tokio::time::Instant::now();
            let Some(gone) = self.journal.vanish(self.settings.keep_messages, at, AT_ONCE).await? else {
                return Ok(());
            };
            for vanished in gone {
                self.hub.vanished(vanished).await;
            }
            eraser.let_others(began).await;
        }
    }
}

/// How often to look for messages that are too old, so that they are gone within a minute.
const LOOK: Duration = Duration::from_secs(5);
/// How many are deleted in one transaction.
const AT_ONCE: usize = 200;

//! Deleting the bytes of files that are no longer wanted.

use std::time::Duration;

use chat_domain::{Failure, Time};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::FileSettings;
use crate::app::App;

impl App {
    /// Deletes files that are no longer wanted, until told to stop.
    pub(crate) async fn sweep_files(&self, stop: CancellationToken) {
        let Some(files) = &self.settings.files else { return };
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            // A failure needs no handling: the database is away, which is logged elsewhere, and the next turn tries again.
            let _ = stop.run_until_cancelled(files.sweep(self.now())).await;
        }
    }
}

impl FileSettings {
    /// Deletes the bytes of all files that were let go. The store marks them before the first byte is deleted, and forgets them
    /// only after the last: a server that dies in between deletes them again.
    pub async fn sweep(&self, now: Time) -> Result<(), Failure> {
        loop {
            let gone = self.known.let_go(now.before(self.keep_unbound), AT_ONCE).await?;
            let is_more = gone.len() == AT_ONCE;
            let mut deleted = Vec::with_capacity(gone.len());
            for id in gone {
                match self.shelf.delete(id).await {
                    Ok(()) => deleted.push(id),
                    Err(error) => warn!(%id, %error, "a file could not be deleted; it is tried again"),
                }
            }
            let none = deleted.is_empty();
            self.known.are_deleted(deleted).await?;
            if none || !is_more {
                return Ok(());
            }
        }
    }
}

/// How often to look for files to delete.
const LOOK: Duration = Duration::from_secs(5);
/// How many files are let go in one transaction.
const AT_ONCE: usize = 200;

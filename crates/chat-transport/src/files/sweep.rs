//! Deleting the bytes of files that belong to nobody any more.

use std::time::Duration;

use chat_domain::{Failure, Time};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{FileSettings, Shelf};
use crate::app::App;

impl App {
    /// Deletes what is to go, until told to stop.
    pub(crate) async fn sweep_files(&self, stop: CancellationToken) {
        let Some(files) = &self.settings.files else { return };
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            // Without a database nothing is known of files; it is said elsewhere that it is away.
            let _ = stop.run_until_cancelled(files.sweep(self.now())).await;
        }
    }
}

impl FileSettings {
    /// Deletes the bytes of whatever has been let go. That it is to go is known for good before the first byte of it goes, and that
    /// it is gone is noted after the last: who dies between the two deletes again.
    pub(crate) async fn sweep(&self, now: Time) -> Result<(), Failure> {
        loop {
            let gone = self.known.let_go(now.before(self.keep_unbound), AT_ONCE).await?;
            let is_more = gone.len() == AT_ONCE;
            let mut deleted = Vec::with_capacity(gone.len());
            for id in gone {
                let done = match &*self.shelf {
                    Shelf::Folder(folder) => folder.delete(id).await,
                };
                match done {
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

/// How often it is looked what is to go.
const LOOK: Duration = Duration::from_secs(5);
/// Files that are let go at once.
const AT_ONCE: usize = 200;

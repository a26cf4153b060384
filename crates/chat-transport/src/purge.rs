//! Deleting the messages of somebody who was banned or erased: some at a time, so that others who write are not held up.

use std::time::Duration;

use chat_domain::{Command, Failure, Order, UserId};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::app::App;
use crate::erasing::Eraser;

impl App {
    /// Deletes what is due until told to stop; it begins with what was left over from the server's last life.
    pub(crate) async fn purge(&self, stop: CancellationToken) {
        let eraser = self.eraser();
        loop {
            let done = stop.run_until_cancelled(eraser.finish()).await;
            let later = match done {
                None => return,
                Some(Ok(())) => SWEEP,
                Some(Err(failure)) => {
                    debug!(%failure, "what is to be deleted will be later");
                    RETRY
                }
            };
            if stop.run_until_cancelled(timeout(later, self.hub.wants_a_purge())).await.is_none() {
                return;
            }
        }
    }
}

impl Eraser {
    /// Deletes all that is to be deleted of those who were erased, or were banned with what they said.
    pub async fn finish(&self) -> Result<(), Failure> {
        self.purge_messages().await?;
        for erasing in self.directory.erasings(PEOPLE).await?.into_iter().filter(|one| one.done.is_none()) {
            let user = erasing.erasure.user;
            // They may be in rooms again: a restored older copy of the database knew them there when they were erased anew.
            self.part(user).await?;
            self.purge_messages().await?;
            self.purge_rest(user).await?;
            info!(%user, messages = erasing.said, "a user is erased, and nothing is left to be deleted");
        }
        Ok(())
    }

    async fn purge_messages(&self) -> Result<(), Failure> {
        loop {
            let began = Instant::now();
            let due = self.journal.purging(AT_ONCE).await?;
            if due.is_empty() {
                return Ok(());
            }
            let deleted = due.into_iter().map(|(room, actor, message)| {
                let command = Command::Purge { room, message };
                self.journal.execute(Order { actor, at: self.now(), command, origin: None })
            });
            for deleted in join_all(deleted).await {
                match deleted {
                    // Refused means gone already: its sender or another node has deleted it meanwhile.
                    Ok(_) | Err(Failure::Refused(_)) => {}
                    Err(Failure::Unavailable) => return Err(Failure::Unavailable),
                }
            }
            self.let_others(began).await;
        }
    }

    async fn purge_rest(&self, user: UserId) -> Result<(), Failure> {
        loop {
            let began = Instant::now();
            if self.directory.tidy(user, self.now(), AT_ONCE).await? {
                return Ok(());
            }
            self.let_others(began).await;
            // Messages of theirs that were committed while the rest was being deleted.
            self.purge_messages().await?;
        }
    }

    /// Pauses for as long as the last step took, and then while orders wait, up to [`PATIENCE`].
    pub(crate) async fn let_others(&self, began: Instant) {
        sleep(began.elapsed()).await;
        let waited = Instant::now();
        while self.journal.waiting() > 0 && waited.elapsed() < PATIENCE {
            sleep(GLANCE).await;
        }
    }
}

/// How many rows are deleted in one go.
const AT_ONCE: usize = 200;
/// How many erased people are handled in one round.
const PEOPLE: usize = 100;
/// For how long waiting orders go first at most, and how often to look whether some wait.
const PATIENCE: Duration = Duration::from_millis(50);
const GLANCE: Duration = Duration::from_millis(2);
/// How often to look for what another node left undone.
const SWEEP: Duration = Duration::from_secs(30);
/// How long to wait after the journal was unavailable.
const RETRY: Duration = Duration::from_secs(1);

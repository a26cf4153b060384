//! What is deleted behind a ban that ordered it, or with somebody who was erased: some at a time, so that it holds up nobody who talks.

use std::time::Duration;

use chat_domain::{Command, Failure, Order, UserId};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

use crate::app::App;
use crate::clock;

impl App {
    /// Deletes what is to be deleted until told to stop; at first what still was to be when the server last ended.
    pub(crate) async fn purge(&self, stop: CancellationToken) {
        loop {
            let done = stop.run_until_cancelled(self.purge_all()).await;
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

    async fn purge_all(&self) -> Result<(), Failure> {
        self.purge_messages().await?;
        for erasing in self.directory.erasings(PEOPLE).await?.into_iter().filter(|one| one.done.is_none()) {
            let user = erasing.erasure.user;
            // They are somewhere still if they were erased again in an older copy of the database.
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
                self.journal.execute(Order { actor, at: clock::now(), command, origin: None })
            });
            for deleted in join_all(deleted).await {
                match deleted {
                    // What its sender or another node has deleted meanwhile is gone all the same.
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
            // Whatever was said in the last moment before.
            self.purge_messages().await?;
        }
    }

    /// At least half of the time is for who talks, and more while they do.
    async fn let_others(&self, began: Instant) {
        sleep(began.elapsed()).await;
        let waited = Instant::now();
        while self.journal.waiting() > 0 && waited.elapsed() < PATIENCE {
            sleep(GLANCE).await;
        }
    }
}

/// How many are deleted in one go.
const AT_ONCE: usize = 200;
/// How many people are looked after at once who were erased.
const PEOPLE: usize = 100;
/// For how long those who talk go before it, and how often it is looked whether they do.
const PATIENCE: Duration = Duration::from_millis(50);
const GLANCE: Duration = Duration::from_millis(2);
/// How often it is looked for what another node has left undone.
const SWEEP: Duration = Duration::from_secs(30);
/// When the journal is asked again that was away.
const RETRY: Duration = Duration::from_secs(1);

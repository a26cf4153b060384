//! What is erased behind a ban that ordered it: some at a time, so that it holds up nobody who talks.

use std::time::Duration;

use chat_domain::{Command, Failure, Order};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::app::App;
use crate::clock;

impl App {
    /// Erases what is to be erased until told to stop; at first what still was to be when the server last ended.
    pub(crate) async fn purge(&self, stop: CancellationToken) {
        loop {
            let done = stop.run_until_cancelled(self.purge_all()).await;
            let later = match done {
                None => return,
                Some(Ok(())) => SWEEP,
                Some(Err(failure)) => {
                    debug!(%failure, "messages behind a ban will be erased later");
                    RETRY
                }
            };
            if stop.run_until_cancelled(timeout(later, self.hub.wants_a_purge())).await.is_none() {
                return;
            }
        }
    }

    async fn purge_all(&self) -> Result<(), Failure> {
        loop {
            let began = Instant::now();
            let due = self.journal.purging(AT_ONCE).await?;
            if due.is_empty() {
                return Ok(());
            }
            let erased = due.into_iter().map(|(room, actor, message)| {
                let command = Command::Purge { room, message };
                self.journal.execute(Order { actor, at: clock::now(), command, origin: None })
            });
            for erased in join_all(erased).await {
                match erased {
                    // What its sender or another node has erased meanwhile is gone all the same.
                    Ok(_) | Err(Failure::Refused(_)) => {}
                    Err(Failure::Unavailable) => return Err(Failure::Unavailable),
                }
            }
            // At least half of the time is for who talks.
            sleep(began.elapsed()).await;
        }
    }
}

/// How many are erased in one go.
const AT_ONCE: usize = 200;
/// How often it is looked for what another node has left undone.
const SWEEP: Duration = Duration::from_secs(30);
/// When the journal is asked again that was away.
const RETRY: Duration = Duration::from_secs(1);

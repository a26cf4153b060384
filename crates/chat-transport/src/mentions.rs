//! Notifications of those whom messages mention. They are stored a moment after the message, so that mentioning everybody in a
//! large room delays nobody.

use std::time::Duration;

use chat_domain::Failure;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::app::App;

impl App {
    /// Stores and tells the notifications that are owed, until told to stop; it begins with those left over from the server's
    /// last life.
    pub(crate) async fn tell_mentions(&self, stop: CancellationToken) {
        loop {
            // The order matters: what is owed is looked up before the bell is awaited, and the bell remembers a ring that comes
            // in between.
            let told = stop.run_until_cancelled(self.notify_mentioned()).await;
            match told {
                None => return,
                Some(Ok(())) => {}
                Some(Err(ref failure)) => debug!(%failure, "who is mentioned will be notified later"),
            }
            let later = if matches!(told, Some(Ok(()))) { SWEEP } else { RETRY };
            let rung = timeout(later, self.hub.owes_notifications());
            if stop.run_until_cancelled(rung).await.is_none() {
                return;
            }
        }
    }

    async fn notify_mentioned(&self) -> Result<(), Failure> {
        loop {
            let new = self.journal.notify_mentioned(self.now(), AT_ONCE).await?;
            if new.is_empty() {
                return Ok(());
            }
            new.iter().for_each(|notification| self.hub.notify(notification));
            // Other tasks must get their turn while a room of ten thousand is notified.
            tokio::task::yield_now().await;
        }
    }
}

/// How many notifications are stored in one transaction.
const AT_ONCE: usize = 200;
/// How often to look for notifications that another node left undone.
const SWEEP: Duration = Duration::from_secs(30);
/// How long to wait after the journal was unavailable.
const RETRY: Duration = Duration::from_secs(1);

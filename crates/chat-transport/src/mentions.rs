//! Notifications that messages owe to those whom they mention: stored a moment after the message, so that everybody in a large room
//! can be mentioned and holds up nobody.

use std::time::Duration;

use chat_domain::Failure;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::app::App;
use crate::clock;

impl App {
    /// Notifies whoever is mentioned until told to stop; at first those who still were to be when the server last ended.
    pub(crate) async fn tell_mentions(&self, stop: CancellationToken) {
        loop {
            // Rung from here on, the bell is heard when it is waited for.
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
            let new = self.journal.notify_mentioned(clock::now(), AT_ONCE).await?;
            if new.is_empty() {
                return Ok(());
            }
            new.iter().for_each(|notification| self.hub.notify(notification));
            // A room of ten thousand must not sit on everybody else's turn.
            tokio::task::yield_now().await;
        }
    }
}

/// How many are stored in one go.
const AT_ONCE: usize = 200;
/// How often it is looked for what another node has left undone.
const SWEEP: Duration = Duration::from_secs(30);
/// When the journal is asked again that was away.
const RETRY: Duration = Duration::from_secs(1);

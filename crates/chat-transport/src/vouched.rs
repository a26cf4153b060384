//! Who stays connected by the word of a back end is asked about again from time to time: they may have logged out there.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::account::introspection::Credential;
use crate::app::App;
use crate::connection::socket::Socket;

impl App {
    /// Closes those for whom their back end does not vouch any more, until told to stop. A back end that does not say anything
    /// changes nothing: whoever is in stays in.
    pub(crate) async fn keep_vouched(&self, stop: CancellationToken) {
        let Some(backend) = self.gate.tokens().backend() else { return };
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let now = self.now();
            let mut due = Vec::new();
            for socket in self.hub.everybody() {
                if let Some(credential) = socket.due_again(now, sooner(backend.every(), socket.id)) {
                    due.push(self.look_again(socket, credential));
                }
            }
            let looks = stream::iter(due).buffer_unordered(AT_ONCE).count();
            if stop.run_until_cancelled(looks).await.is_none() {
                return;
            }
        }
    }

    async fn look_again(&self, socket: Arc<Socket>, credential: Arc<Credential>) {
        let Some(backend) = self.gate.tokens().backend() else { return };
        let now = self.now();
        if let Ok(false) = self.gate.still_vouched_for(backend, credential, socket.user(), now).await {
            self.gate.forget(socket.user());
            self.hub.end_credential(&socket, now);
        }
    }
}

/// The time between two looks, a little shorter for some: who came in the same moment is not asked about in the same moment for ever.
fn sooner(every: Duration, socket: u64) -> Duration {
    every - every / 4 * u32::try_from(socket % 8).unwrap_or(0) / 8
}

/// Between two looks at who is due.
const LOOK: Duration = Duration::from_secs(1);
/// Questions at a time: half of what the back end gets, so that the door goes on.
const AT_ONCE: usize = 32;

//! Asking the back end again, from time to time, about those who are connected by its word: they may have logged out there.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::account::introspection::Credential;
use crate::app::App;
use crate::connection::socket::Socket;

impl App {
    /// Closes the sockets of those for whom the back end no longer vouches, until told to stop. While the back end does not
    /// answer, everybody stays.
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

/// Returns the time until a socket is asked about again: up to a quarter less for some, so that those who came together are not
/// always asked about together.
fn sooner(every: Duration, socket: u64) -> Duration {
    every - every / 4 * u32::try_from(socket % 8).unwrap_or(0) / 8
}

/// How often to look which sockets are due.
const LOOK: Duration = Duration::from_secs(1);
/// How many questions run at a time: half of what the back end is asked at most, so that newcomers still get answers.
const AT_ONCE: usize = 32;

//! A session over a WebSocket.

use std::sync::Arc;
use std::time::Duration;

use chat_protocol::{Context, Rejected, Trouble};

use super::{Pull, Session};
use crate::carry::http::Peer;
use crate::carry::outbox::Outbox;
use crate::carry::websocket::{Incoming, Upgrading};

impl Session {
    /// Lives on a WebSocket until it ends. `pull` is what is to be fetched first.
    pub(super) async fn live(mut self, upgrading: Upgrading, outbox: Arc<Outbox>, pull: Option<Pull>, peer: Peer) {
        let Some(mut socket) = upgrading.join(self.app.settings.frames, outbox).await else { return };
        self.app.pings.watch(socket.outbox());
        if let Some(pull) = pull {
            socket.during(Box::pin(self.catch_up(pull))).await;
        }
        loop {
            let heard = if self.socket.is_busy() {
                socket.during(self.socket.bell.notified()).await;
                None
            } else {
                tokio::select! {
                    heard = socket.next() => Some(heard),
                    () = self.socket.bell.notified() => None,
                }
            };
            let goes_on = match heard {
                Some(Incoming::Text(text)) => socket.during(self.hear(text.as_bytes(), None)).await,
                Some(Incoming::Binary(_)) => socket.during(self.hear_binary()).await,
                Some(Incoming::Closed(_)) => false,
                None => {
                    socket.during(Box::pin(self.mend())).await;
                    socket.outbox().ending().is_none()
                }
            };
            if !goes_on {
                break;
            }
        }
        // Offline from here on, whatever the other side does with its last words.
        drop(self);
        socket.shut(GOODBYE).await;
        drop(peer);
    }

    async fn hear_binary(&mut self) -> bool {
        let trouble = Trouble::Malformed("frames must be text".into());
        let context = Context { room: self.socket.place.room, ..Context::default() };
        self.reject(&Rejected { trouble, context }).await
    }
}

/// How long the last words may take.
const GOODBYE: Duration = Duration::from_secs(30);

//! A session over a WebSocket.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use chat_protocol::{Context, Rejected, Trouble};

use super::requests::Then;
use super::{Pull, Session};
use crate::carry::outbox::Outbox;
use crate::carry::websocket::{Incoming, Upgrading, WebSocket};

impl Session {
    /// Takes the socket over once the answer is sent, and fetches first what is to be fetched. Kept apart from the life that
    /// follows, so that nobody who is idle keeps room for it.
    pub(super) async fn begin(
        self,
        upgrading: Upgrading,
        outbox: Arc<Outbox>,
        pull: Option<Pull>,
    ) -> Option<(Session, WebSocket)> {
        let mut socket = upgrading.join(self.app.settings.frames, outbox).await?;
        self.app.pings.watch(socket.outbox());
        if let Some(pull) = pull {
            socket.during(pin!(self.catch_up(pull))).await;
        }
        Some((self, socket))
    }

    /// Lives on a WebSocket until it ends. Ten thousand idle ones wait here: whatever takes time is boxed.
    pub(super) async fn live(mut self, mut socket: WebSocket) {
        loop {
            let then = match self.next(&mut socket).await {
                Some(Incoming::Text(text)) => self.hear(text.as_bytes(), None),
                Some(Incoming::Binary(_)) => self.hear_binary(),
                Some(Incoming::Closed(_)) => Then::End,
                None => Then::Wait(Box::pin(async {
                    self.mend().await;
                    true
                })),
            };
            let goes_on = match then {
                Then::GoOn => true,
                Then::Wait(work) => socket.during(work).await,
                Then::End => false,
            };
            if !goes_on {
                break;
            }
        }
        // Offline from here on, whatever the other side does with its last words.
        drop(self);
        Box::pin(socket.shut(GOODBYE)).await;
    }

    /// What the client says next; `None` when rooms may have fallen behind. A client with too many orders on their way is not
    /// heard meanwhile.
    async fn next(&self, socket: &mut WebSocket) -> Option<Incoming> {
        let mut bell = pin!(self.socket.bell.notified());
        poll_fn(|cx| match bell.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending if self.socket.is_busy() => socket.poll_drive(cx),
            Poll::Pending => socket.poll_next(cx).map(Some),
        })
        .await
    }

    fn hear_binary(&mut self) -> Then<'_> {
        let trouble = Trouble::Malformed("frames must be text".into());
        let context = Context { room: self.socket.endpoint.room, ..Context::default() };
        self.reject(Rejected { trouble, context })
    }
}

/// How long the last words may take.
const GOODBYE: Duration = Duration::from_secs(30);

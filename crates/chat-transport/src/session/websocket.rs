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
    /// Takes the socket over once the answer is sent, and reads what is to be read first. It is not a part of `live`, so that
    /// idle connections keep no room for it in their future.
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

    /// Serves a WebSocket until it ends. Ten thousand idle ones wait in this future, so whatever takes time is boxed.
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
        // Before the closing handshake: the user is offline from here on, however long the peer takes for it.
        drop(self);
        Box::pin(socket.shut(GOODBYE)).await;
    }

    /// Waits for the client's next frame; `None` when rooms may have fallen behind. While too many orders are unanswered, nothing
    /// is read.
    ///
    /// The bell is looked at before the socket, so that rooms that fell behind are mended before more is heard.
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

/// How long each part of the closing handshake may take.
const GOODBYE: Duration = Duration::from_secs(30);

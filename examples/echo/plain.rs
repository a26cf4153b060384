//! A WebSocket that sends everything back.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use chat_transport::carry::http::{Body, Peer, empty};
use chat_transport::carry::outbox::Depot;
use chat_transport::carry::websocket::{self, FrameLimits, Handshake, Incoming as Heard, Opcode, WebSocket};
use http::{Request, Response};
use hyper::body::Incoming;

/// Accepts every valid request for a WebSocket.
pub(crate) fn answer(mut request: Request<Incoming>, peer: Peer, depot: Arc<Depot>) -> Response<Body> {
    let handshake = match Handshake::of(&mut request) {
        Ok(handshake) => handshake,
        Err(refused) => {
            let mut response = empty(refused.status());
            response.headers_mut().extend(refused.header().map(|(name, value)| (Some(name), value)));
            return response;
        }
    };
    let (response, upgrading) = handshake.accept();
    tokio::spawn(async move {
        if let Some(socket) = upgrading.finish(LIMITS, depot, 0).await {
            echo(socket).await;
        }
        drop(peer);
    });
    response
}

/// Reads the next message only when the last one is sent, so that no client makes the server keep more than one.
async fn echo(mut socket: WebSocket) {
    let outbox = socket.outbox().clone();
    loop {
        let frame = match socket.next().await {
            Heard::Text(text) => websocket::frame(Opcode::Text, text.as_bytes()),
            Heard::Binary(bytes) => websocket::frame(Opcode::Binary, &bytes),
            Heard::Closed(_) => break,
        };
        outbox.offer(frame);
        poll_fn(|cx| outbox.poll_empty(cx)).await;
    }
    socket.shut(PATIENCE).await;
}

const LIMITS: FrameLimits = FrameLimits { frame: 16 << 20, message: 16 << 20 };
const PATIENCE: Duration = Duration::from_secs(5);

//! Socket.IO carried by long polling, and its change to a WebSocket.

use std::pin::Pin;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::io::DuplexStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::asked::{Asked, PATIENCE};
use super::link::{Broken, Dial};

/// An Engine.IO session that polls.
pub(super) struct Polling {
    sid: String,
    /// The pending poll. It is kept when `next` is dropped, because an aborted poll ends the session.
    poll: Option<Poll>,
}

/// A pending answer.
type Poll = Pin<Box<dyn Future<Output = Result<String, Broken>>>>;

/// The WebSocket of a session that has upgraded.
pub(super) type Socket = WebSocketStream<DuplexStream>;

impl Polling {
    /// Opens a session.
    pub(super) async fn open(dial: &impl Dial) -> Result<Polling, Broken> {
        let opened = ask(dial, "GET", ADDRESS, "", PATIENCE).await?;
        let opened: Value = serde_json::from_str(opened.trim_start_matches('0')).map_err(|_| Broken::Lost)?;
        let sid = opened["sid"].as_str().ok_or(Broken::Lost)?.into();
        Ok(Polling { sid, poll: None })
    }

    /// Sends a packet.
    pub(super) async fn say(&self, dial: &impl Dial, packet: &str) -> Result<(), Broken> {
        ask(dial, "POST", &self.address("polling"), packet, PATIENCE).await.map(drop)
    }

    /// Returns the next packets. It may be dropped without loss.
    pub(super) async fn next(&mut self, dial: &impl Dial) -> Result<Vec<String>, Broken> {
        let address = self.address("polling");
        let poll = self.poll.get_or_insert_with(|| Box::pin(ask(dial, "GET", &address, "", SILENCE)));
        let answer = poll.await;
        self.poll = None;
        answer.map(|answer| packets(&answer))
    }

    /// Upgrades to a WebSocket, and returns it with the packets of the last poll. Without one it goes on polling.
    pub(super) async fn change(&mut self, dial: &impl Dial) -> Result<Option<(Socket, Vec<String>)>, Broken> {
        let Ok(Some(mut socket)) = timeout(PATIENCE, self.probed(dial)).await else { return Ok(None) };
        // The server answers the pending poll first, so that nothing is on two ways at once.
        let last = match self.poll.take() {
            Some(poll) => packets(&poll.await?),
            None => Vec::new(),
        };
        socket.send(Message::text("5")).await.map_err(|_| Broken::Lost)?;
        Ok(Some((socket, last)))
    }

    /// Opens a WebSocket for the session, on which the server has answered a probe.
    async fn probed(&self, dial: &impl Dial) -> Option<Socket> {
        let address = format!("ws://sim{}", self.address("websocket"));
        let (mut socket, _) = client_async(address, dial.dial()?).await.ok()?;
        socket.send(Message::text("2probe")).await.ok()?;
        let answer = socket.next().await?.ok()?;
        (answer == Message::text("3probe")).then_some(socket)
    }

    fn address(&self, transport: &str) -> String {
        format!("/socket.io/?EIO=4&transport={transport}&sid={}", self.sid)
    }
}

fn ask(dial: &impl Dial, method: &str, path: &str, packet: &str, patience: Duration) -> Poll {
    let asked = Asked::new(dial, method, path, packet.into());
    Box::pin(async move {
        let (status, bytes) = timeout(patience, asked.body()).await.map_err(|_| Broken::Lost)??;
        let text = String::from_utf8(bytes.into()).map_err(|_| Broken::Lost)?;
        if status == 200 { Ok(text) } else { Err(Broken::Lost) }
    })
}

fn packets(answer: &str) -> Vec<String> {
    answer.split('\u{1e}').map(Into::into).collect()
}

const ADDRESS: &str = "/socket.io/?EIO=4&transport=polling";
/// How long a client hears nothing, not even a ping, before it gives the session up.
const SILENCE: Duration = Duration::from_secs(8);

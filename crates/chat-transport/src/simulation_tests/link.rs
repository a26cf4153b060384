//! A client's connection to a node.

use std::collections::VecDeque;

use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;

use super::asked::{Asked, PATIENCE, fetch};
use super::ears::{Frame, Heard, envelope, hear};
use super::engine::{Polling, Socket};
use super::words::{From, Kind};
use chat_domain::RoomId;

/// Whose connection it is, and to which node.
pub(super) trait Dial {
    /// Opens a connection, if the node is running.
    fn dial(&self) -> Option<DuplexStream>;
    /// The client's token.
    fn token(&self) -> &str;
}

/// The connection broke, or was refused with this status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Lost,
    Refused(u16),
}

/// A client's connection.
pub(super) struct Link {
    kind: Kind,
    way: Way,
    /// Frames that were parsed and not returned yet.
    ready: VecDeque<Frame>,
}

enum Way {
    Socket(Box<Socket>),
    /// Socket.IO, as long as it polls.
    Engine(Polling),
    Stream(Incoming, Vec<u8>),
    Poll {
        room: RoomId,
        from: From,
    },
}

impl Link {
    /// Connects. A client with a socket for each room hears the room from here on.
    pub(super) async fn open(dial: &impl Dial, kind: Kind, room: RoomId, from: &From) -> Result<Link, Broken> {
        let path = kind.path(room, dial.token(), from);
        let way = match kind {
            Kind::Poll | Kind::PollMessages => Way::Poll { room, from: from.clone() },
            Kind::Stream => {
                let answer = timeout(PATIENCE, Asked::new(dial, "GET", &path, String::new()).answer());
                let answer = answer.await.map_err(|_| Broken::Lost)??;
                match answer.status().as_u16() {
                    200 => Way::Stream(answer.into_body(), Vec::new()),
                    status => return Err(Broken::Refused(status)),
                }
            }
            Kind::LongPoll => Way::Engine(Polling::open(dial).await?),
            _ => {
                let stream = dial.dial().ok_or(Broken::Lost)?;
                let shaken = timeout(PATIENCE, client_async(format!("ws://sim{path}"), stream)).await;
                match shaken.map_err(|_| Broken::Lost)? {
                    Ok((socket, _)) => Way::Socket(Box::new(socket)),
                    Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
                        return Err(Broken::Refused(answer.status().as_u16()));
                    }
                    Err(_) => return Err(Broken::Lost),
                }
            }
        };
        let mut link = Link { kind, way, ready: VecDeque::new() };
        if kind.is_socketio() {
            link.say(dial, format!("40{}", json!({"token": dial.token()}))).await?;
            while link.next(dial).await?.heard != Heard::Ready {}
        }
        Ok(link)
    }

    /// Sends a frame.
    pub(super) async fn say(&mut self, dial: &impl Dial, text: String) -> Result<(), Broken> {
        match &mut self.way {
            // The timeout bounds the wait for a node that does not read.
            Way::Socket(socket) => {
                let said = timeout(PATIENCE, socket.send(Message::text(text))).await;
                said.map_err(|_| Broken::Lost)?.map_err(|_| Broken::Lost)
            }
            Way::Engine(polling) => polling.say(dial, &text).await,
            Way::Stream(..) | Way::Poll { .. } => Ok(()),
        }
    }

    /// Upgrades from long polling to a WebSocket, if it polls and the server accepts.
    pub(super) async fn change(&mut self, dial: &impl Dial) -> Result<(), Broken> {
        let Way::Engine(polling) = &mut self.way else { return Ok(()) };
        if let Some((socket, last)) = polling.change(dial).await? {
            self.ready.extend(last.iter().map(|packet| hear(self.kind, packet)));
            self.way = Way::Socket(Box::new(socket));
        }
        Ok(())
    }

    /// Returns the next frame. It may be dropped without loss.
    pub(super) async fn next(&mut self, dial: &impl Dial) -> Result<Frame, Broken> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                if let Heard::Answer(answer) = frame.heard {
                    self.say(dial, answer.into()).await?;
                    continue;
                }
                return Ok(frame);
            }
            match &mut self.way {
                Way::Socket(socket) => match socket.next().await {
                    Some(Ok(Message::Text(text))) => self.ready.push_back(hear(self.kind, &text)),
                    Some(Ok(Message::Close(close))) => {
                        let code = close.map_or(1005, |close| close.code.into());
                        return Err(if code == 4403 { Broken::Refused(403) } else { Broken::Lost });
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Err(Broken::Lost),
                },
                Way::Engine(polling) => {
                    let packets = polling.next(dial).await?;
                    self.ready.extend(packets.iter().map(|packet| hear(self.kind, packet)));
                }
                Way::Stream(body, torn) => {
                    let more = body.frame().await.ok_or(Broken::Lost)?.map_err(|_| Broken::Lost)?;
                    torn.extend_from_slice(more.data_ref().map_or(&[][..], |data| data));
                    while let Some(event) = event(torn) {
                        self.ready.push_back(streamed(&event));
                    }
                }
                Way::Poll { room, from } => {
                    let path = self.kind.path(*room, "", from);
                    let (status, answer) = fetch(dial, "GET", &path, None).await?;
                    if status != 200 {
                        return Err(Broken::Refused(status));
                    }
                    self.ready.extend(polled(self.kind, &answer));
                    let newest = answer["last_message_id"].as_u64();
                    match from {
                        From::Cursor(cursor) => *cursor = answer["cursor"].as_str().unwrap_or_default().into(),
                        From::Message(last) => *last = newest.unwrap_or(*last),
                    }
                }
            }
        }
    }
}

/// Takes one complete event out of the bytes that came.
fn event(torn: &mut Vec<u8>) -> Option<String> {
    let end = torn.windows(2).position(|bytes| bytes == b"\n\n")?;
    let event: Vec<u8> = torn.drain(..end + 2).collect();
    String::from_utf8(event).ok()
}

fn streamed(event: &str) -> Frame {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_start);
    let frame = field("data:").map(|data| hear(Kind::Stream, data)).unwrap_or_default();
    Frame { cursor: field("id:").map(Into::into), ..frame }
}

/// Splits the answer of a poll into frames. The last one has the cursor.
fn polled(kind: Kind, answer: &Value) -> Vec<Frame> {
    let listed = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    if kind == Kind::PollMessages {
        return listed("data").iter().map(|message| envelope(&json!({"type": "message", "data": message}))).collect();
    }
    let mut frames: Vec<Frame> = match answer["resync"] == true {
        true => vec![Frame { heard: Heard::Resync, ..Frame::default() }],
        false => listed("events").iter().map(envelope).collect(),
    };
    let cursor = answer["cursor"].as_str().map(Into::into);
    frames.push(Frame { cursor, ..Frame::default() });
    frames
}

//! A client's connection: a WebSocket, or a stream of events with requests beside it.

use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_local;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::Trouble;
use crate::frames::{Dialect, From, Heard, number};
use crate::http::Caller;

/// A connection to one room.
pub(crate) struct Link {
    dialect: Dialect,
    room: u64,
    caller: Caller,
    way: Way,
}

enum Way {
    Socket(Box<WebSocketStream<TcpStream>>),
    Stream { body: Incoming, torn: Vec<u8>, answers: Receiver<Heard>, answered: Sender<Heard> },
}

impl Link {
    /// Connects, and asks for everything from there on.
    pub(crate) async fn open(caller: &Caller, dialect: Dialect, room: u64, from: &From) -> Result<Link, Trouble> {
        let path = dialect.path(room, &caller.token, from);
        let way = match dialect {
            Dialect::Rest => {
                let stream = caller.open("GET", &path, None).await?;
                if stream.status() != 200 {
                    return Err(format!("the stream was refused with {}", stream.status()).into());
                }
                let (answered, answers) = channel(8);
                Way::Stream { body: stream.into_body(), torn: Vec::new(), answers, answered }
            }
            _ => {
                let stream = TcpStream::connect(caller.address).await?;
                stream.set_nodelay(true)?;
                Way::Socket(Box::new(client_async(format!("ws://{}{path}", caller.address), stream).await?.0))
            }
        };
        let mut link = Link { dialect, room, caller: caller.clone(), way };
        if dialect == Dialect::SocketIo {
            link.greet().await?;
        }
        if let Some(join) = dialect.join(room, from) {
            link.say(join).await?;
        }
        Ok(link)
    }

    /// Sends a message under this name. Whether it was stored is heard later.
    pub(crate) async fn send(&mut self, content: &str, name: &str) -> Result<(), Trouble> {
        let said = self.dialect.send(self.room, content, name);
        match &self.way {
            Way::Socket(_) => self.say(said).await,
            Way::Stream { answered, .. } => {
                let (caller, room, answered) = (self.caller.clone(), self.room, answered.clone());
                spawn_local(async move {
                    let body = serde_json::from_str(&said).unwrap_or(Value::Null);
                    let answer = caller.ask("POST", &format!("/api/chats/{room}/messages"), Some(body)).await;
                    // An error means that the connection was cut meanwhile.
                    let _ = answered.send(posted(answer.ok())).await;
                });
                Ok(())
            }
        }
    }

    /// Returns the next frame's content, and its cursor.
    pub(crate) async fn next(&mut self) -> Result<(Heard, Option<String>), Trouble> {
        loop {
            let heard = match &mut self.way {
                Way::Socket(socket) => match socket.next().await.ok_or("the socket ended")?? {
                    Message::Text(text) => self.dialect.hear(&text, &self.caller.token),
                    Message::Close(_) => return Err("the socket was closed".into()),
                    _ => continue,
                },
                Way::Stream { body, torn, answers, .. } => match event(torn) {
                    Some(event) => sse(&event),
                    None => tokio::select! {
                        answer = answers.recv() => (answer.ok_or("no answers any more")?, None),
                        more = body.frame() => {
                            let more = more.ok_or("the stream ended")??;
                            torn.extend_from_slice(more.data_ref().map_or(&[][..], |data| data));
                            continue;
                        }
                    },
                },
            };
            match heard {
                (Heard::Answer(""), _) => continue,
                (Heard::Answer(answer), _) => self.say(answer.into()).await?,
                heard => return Ok(heard),
            }
        }
    }

    async fn greet(&mut self) -> Result<(), Trouble> {
        let Way::Socket(socket) = &mut self.way else { return Ok(()) };
        let token = serde_json::json!({"token": self.caller.token});
        while let Message::Text(text) = socket.next().await.ok_or("no greeting")?? {
            match &*text {
                open if open.starts_with('0') => socket.send(Message::text(format!("40{token}"))).await?,
                ready if ready.starts_with("42[\"sync:required\"") => return Ok(()),
                error if error.starts_with("42[\"error\"") || error.starts_with("44") => return Err(error.into()),
                _ => {}
            }
        }
        Err("closed instead of greeted".into())
    }

    async fn say(&mut self, text: String) -> Result<(), Trouble> {
        match &mut self.way {
            Way::Socket(socket) => Ok(socket.send(Message::text(text)).await?),
            Way::Stream { .. } => Ok(()),
        }
    }
}

/// Returns what the answer to a `POST` means. Without an answer nobody knows.
fn posted(answer: Option<(u16, Value)>) -> Heard {
    match answer {
        Some((200, body)) => number(&body["data"]["id"]).map_or(Heard::Other, |id| Heard::Taken { id }),
        Some((_, body)) => Heard::Refused { code: body["code"].as_str().unwrap_or_default().into() },
        None => Heard::Refused { code: "UNAVAILABLE".into() },
    }
}

/// Takes one complete event out of the bytes that came.
fn event(torn: &mut Vec<u8>) -> Option<String> {
    let end = torn.windows(2).position(|bytes| bytes == b"\n\n")?;
    let event: Vec<u8> = torn.drain(..end + 2).collect();
    String::from_utf8(event).ok()
}

fn sse(event: &str) -> (Heard, Option<String>) {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_start);
    let heard = field("data:").map_or(Heard::Other, |data| Dialect::Rest.hear(data, "-").0);
    (heard, field("id:").map(Into::into))
}

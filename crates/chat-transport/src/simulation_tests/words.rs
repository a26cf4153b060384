//! What a client of each dialect sends.

use chat_domain::{MessageId, RoomId};
use serde_json::{Value, json};

/// A kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Dialect 1, over server-sent events.
    Stream,
    /// Dialect 1, polling with a cursor.
    Poll,
    /// Dialect 1, polling for messages.
    PollMessages,
    /// Dialect 1's WebSocket, which tells of messages only.
    Bare,
    /// Dialect 2: all chats over one socket.
    Multiplexed,
    /// Dialect 3: one room for each socket.
    Room,
    /// Dialect 4: the roulette.
    Roulette,
    /// Dialect 5, over a WebSocket.
    SocketIo,
    /// Dialect 5, over long polling, from which some go over to a WebSocket.
    LongPoll,
}

/// From where a client resumes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    Cursor(String),
    Message(u64),
}

/// What a client does in a room.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Send(String),
    Edit(u64, String),
    Delete(u64),
    Like(u64),
    Unlike(u64),
    Read(u64),
    Types(bool),
}

/// How a client sends it.
pub(super) enum Said {
    Frame(String),
    Request { method: &'static str, path: String, body: Value },
}

impl Kind {
    /// The kinds that hear everything. A client may change among them.
    pub(super) const WHOLE: &[Kind] =
        &[Kind::Stream, Kind::Poll, Kind::Multiplexed, Kind::Room, Kind::Roulette, Kind::SocketIo, Kind::LongPoll];
    /// Those that hear messages alone.
    pub(super) const PARTIAL: &[Kind] = &[Kind::PollMessages, Kind::Bare];
    /// Those of which one connection has all rooms.
    pub(super) const JOINING: &[Kind] = &[Kind::Multiplexed, Kind::SocketIo, Kind::LongPoll];

    /// Whether one connection has all rooms.
    pub(super) fn joins(self) -> bool {
        Kind::JOINING.contains(&self)
    }

    /// Whether it speaks dialect 5.
    pub(super) fn is_socketio(self) -> bool {
        matches!(self, Kind::SocketIo | Kind::LongPoll)
    }

    /// Tells whether its client is told who is online.
    pub(super) fn hears_presence(self) -> bool {
        self.joins() || matches!(self, Kind::Room | Kind::Roulette)
    }

    /// Whether it asks again and again, without being there in between.
    pub(super) fn polls(self) -> bool {
        matches!(self, Kind::Poll | Kind::PollMessages)
    }

    /// Tells whether it hears messages only.
    pub(super) fn is_partial(self) -> bool {
        Kind::PARTIAL.contains(&self)
    }

    /// Returns the address at which it listens.
    pub(super) fn path(self, room: RoomId, token: &str, from: &From) -> String {
        let (name, value) = self.field(from);
        let from = format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), Into::into));
        match self {
            Kind::Stream => format!("/api/chats/{room}/stream?token={token}&{from}"),
            Kind::Poll | Kind::PollMessages => format!("/api/chats/{room}/poll?wait=2&{from}"),
            Kind::Bare => format!("/chat/{room}?token={token}&{from}"),
            Kind::Multiplexed => format!("/ws?token={token}"),
            Kind::Room => format!("/ws/chat/{room}/?token={token}&{from}"),
            Kind::Roulette => format!("/api/v1/ws?chat_id={}&token={token}&{from}", room.uuid()),
            Kind::SocketIo => "/socket.io/?EIO=4&transport=websocket".into(),
            Kind::LongPoll => String::new(),
        }
    }

    /// Returns the frame that joins a room, where connecting does not.
    pub(super) fn join(self, room: RoomId, from: &From) -> String {
        let (name, value) = self.field(from);
        match self {
            Kind::Multiplexed => json!({"type": "join_chat", "chat_id": room.number(), name: value}).to_string(),
            _ => event(0, "chat:join", json!({"chat_id": room.uuid().to_string(), name: value})),
        }
    }

    /// Returns how it does this in a room.
    pub(super) fn says(self, room: RoomId, act: &Act) -> Said {
        match self {
            Kind::Stream | Kind::Poll | Kind::PollMessages => request(room, act),
            Kind::Bare => match act {
                Act::Send(name) => {
                    Said::Frame(json!({"type": "message", "content": name, "client_id": name}).to_string())
                }
                _ => request(room, act),
            },
            Kind::Multiplexed => {
                let (kind, mut fields) = plain(act, "content");
                (fields["type"], fields["chat_id"]) = (kind.into(), room.number().into());
                Said::Frame(fields.to_string())
            }
            Kind::Room => {
                let (kind, mut fields) = plain(act, "message");
                fields["type"] = match kind {
                    "send_message" => "chat_message".into(),
                    "read_messages" => "mark_read".into(),
                    kind => kind.into(),
                };
                Said::Frame(fields.to_string())
            }
            Kind::Roulette => {
                let (kind, payload) = spelled(act);
                let kind = if kind == "read_messages" { "mark_read" } else { kind };
                Said::Frame(json!({"type": kind, "payload": payload}).to_string())
            }
            Kind::SocketIo | Kind::LongPoll => {
                let (kind, mut fields) = spelled(act);
                fields["chat_id"] = room.uuid().to_string().into();
                let name = match kind {
                    "send_message" => "chat:message:send",
                    "edit_message" => "chat:message:edit",
                    "delete_message" => "chat:message:delete",
                    "like_message" => "chat:message:like",
                    "unlike_message" => "chat:message:unlike",
                    "read_messages" => "chat:message:read",
                    _ => "chat:typing",
                };
                Said::Frame(event(if name == "chat:message:send" { 1 } else { 2 }, name, fields))
            }
        }
    }

    fn field(self, from: &From) -> (&'static str, Value) {
        match (from, self) {
            (From::Cursor(cursor), _) => ("cursor", json!(cursor)),
            (From::Message(id), kind) if kind == Kind::Roulette || kind.is_socketio() => {
                ("last_message_id", json!(uuid(*id)))
            }
            (From::Message(id), _) => ("last_message_id", json!(id)),
        }
    }
}

/// Makes an event of Socket.IO that asks for this acknowledgement.
fn event(ack: u64, name: &str, fields: Value) -> String {
    format!("42{ack}{}", json!([name, fields]))
}

/// Writes ids as numbers, as in dialects 2 and 3.
fn plain(act: &Act, text: &str) -> (&'static str, Value) {
    fields(act, text, |id| id.into())
}

/// Writes ids as UUIDs, as in dialects 4 and 5.
fn spelled(act: &Act) -> (&'static str, Value) {
    fields(act, "content", |id| uuid(id).into())
}

fn fields(act: &Act, text: &str, spell: impl Fn(u64) -> Value) -> (&'static str, Value) {
    match act {
        Act::Send(name) => ("send_message", json!({text: name, "client_id": name})),
        Act::Edit(id, content) => ("edit_message", json!({"message_id": spell(*id), text: content})),
        Act::Delete(id) => ("delete_message", json!({"message_id": spell(*id)})),
        Act::Like(id) => ("like_message", json!({"message_id": spell(*id)})),
        Act::Unlike(id) => ("unlike_message", json!({"message_id": spell(*id)})),
        Act::Read(id) => ("read_messages", json!({"message_id": spell(*id)})),
        Act::Types(is_typing) => ("typing", json!({"is_typing": is_typing})),
    }
}

/// Does it over HTTP.
fn request(room: RoomId, act: &Act) -> Said {
    let (method, path, body) = match act {
        Act::Send(name) => ("POST", "messages".into(), json!({"content": name, "client_id": name})),
        Act::Edit(id, content) => ("PATCH", format!("messages/{id}"), json!({"content": content})),
        Act::Delete(id) => ("DELETE", format!("messages/{id}"), json!({})),
        Act::Like(id) => ("PUT", format!("messages/{id}/like"), json!({})),
        Act::Unlike(id) => ("DELETE", format!("messages/{id}/like"), json!({})),
        Act::Read(id) => ("POST", "read".into(), json!({"message_id": id})),
        Act::Types(is_typing) => ("POST", "typing".into(), json!({"is_typing": is_typing})),
    };
    Said::Request { method, path: format!("/api/chats/{room}/{path}"), body }
}

fn uuid(message: u64) -> String {
    i64::try_from(message).ok().and_then(MessageId::new).map(|id| id.uuid().to_string()).unwrap_or_default()
}

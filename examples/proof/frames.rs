//! What a client of each dialect sends, and how it understands what it hears.

use serde_json::{Value, json};

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Dialect 1: posts over HTTP, and hears over server-sent events.
    Rest,
    /// Dialect 2.
    Multiplexed,
    /// Dialect 3.
    Room,
    /// Dialect 4.
    Roulette,
    /// Dialect 5, over a WebSocket.
    SocketIo,
}

/// From where a client resumes: behind a cursor, or behind a message.
#[derive(Clone, Debug)]
pub(crate) enum From {
    Cursor(String),
    Message(u64),
}

/// The content of a frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A message in the room.
    Message { id: u64, content: String },
    /// The client's own message was stored.
    Taken { id: u64 },
    /// It was refused.
    Refused { code: String },
    /// What the client missed was pruned.
    Lost,
    /// The room is joined.
    Joined,
    /// Socket.IO: the client must answer with this.
    Answer(&'static str),
    /// Anything else.
    Other,
}

impl Dialect {
    pub(crate) const ALL: [Dialect; 5] =
        [Dialect::Rest, Dialect::Multiplexed, Dialect::Room, Dialect::Roulette, Dialect::SocketIo];

    /// Returns the address at which a client listens.
    pub(crate) fn path(self, room: u64, token: &str, from: &From) -> String {
        let from = from.query(self);
        match self {
            Dialect::Rest => format!("/api/chats/{room}/stream?token={token}&{from}"),
            Dialect::Multiplexed => format!("/ws?token={token}"),
            Dialect::Room => format!("/ws/chat/{room}/?token={token}&{from}"),
            Dialect::Roulette => format!("/api/v1/ws?chat_id={}&token={token}&{from}", uuid(ROOM, room)),
            Dialect::SocketIo => "/socket.io/?EIO=4&transport=websocket".into(),
        }
    }

    /// Returns the text that joins the room, where connecting does not.
    pub(crate) fn join(self, room: u64, from: &From) -> Option<String> {
        let (name, value) = from.field(self);
        match self {
            Dialect::Multiplexed => Some(json!({"type": "join_chat", "chat_id": room, name: value}).to_string()),
            Dialect::SocketIo => {
                Some(format!("420{}", json!(["chat:join", {"chat_id": uuid(ROOM, room), name: value}])))
            }
            Dialect::Rest | Dialect::Room | Dialect::Roulette => None,
        }
    }

    /// Returns the text that sends a message with this content and name.
    pub(crate) fn send(self, room: u64, content: &str, name: &str) -> String {
        match self {
            Dialect::Rest => json!({"content": content, "client_id": name}).to_string(),
            Dialect::Multiplexed => {
                json!({"type": "send_message", "chat_id": room, "content": content, "client_id": name}).to_string()
            }
            Dialect::Room => json!({"type": "chat_message", "message": content, "client_id": name}).to_string(),
            Dialect::Roulette => {
                json!({"type": "send_message", "payload": {"content": content, "client_id": name}}).to_string()
            }
            Dialect::SocketIo => {
                let room = uuid(ROOM, room);
                let body = json!({"chat_id": room, "type": "text", "content": content, "client_id": name});
                format!("421{}", json!(["chat:message:send", body]))
            }
        }
    }

    /// Returns what a frame says, and its cursor.
    pub(crate) fn hear(self, frame: &str, token: &str) -> (Heard, Option<String>) {
        match self {
            Dialect::SocketIo => socketio(frame, token),
            _ => plain(&serde_json::from_str(frame).unwrap_or_default()),
        }
    }
}

impl From {
    fn query(&self, dialect: Dialect) -> String {
        let (name, value) = self.field(dialect);
        format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), Into::into))
    }

    fn field(&self, dialect: Dialect) -> (&'static str, Value) {
        match (self, dialect) {
            (From::Cursor(cursor), _) => ("cursor", json!(cursor)),
            (From::Message(id), Dialect::Roulette | Dialect::SocketIo) => {
                ("last_message_id", json!(uuid(MESSAGE, *id)))
            }
            (From::Message(id), _) => ("last_message_id", json!(id)),
        }
    }
}

/// Reads an object with a type, as in dialects 1 to 4.
fn plain(frame: &Value) -> (Heard, Option<String>) {
    let cursor = frame["cursor"].as_str().map(Into::into);
    let fields = ["data", "payload", "message"].into_iter().map(|name| &frame[name]).find(|inner| inner.is_object());
    let fields = fields.unwrap_or(frame);
    let heard = match frame["type"].as_str().unwrap_or_default() {
        "message" | "new_message" => message(&fields["id"], &fields["content"]),
        "chat_message" => message(&fields["message_id"], &fields["message"]),
        "message_sent" => number(&fields["message_id"]).map_or(Heard::Other, |id| Heard::Taken { id }),
        "error" => refused(fields),
        "joined_chat" => Heard::Joined,
        "resync" => Heard::Lost,
        _ => Heard::Other,
    };
    (heard, cursor)
}

/// Reads a packet of Engine.IO and Socket.IO, as in dialect 5.
fn socketio(frame: &str, token: &str) -> (Heard, Option<String>) {
    if frame == "2" {
        return (Heard::Answer("3"), None);
    }
    if frame.starts_with('0') {
        return (Heard::Answer("40"), None);
    }
    debug_assert!(!token.is_empty(), "a handshake without a credential");
    let parts = |from: usize| serde_json::from_str::<Value>(frame.get(from..).unwrap_or_default()).unwrap_or_default();
    let cursor = |fields: &Value| fields["cursor"].as_str().map(Into::into);
    if let Some(ack) = frame.strip_prefix("43") {
        let (answers_join, parts) = (ack.starts_with('0'), parts(3));
        let fields = &parts[0];
        let heard = match (fields["status"].as_str(), answers_join) {
            (Some("error"), _) => refused(fields),
            (_, true) => Heard::Joined,
            (_, false) => number(&fields["message_id"]).map_or(Heard::Other, |id| Heard::Taken { id }),
        };
        return (heard, cursor(fields));
    }
    if !frame.starts_with("42") {
        return (Heard::Other, None);
    }
    let parts = parts(2);
    let fields = &parts[1];
    let heard = match parts[0].as_str().unwrap_or_default() {
        "chat:message:new" => message(&fields["id"], &fields["content"]),
        "sync:required" if fields["reason"] == "history_pruned" => Heard::Lost,
        "sync:required" => Heard::Answer(""),
        "error" => refused(fields),
        _ => Heard::Other,
    };
    (heard, cursor(fields))
}

fn message(id: &Value, content: &Value) -> Heard {
    match (number(id), content.as_str()) {
        (Some(id), Some(content)) => Heard::Message { id, content: content.into() },
        _ => Heard::Other,
    }
}

fn refused(fields: &Value) -> Heard {
    Heard::Refused { code: fields["code"].as_str().unwrap_or_default().into() }
}

/// Returns the number of an id, in either spelling.
pub(crate) fn number(id: &Value) -> Option<u64> {
    if let Some(id) = id.as_u64() {
        return Some(id);
    }
    let digits = id.as_str()?.get(20..)?.replace('-', "");
    u64::from_str_radix(&digits, 16).ok()
}

/// Returns the UUID of a number of this kind.
fn uuid(kind: u8, number: u64) -> String {
    format!("63686174-{kind:04x}-8000-8{:03x}-{:012x}", number >> 48, number & 0xffff_ffff_ffff)
}

const ROOM: u8 = 2;
const MESSAGE: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_an_id_are_one_number() {
        assert_eq!(number(&json!(uuid(3, 77))), Some(77));
        assert_eq!(number(&json!(77)), Some(77));
        assert_eq!(number(&json!("77")), None);
    }
}

//! Understanding what a client of each dialect hears.

use serde_json::Value;

use super::words::Kind;

/// A frame, parsed.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    /// The room that it names.
    pub(super) room: Option<u64>,
    /// The cursor that it carries.
    pub(super) cursor: Option<String>,
    pub(super) heard: Heard,
}

/// The content of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Heard {
    Sent {
        id: u64,
        content: String,
    },
    Edited {
        id: u64,
        content: String,
    },
    Deleted {
        id: u64,
    },
    Likes {
        id: u64,
        count: u64,
    },
    /// Somebody has read up to this message.
    Read {
        user: u64,
        upto: u64,
    },
    Added {
        user: u64,
    },
    Removed {
        user: u64,
    },
    Types {
        user: u64,
        is_typing: bool,
    },
    Online {
        user: u64,
        is_online: bool,
    },
    /// A message of the client's own was accepted. The dialect may name it.
    Taken {
        id: u64,
        name: Option<String>,
    },
    Refused {
        code: String,
        name: Option<String>,
    },
    /// What the client missed was pruned: it must load anew.
    Resync,
    /// The client has joined a room.
    Joined,
    /// Socket.IO: the client must answer with this.
    Answer(&'static str),
    /// Socket.IO: the client is connected.
    Ready,
    #[default]
    Other,
}

/// Parses a frame.
pub(super) fn hear(kind: Kind, text: &str) -> Frame {
    match kind {
        Kind::SocketIo | Kind::LongPoll => packet(text),
        Kind::Bare => bare(&parse(text)),
        _ => envelope(&parse(text)),
    }
}

/// Parses an object with a type, as in dialects 1 to 4.
pub(super) fn envelope(frame: &Value) -> Frame {
    let word = frame["type"].as_str().unwrap_or_default();
    let inner = ["data", "payload"].into_iter().map(|name| &frame[name]).find(|inner| inner.is_object());
    let fields = inner.unwrap_or(frame);
    let message = Some(&fields["message"]).filter(|message| message.is_object()).unwrap_or(fields);
    understood(word, frame, fields, message)
}

fn bare(frame: &Value) -> Frame {
    let word = if frame["status"] == "error" { "error" } else { "message" };
    understood(word, frame, frame, frame)
}

/// Parses a packet of Engine.IO and Socket.IO, as in dialect 5.
fn packet(text: &str) -> Frame {
    if text == "2" {
        return Frame { heard: Heard::Answer("3"), ..Frame::default() };
    }
    if let Some(ack) = text.strip_prefix("43") {
        let (number, rest) = ack.split_at(ack.find('[').unwrap_or(ack.len()));
        let fields = &parse(rest)[0];
        let word = match (fields["status"].as_str(), number) {
            (Some("error"), _) => "error",
            (Some("joined"), _) => "joined_chat",
            (_, "1") => "message_sent",
            _ => "",
        };
        let mut frame = understood(word, fields, fields, fields);
        // Only the send was acknowledged by this number; its name is not in the answer.
        if let (Heard::Refused { name, .. }, "1") = (&mut frame.heard, number) {
            *name = Some(String::new());
        }
        return frame;
    }
    let Some(event) = text.strip_prefix("42") else { return Frame::default() };
    let event = parse(event);
    let fields = &event[1];
    let word = match event[0].as_str().unwrap_or_default() {
        "sync:required" if fields["reason"] == "history_pruned" => "resync",
        "sync:required" => "ready",
        word => word,
    };
    understood(word, fields, fields, fields)
}

fn understood(word: &str, frame: &Value, fields: &Value, message: &Value) -> Frame {
    let named = |name: &str| number(&message[name]).or_else(|| number(&fields[name]));
    let text = |name: &str| message[name].as_str().or_else(|| fields[name].as_str()).map(str::to_owned);
    let room = ["chat_id", "room_id"].iter().find_map(|name| number(&frame[*name]).or_else(|| number(&fields[*name])));
    let id = named("id").or_else(|| named("message_id"));
    let user = named("user_id").or_else(|| number(&fields["user"]["id"]));
    let heard = match (word, id, user) {
        ("message" | "new_message" | "chat_message" | "chat:message:new", Some(id), _) => {
            let content = text("content").or_else(|| fields["message"].as_str().map(Into::into)).unwrap_or_default();
            Heard::Sent { id, content }
        }
        ("message_updated" | "message_edited" | "chat:message:edited", Some(id), _) => {
            let content = text("content").or_else(|| fields["message"].as_str().map(Into::into)).unwrap_or_default();
            Heard::Edited { id, content }
        }
        ("message_deleted" | "chat:message:deleted", Some(id), _) => Heard::Deleted { id },
        ("message_liked" | "message_unliked" | "chat:message:liked" | "chat:message:unliked", Some(id), _) => {
            Heard::Likes { id, count: fields["likes_count"].as_u64().unwrap_or(u64::MAX) }
        }
        ("messages_read", _, Some(user)) => match number(&fields["last_message_id"]) {
            Some(upto) => Heard::Read { user, upto },
            None => Heard::Other,
        },
        ("member_added" | "chat:member:added", _, Some(user)) => Heard::Added { user },
        ("member_removed" | "chat:member:removed", _, Some(user)) => Heard::Removed { user },
        ("typing" | "typing_indicator" | "chat:typing", _, Some(user)) => {
            Heard::Types { user, is_typing: fields["is_typing"] == true }
        }
        ("user_status", _, Some(user)) => {
            let is_online = fields["is_online"].as_bool().unwrap_or_else(|| fields["status"] != "offline");
            Heard::Online { user, is_online }
        }
        ("user_offline" | "user:offline", _, Some(user)) => Heard::Online { user, is_online: false },
        ("user:online", _, Some(user)) => Heard::Online { user, is_online: true },
        ("message_sent", Some(id), _) => Heard::Taken { id, name: text("client_id") },
        ("error", ..) => Heard::Refused { code: text("code").unwrap_or_default(), name: text("client_id") },
        ("joined_chat", ..) => Heard::Joined,
        ("resync", ..) => Heard::Resync,
        ("ready", ..) => Heard::Ready,
        _ => Heard::Other,
    };
    Frame { room, cursor: frame["cursor"].as_str().map(Into::into), heard }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Returns the number of an id, in either spelling.
pub(super) fn number(id: &Value) -> Option<u64> {
    if let Some(id) = id.as_u64() {
        return Some(id);
    }
    let digits = id.as_str()?.get(20..)?.replace('-', "");
    u64::from_str_radix(&digits, 16).ok()
}

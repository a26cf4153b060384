//! What a client of each dialect says, and how it recognises what it hears.

use clap::ValueEnum;

/// A dialect over WebSockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// Dialect 1's small WebSocket per chat.
    Rest,
    /// Dialect 2.
    Multiplexed,
    /// Dialect 3.
    Room,
    /// Dialect 4.
    Roulette,
    /// Dialect 5.
    Socketio,
    /// None: what the bare broadcaster understands.
    #[value(skip)]
    Bare,
}

/// What a frame from the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A message of somebody.
    Message,
    /// The answer to something that was asked for.
    Answer,
    /// The connection is ready for more.
    Ready,
    /// Something was refused.
    Error,
    /// Engine.IO asks for a sign of life.
    Ping,
    /// Engine.IO has opened.
    Opened,
    /// Anything else.
    Other,
}

impl Dialect {
    /// The address of the WebSocket, with a cursor where it names the room.
    pub(crate) fn path(self, room: u64, token: &str, cursor: Option<&str>) -> String {
        let cursor = cursor.filter(|_| self.join(room, None).is_none());
        let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let path = match self {
            Dialect::Rest => format!("/chat/{room}?token={token}"),
            Dialect::Multiplexed => format!("/ws?token={token}"),
            Dialect::Room => format!("/ws/chat/{room}/?token={token}"),
            Dialect::Roulette => format!("/api/v1/ws?chat_id={}&token={token}", uuid(room)),
            Dialect::Socketio => "/socket.io/?EIO=4&transport=websocket".to_owned(),
            Dialect::Bare => format!("/{room}"),
        };
        path + &from
    }

    /// Whether the server greets: before that, nothing is to be said.
    pub(crate) fn greets(self) -> bool {
        matches!(self, Dialect::Multiplexed | Dialect::Socketio)
    }

    /// What makes a room heard where connecting does not.
    pub(crate) fn join(self, room: u64, cursor: Option<&str>) -> Option<String> {
        let cursor = cursor.map(|cursor| format!(",\"cursor\":\"{cursor}\"")).unwrap_or_default();
        match self {
            Dialect::Multiplexed => Some(format!("{{\"type\":\"join_chat\",\"chat_id\":{room}{cursor}}}")),
            Dialect::Socketio => Some(format!("420[\"chat:join\",{{\"chat_id\":\"{}\"{cursor}}}]", uuid(room))),
            _ => None,
        }
    }

    /// A message to a room. Socket.IO's is acknowledged under any number; all others always are.
    pub(crate) fn send(self, room: u64, content: &str) -> String {
        match self {
            Dialect::Rest => format!("{{\"type\":\"message\",\"content\":\"{content}\"}}"),
            Dialect::Multiplexed => {
                format!("{{\"type\":\"send_message\",\"chat_id\":{room},\"content\":\"{content}\"}}")
            }
            Dialect::Room => format!("{{\"type\":\"chat_message\",\"message\":\"{content}\"}}"),
            Dialect::Roulette => format!("{{\"type\":\"send_message\",\"payload\":{{\"content\":\"{content}\"}}}}"),
            Dialect::Socketio => format!(
                "421[\"chat:message:send\",{{\"chat_id\":\"{}\",\"type\":\"text\",\"content\":\"{content}\"}}]",
                uuid(room)
            ),
            Dialect::Bare => content.to_owned(),
        }
    }

    /// What a frame is, told by its first bytes.
    pub(crate) fn kind(self, frame: &[u8]) -> Kind {
        let table: &[(&str, Kind)] = match self {
            Dialect::Rest => &[("{\"id\":", Kind::Message)],
            Dialect::Multiplexed | Dialect::Roulette | Dialect::Bare => &MULTIPLEXED,
            Dialect::Room => &ROOM,
            Dialect::Socketio => &SOCKETIO,
        };
        table.iter().find(|(begins, _)| frame.starts_with(begins.as_bytes())).map_or(Kind::Other, |(_, kind)| *kind)
    }
}

/// The UUID of a room.
pub(crate) fn uuid(room: u64) -> String {
    format!("63686174-0002-8000-8000-{room:012x}")
}

const MULTIPLEXED: [(&str, Kind); 6] = [
    ("{\"type\":\"new_message\"", Kind::Message),
    ("{\"type\":\"message_sent\"", Kind::Answer),
    ("{\"type\":\"joined_chat\"", Kind::Answer),
    ("{\"type\":\"cursor\"", Kind::Answer),
    ("{\"type\":\"connected\"", Kind::Ready),
    ("{\"type\":\"error\"", Kind::Error),
];
const ROOM: [(&str, Kind); 4] = [
    ("{\"type\":\"chat_message\"", Kind::Message),
    ("{\"type\":\"cursor\"", Kind::Answer),
    ("{\"type\":\"message_sent\"", Kind::Answer),
    ("{\"type\":\"error\"", Kind::Error),
];
const SOCKETIO: [(&str, Kind); 8] = [
    ("42[\"chat:message:new\"", Kind::Message),
    ("430[{\"status\":\"error\"", Kind::Error),
    ("431[{\"status\":\"error\"", Kind::Error),
    ("43", Kind::Answer),
    ("42[\"sync:required\"", Kind::Ready),
    ("42[\"error\"", Kind::Error),
    ("0{", Kind::Opened),
    ("2", Kind::Ping),
];

//! What a client of each dialect sends, and how it recognises what it hears.

use std::sync::atomic::{AtomicUsize, Ordering};

use clap::ValueEnum;

/// A dialect over WebSockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// Dialect 1's small WebSocket for one chat.
    Rest,
    /// Dialect 2.
    Multiplexed,
    /// Dialect 3.
    Room,
    /// Dialect 4.
    Roulette,
    /// Dialect 5.
    Socketio,
    /// No dialect: what the bare broadcaster understands, and other servers as bare.
    #[value(skip)]
    Bare,
    /// Plain Socket.IO of another server, with events named here.
    #[value(skip)]
    OtherSocketio,
    /// XMPP's rooms over a WebSocket, for guests.
    #[value(skip)]
    Xmpp,
}

/// The kind of a frame from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A message.
    Message,
    /// An answer to a request.
    Answer,
    /// The connection is ready.
    Ready,
    /// A refusal.
    Error,
    /// Engine.IO's ping.
    Ping,
    /// Engine.IO's opening packet.
    Opened,
    /// Anything else.
    Other,
}

impl Dialect {
    /// Returns the address of the WebSocket, with a cursor where the address names the room.
    pub(crate) fn path(self, room: u64, token: &str, cursor: Option<&str>) -> String {
        let cursor = cursor.filter(|_| self.join(room, None).is_none());
        let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let path = match self {
            Dialect::Rest => format!("/chat/{room}?token={token}"),
            Dialect::Multiplexed => format!("/ws?token={token}"),
            Dialect::Room => format!("/ws/chat/{room}/?token={token}"),
            Dialect::Roulette => format!("/api/v1/ws?chat_id={}&token={token}", uuid(room)),
            Dialect::Socketio | Dialect::OtherSocketio => "/socket.io/?EIO=4&transport=websocket".to_owned(),
            Dialect::Bare => format!("/{room}"),
            Dialect::Xmpp => "/ws".to_owned(),
        };
        path + &from
    }

    /// Returns what must be sent first: texts, each after a frame of that kind has come, or at once. The token is for Socket.IO.
    pub(crate) fn greeting(self, token: &str) -> Vec<(Option<Kind>, String)> {
        match self {
            Dialect::Socketio | Dialect::OtherSocketio => {
                vec![(Some(Kind::Opened), format!("40{{\"token\":\"{token}\"}}"))]
            }
            Dialect::Xmpp => vec![
                (None, XMPP_OPEN.to_owned()),
                (Some(Kind::Ready), format!("<auth xmlns=\"{XMPP}-sasl\" mechanism=\"ANONYMOUS\"/>")),
                (Some(Kind::Opened), XMPP_OPEN.to_owned()),
                (Some(Kind::Ready), format!("<iq type=\"set\" id=\"b\"><bind xmlns=\"{XMPP}-bind\"/></iq>")),
            ],
            _ => Vec::new(),
        }
    }

    /// Returns the last frame before the connection is ready.
    pub(crate) fn ready(self) -> Option<Kind> {
        match self {
            Dialect::Multiplexed | Dialect::Socketio | Dialect::OtherSocketio => Some(Kind::Ready),
            Dialect::Xmpp => Some(Kind::Answer),
            _ => None,
        }
    }

    /// Returns the kind of the frame that confirms a join.
    pub(crate) fn joined(self) -> Kind {
        // XMPP confirms with the room's subject, which is a message.
        if self == Dialect::Xmpp { Kind::Message } else { Kind::Answer }
    }

    /// Returns the text that joins a room, where connecting does not.
    pub(crate) fn join(self, room: u64, cursor: Option<&str>) -> Option<String> {
        let cursor = cursor.map(|cursor| format!(",\"cursor\":\"{cursor}\"")).unwrap_or_default();
        match self {
            Dialect::Multiplexed => Some(format!("{{\"type\":\"join_chat\",\"chat_id\":{room}{cursor}}}")),
            Dialect::Xmpp => {
                let nick = NICKS.fetch_add(1, Ordering::Relaxed);
                Some(format!(
                    "<presence to=\"r{room}@conference.localhost/{nick}\"><x xmlns=\"http://jabber.org/protocol/muc\"/></presence>"
                ))
            }
            Dialect::OtherSocketio => Some(format!("420[\"join\",\"{room}\"]")),
            Dialect::Socketio => Some(format!("420[\"chat:join\",{{\"chat_id\":\"{}\"{cursor}}}]", uuid(room))),
            _ => None,
        }
    }

    /// Returns the text that sends a message. Socket.IO's asks for an acknowledgement; the others always get an answer.
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
            Dialect::OtherSocketio => format!("42[\"say\",\"{room}\",\"{content}\"]"),
            Dialect::Xmpp => format!(
                "<message type=\"groupchat\" to=\"r{room}@conference.localhost\"><body>{content}</body></message>"
            ),
            Dialect::Bare => content.to_owned(),
        }
    }

    /// Returns the kind of a frame, from its first bytes.
    pub(crate) fn kind(self, frame: &[u8]) -> Kind {
        let table: &[(&str, Kind)] = match self {
            Dialect::Rest => &[("{\"id\":", Kind::Message)],
            Dialect::Multiplexed | Dialect::Roulette | Dialect::Bare => &MULTIPLEXED,
            Dialect::Room => &ROOM,
            Dialect::Socketio => &SOCKETIO,
            Dialect::OtherSocketio => &OTHER_SOCKETIO,
            Dialect::Xmpp => &XMPP_FRAMES,
        };
        table.iter().find(|(begins, _)| frame.starts_with(begins.as_bytes())).map_or(Kind::Other, |(_, kind)| *kind)
    }
}

/// Returns the UUID of a room.
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
const OTHER_SOCKETIO: [(&str, Kind); 5] = [
    ("42[\"message\"", Kind::Message),
    ("430", Kind::Answer),
    ("40", Kind::Ready),
    ("0{", Kind::Opened),
    ("2", Kind::Ping),
];
const XMPP_FRAMES: [(&str, Kind); 5] = [
    ("<message", Kind::Message),
    ("<iq", Kind::Answer),
    ("<stream:features", Kind::Ready),
    ("<success", Kind::Opened),
    ("<failure", Kind::Error),
];
const XMPP: &str = "urn:ietf:params:xml:ns:xmpp";
const XMPP_OPEN: &str = "<open xmlns=\"urn:ietf:params:xml:ns:xmpp-framing\" to=\"localhost\" version=\"1.0\"/>";
/// Counts the guests, so that no two in a room have the same name.
static NICKS: AtomicUsize = AtomicUsize::new(0);

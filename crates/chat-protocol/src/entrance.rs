//! The ways in, and the shapes that an event takes on the way out.

use chat_domain::{RoomId, UserId};

use crate::features::Features;
use crate::news::News;

/// A way into the server that carries live events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entrance {
    /// Dialect 1: `GET /api/chats/{id}/stream`; also the envelopes of `poll?cursor=`.
    Sse,
    /// Dialect 1: WebSocket `/chat/{id}`, which carries message objects alone.
    Bare,
    /// Dialect 2: WebSocket `/ws`.
    Multiplexed,
    /// Dialect 3: WebSocket `/ws/chat/{room}/`.
    Room(Lang),
    /// Dialect 4: WebSocket `/api/v1/ws?chat_id=`.
    Roulette,
    /// Dialect 4: WebSocket `/api/v1/ws` without a chat: the user's own.
    Personal,
    /// Dialect 5: Socket.IO, namespace `/`.
    SocketIo,
}

/// The language of the texts that people see in dialect 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// As the document has them.
    #[default]
    Russian,
    /// English words, asked for by `?lang=en`.
    English,
}

/// Everything that makes one recipient's frame differ from another's, the recipient aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// Which way in.
    pub entrance: Entrance,
    /// Whether durable frames carry a cursor.
    pub cursor: bool,
    /// What was asked for beyond the documents.
    pub features: Features,
}

impl Endpoint {
    /// The shape of what is told there.
    pub fn shape(self, cursor: bool) -> Shape {
        Shape { entrance: self.entrance, cursor, features: self.features }
    }
}

impl Shape {
    /// The shape whose frames of this news are the same: without the additions that make no difference in them.
    pub fn masked(self, news: impl IntoIterator<Item = News>) -> Shape {
        if self.features == Features::NONE {
            return self;
        }
        let shown = news.into_iter().map(|news| self.features.shown_by(&news));
        Shape { features: shown.fold(Features::NONE, Features::and), ..self }
    }
}

/// For whom a frame is made, where that makes a difference: one encoding serves everybody with the same shape and audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Everybody hears the same.
    Everyone,
    /// Who did it (all of their sockets).
    Author,
    /// Everybody but who did it.
    Others,
    /// This user alone.
    Only(UserId),
}

/// Where a frame was said: decoding and error frames need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Which way in.
    pub entrance: Entrance,
    /// The room that the address named, in dialects where it does.
    pub room: Option<RoomId>,
    /// What was asked for beyond the documents.
    pub features: Features,
}

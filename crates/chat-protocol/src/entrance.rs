//! The entrances to the server, and the shapes of frames.

use chat_domain::{RoomId, UserId};

use crate::features::Features;
use crate::news::News;

/// A sort of socket or stream that carries live events.
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
    /// Dialect 4: WebSocket `/api/v1/ws` without a chat, for the user's own news.
    Personal,
    /// Dialect 5: Socket.IO, namespace `/`.
    SocketIo,
}

/// The language of the texts that people see in dialect 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// The texts of the document, in Russian.
    #[default]
    Russian,
    /// The texts in English, asked for with `?lang=en`.
    English,
}

/// Everything on which a frame depends besides its [`Audience`]. Whoever has the same shape and audience can share a
/// frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// The entrance.
    pub entrance: Entrance,
    /// Whether durable frames carry a cursor.
    pub cursor: bool,
    /// The additions that were asked for.
    pub features: Features,
}

impl Endpoint {
    /// Returns the shape of frames at this endpoint.
    pub fn shape(self, cursor: bool) -> Shape {
        Shape { entrance: self.entrance, cursor, features: self.features }
    }
}

impl Shape {
    /// Returns the shape without the additions that make no difference for this news, so that more readers share its
    /// frames.
    pub fn masked(self, news: impl IntoIterator<Item = News>) -> Shape {
        if self.features == Features::NONE {
            return self;
        }
        let shown = news.into_iter().map(|news| self.features.shown_by(&news));
        Shape { features: shown.fold(Features::NONE, Features::and), ..self }
    }
}

/// To whom a frame is told, where that makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Everybody; all are told the same.
    Everyone,
    /// The person who did it, on all of their sockets.
    Author,
    /// Everybody except the person who did it.
    Others,
    /// Only this user.
    Only(UserId),
}

/// Where a frame came from, which reading it and answering it depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The entrance.
    pub entrance: Entrance,
    /// The room that the address named, in dialects where it names one.
    pub room: Option<RoomId>,
    /// The additions that were asked for.
    pub features: Features,
}

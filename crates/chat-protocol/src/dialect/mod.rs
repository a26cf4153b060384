//! The five dialects, each in a module of its own, and the choice between them.

pub(crate) mod additions;
pub(crate) mod bare;
pub(crate) mod extra;
pub(crate) mod fields;
pub(crate) mod loose;
pub(crate) mod multiplexed;
pub(crate) mod room;
pub(crate) mod roulette;
pub(crate) mod socketio;
pub(crate) mod sse;

use chat_domain::{Change, Event, Head, RoomId, UserId};

use crate::cursor::Cursor;
use crate::entrance::{Audience, Endpoint, Entrance, Shape};
use crate::features::Features;
use crate::frames::Frames;
use crate::news::News;
use crate::request::{Asked, Context, Rejected};
use crate::trouble::Trouble;

/// Reads a frame that a client sent on a WebSocket. For Socket.IO, `payload` is the JSON array of an EVENT packet (its
/// name and arguments), and `ack` is the packet's ACK id.
pub fn decode(endpoint: Endpoint, payload: &[u8], ack: Option<u64>) -> Result<Asked, Rejected> {
    let mut context = Context { room: endpoint.room, ack, ..Context::default() };
    let request = match endpoint.entrance {
        Entrance::Sse => Err(Trouble::Malformed("a stream takes no frames".into())),
        Entrance::Bare => room_of(endpoint).and_then(|room| bare::decode(room, payload, &mut context)),
        Entrance::Multiplexed => multiplexed::decode(payload, &mut context),
        Entrance::Room(_) => room_of(endpoint).and_then(|room| room::decode(room, payload, &mut context)),
        Entrance::Roulette | Entrance::Personal => roulette::decode(payload, &mut context),
        Entrance::SocketIo => socketio::decode(payload, &mut context),
    };
    match request {
        Ok(request) => Ok(Asked { request, context }),
        Err(trouble) => Err(Rejected { trouble, context }),
    }
}

/// Returns the token that a Socket.IO client sends when it connects: `{"token":"…"}`.
pub fn handshake_token(auth: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct AuthWire {
        token: String,
    }
    serde_json::from_slice::<AuthWire>(auth).ok().map(|auth| auth.token)
}

/// Returns the additions that a Socket.IO client asks for when it connects: `{"features":"…"}`, or an array of names.
pub fn handshake_features(auth: &[u8]) -> Features {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum NamesWire {
        One(String),
        Many(Vec<String>),
        Other(serde::de::IgnoredAny),
    }
    #[derive(serde::Deserialize)]
    struct AuthWire {
        features: NamesWire,
    }
    match serde_json::from_slice(auth) {
        Ok(AuthWire { features: NamesWire::One(names) }) => Features::named(&names),
        Ok(AuthWire { features: NamesWire::Many(names) }) => Features::named(&names.join(",")),
        Ok(AuthWire { features: NamesWire::Other(_) }) | Err(_) => Features::NONE,
    }
}

/// Returns the audience to which this viewer belongs for this news at this entrance; `None` if the viewer is not told.
///
/// Nobody is told of their own typing or presence. In two cases, a room's event tells its author something else than
/// the others: in dialect 4, a message; in dialect 3, a read. The reader of dialect 3 is told `messages_marked_read` on
/// every socket, including the one that asked, so [`crate::reply::settled`] tells it only for a read that moved
/// nothing. In dialect 5, reads and deliveries are told only to the authors of the messages; the reader's own sockets
/// learn of them from their chat list.
pub fn audience(shape: Shape, news: &News, viewer: UserId) -> Option<Audience> {
    let about_somebody_else = match news {
        News::Typing(typing) => typing.person.id() != viewer,
        News::Presence(presence) => presence.person.id() != viewer,
        News::Summary { line, .. } => line.user == viewer,
        News::Notification(notification) => notification.user == viewer,
        News::Event(_) | News::PostLiked(_) | News::PostCommented(_) | News::Match { .. } | News::Left { .. } => true,
    };
    if !about_somebody_else || !is_asked_for(shape.features, news) {
        return None;
    }
    match shape.entrance {
        Entrance::Sse => sse::carries(news).then_some(Audience::Everyone),
        Entrance::Bare => bare::carries(news).then_some(Audience::Everyone),
        Entrance::Multiplexed => multiplexed::carries(news).then_some(Audience::Everyone),
        Entrance::Room(_) => room::audience(news, viewer),
        Entrance::Roulette => roulette::audience(news, viewer),
        Entrance::Personal => roulette::personal::carries(news).then_some(Audience::Everyone),
        Entrance::SocketIo => socketio::audience(news, viewer),
    }
}

/// Writes the frames of this news for everybody of this shape and audience: none, one or several. A frame is the
/// payload of a WebSocket frame; for SSE the complete event, with its `id:` if the shape has cursors; for Socket.IO the
/// complete text of an Engine.IO packet (`42[…]`).
pub fn encode(shape: Shape, audience: Audience, news: &News, epoch: u64, out: &mut Frames) {
    let cursors = match news {
        News::Event(event) if shape.cursor => Some(Cursors::of(event, epoch)),
        _ => None,
    };
    let features = shape.features;
    match shape.entrance {
        Entrance::Sse => sse::encode(news, features, cursors, out),
        Entrance::Bare => bare::encode(news, features, cursors, out),
        Entrance::Multiplexed => multiplexed::encode(news, features, cursors, out),
        Entrance::Room(lang) => room::encode((lang, features), audience, news, cursors, out),
        Entrance::Roulette => roulette::encode(audience, news, features, cursors, out),
        Entrance::Personal => roulette::personal::encode(news, features, out),
        Entrance::SocketIo => socketio::encode(audience, news, features, cursors, out),
    }
}

/// The cursors around an event: for a reader who has all of its frames, and for one who has only some.
#[derive(Clone, Copy)]
pub(crate) struct Cursors {
    after: Cursor,
}

impl Cursors {
    fn of(event: &Event, epoch: u64) -> Cursors {
        Cursors { after: Cursor { epoch, room: event.room, head: event.head } }
    }

    /// Returns the cursor of a reader who has the whole event.
    fn after(self) -> Cursor {
        self.after
    }

    /// Returns the cursor of a reader who has only some frames of a moved position. It is before the move, so that a
    /// resume tells the move as a whole.
    fn before(self) -> Cursor {
        let Head { seq, moves } = self.after.head;
        Cursor { head: Head { seq, moves: moves.saturating_sub(1) }, ..self.after }
    }
}

/// Writes a frame for each item of a moved position. Each frame has the cursor that is right if it is the last one to
/// arrive.
fn frame_each<T>(
    items: impl Iterator<Item = T>,
    cursors: Option<Cursors>,
    out: &mut Frames,
    write: impl Fn(&mut Vec<u8>, T, Option<Cursor>),
) {
    let mut items = items.peekable();
    while let Some(item) = items.next() {
        let last = items.peek().is_none();
        let cursor = cursors.map(|cursors| if last { cursors.after() } else { cursors.before() });
        out.frame(|bytes| write(bytes, item, cursor));
    }
}

/// Whether a client with these additions is told of this news: of an extra, only if it asked for that.
fn is_asked_for(features: Features, news: &News) -> bool {
    match news {
        News::Event(event) => is_event_asked_for(features, event),
        News::Typing(_) | News::Presence(_) | News::Summary { .. } | News::Notification(_) => true,
        News::PostLiked(_) | News::PostCommented(_) | News::Match { .. } | News::Left { .. } => true,
    }
}

/// Whether a client with these additions is told of this event.
pub(crate) fn is_event_asked_for(features: Features, event: &Event) -> bool {
    match &event.change {
        Change::Extra(extra) => features.has(Features::of_extra(extra)),
        Change::Created { .. } | Change::Added { .. } | Change::Removed { .. } => true,
        Change::Closed | Change::Sent { .. } | Change::Edited { .. } | Change::Deleted { .. } => true,
        Change::Liked { .. } | Change::Unliked { .. } | Change::Read(_) | Change::Delivered(_) => true,
    }
}

/// Whether a dialect that tells the changes of a room one by one tells this change. That a room was made or closed is
/// told in another way, or not at all.
fn is_told(change: &Change) -> bool {
    match change {
        Change::Created { .. } | Change::Closed => false,
        Change::Added { .. } | Change::Removed { .. } => true,
        Change::Sent { .. } | Change::Edited { .. } | Change::Deleted { .. } => true,
        Change::Liked { .. } | Change::Unliked { .. } => true,
        Change::Extra(extra) => extra.is_told(),
        Change::Read(_) | Change::Delivered(_) => true,
    }
}

fn room_of(endpoint: Endpoint) -> Result<RoomId, Trouble> {
    endpoint.room.ok_or_else(|| Trouble::Malformed("the address names no chat".into()))
}

//! The answers to a socket's own requests, and what it is told when it connects and joins. Each function writes the
//! frames of the endpoint's dialect, or none where the dialect has none.

use chat_domain::{Mood, Notification, Outcome, Person, Time};

use crate::cursor::Cursor;
use crate::dialect::{bare, multiplexed, room, roulette, socketio, sse};
use crate::entrance::{Endpoint, Entrance};
use crate::frames::Frames;
use crate::request::Context;
use crate::trouble::Trouble;

/// Writes the answer to a command that was carried out, or was so already: `message_sent`, an ACK, and on `/chat/{id}`
/// the message object again for a repeated send. Dialect 3's `messages_marked_read` is written here only for a read
/// that moved nothing. A read that moved the position is told by its event, to all sockets of its reader.
pub fn settled(endpoint: Endpoint, context: &Context, outcome: &Outcome, now: Time, out: &mut Frames) {
    match endpoint.entrance {
        Entrance::Sse => {}
        Entrance::Bare => bare::settled(outcome, endpoint.features, out),
        Entrance::Multiplexed => multiplexed::settled(context, outcome, out),
        Entrance::Room(_) => room::settled(context, outcome, out),
        Entrance::Roulette | Entrance::Personal => roulette::settled(context, outcome, out),
        Entrance::SocketIo => socketio::settled(context, outcome, now, out),
    }
}

/// Writes the answer to a request that is no command, once it was done: `pong`, `left_chat`, an ACK `{status:"ok"}`.
pub fn done(endpoint: Endpoint, context: &Context, now: Time, out: &mut Frames) {
    match endpoint.entrance {
        Entrance::Multiplexed => multiplexed::done(context, now, out),
        Entrance::SocketIo => socketio::done(context, out),
        Entrance::Sse | Entrance::Bare | Entrance::Room(_) | Entrance::Roulette | Entrance::Personal => {}
    }
}

/// Writes why a request was not done: an error frame, or an ACK.
pub fn refused(endpoint: Endpoint, context: &Context, trouble: &Trouble, now: Time, out: &mut Frames) {
    let features = endpoint.features;
    match endpoint.entrance {
        // A stream has no frame for it; it just ends.
        Entrance::Sse => {}
        Entrance::Bare => bare::refused(context, features, trouble, out),
        Entrance::Multiplexed => multiplexed::refused(context, features, trouble, now, out),
        Entrance::Room(lang) => room::refused((lang, features), context, trouble, out),
        Entrance::Roulette | Entrance::Personal => roulette::refused(context, features, trouble, out),
        Entrance::SocketIo => socketio::refused(context, features, trouble, now, out),
    }
}

/// Writes that the server goes away, on a stream: in how many milliseconds the browser is to reconnect. Other sockets
/// are told by their close.
pub fn farewell(at: Endpoint, wait: u64, out: &mut Frames) {
    if at.entrance == Entrance::Sse {
        sse::farewell(wait, out);
    }
}

/// Writes the first frames of a connection: `connected` (dialects 2 and 5); on a stream, when to reconnect.
pub fn hello(endpoint: Endpoint, person: &Person, socket_id: &str, now: Time, out: &mut Frames) {
    match endpoint.entrance {
        Entrance::Sse => sse::hello(out),
        Entrance::Multiplexed => multiplexed::hello(person, now, out),
        Entrance::SocketIo => socketio::hello(person, socket_id, now, out),
        Entrance::Bare | Entrance::Room(_) | Entrance::Roulette | Entrance::Personal => {}
    }
}

/// Writes that a room was joined: `joined_chat`, the ACK of `chat:join`, the first `cursor` frame (dialects 3 and 4,
/// and SSE; only with cursors).
pub fn joined(endpoint: Endpoint, context: &Context, cursor: Option<Cursor>, now: Time, out: &mut Frames) {
    match endpoint.entrance {
        Entrance::Sse => sse::joined(cursor, out),
        Entrance::Bare | Entrance::Personal => {}
        Entrance::Multiplexed => multiplexed::joined(context, cursor, now, out),
        Entrance::Room(_) => room::joined(cursor, out),
        Entrance::Roulette => roulette::joined(cursor, out),
        Entrance::SocketIo => socketio::joined(context, cursor, out),
    }
}

/// Writes that what the reader missed is no longer kept: the client must load the room anew and go on from this cursor.
pub fn resync(endpoint: Endpoint, person: &Person, cursor: Cursor, now: Time, out: &mut Frames) {
    match endpoint.entrance {
        Entrance::Sse => sse::resync(cursor, out),
        Entrance::Bare | Entrance::Personal => {}
        Entrance::Multiplexed => multiplexed::resync(cursor, now, out),
        Entrance::Room(_) => room::resync(cursor, out),
        Entrance::Roulette => roulette::resync(cursor, out),
        Entrance::SocketIo => socketio::resync(person, cursor, now, out),
    }
}

/// Writes dialect 5's `sync:required` with one of the reasons of its document.
pub fn sync_required(person: &Person, reason: SyncReason, now: Time, out: &mut Frames) {
    socketio::sync_required(person, reason, now, out);
}

/// Writes dialect 5's ACK of `notification:read`.
pub fn notification_read(context: &Context, notification: &Notification, out: &mut Frames) {
    socketio::notification_read(context, notification, out);
}

/// Why a Socket.IO client is to load everything anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncReason {
    /// It is the user's first connection.
    Established,
    /// A connection of this user was closed within the last two minutes.
    Reconnection,
    /// The token was renewed.
    TokenRefresh,
}

impl SyncReason {
    /// Returns the word for it on the wire.
    pub fn word(self) -> &'static str {
        match self {
            SyncReason::Established => "connection_established",
            SyncReason::Reconnection => "reconnection",
            SyncReason::TokenRefresh => "token_refresh",
        }
    }
}

/// Returns dialect 2's word for a mood.
pub fn mood_word(mood: Mood) -> &'static str {
    match mood {
        Mood::Online => "online",
        Mood::Away => "away",
        Mood::Busy => "busy",
        Mood::Offline => "offline",
    }
}

//! What a socket is told about its own requests, and on its own coming and going. Each writes the frames of the place's
//! entrance, none where the dialect has no word for it.

use chat_domain::{Mood, Notification, Outcome, Person, Time};

use crate::cursor::Cursor;
use crate::dialect::{bare, multiplexed, room, roulette, socketio, sse};
use crate::entrance::{Endpoint, Entrance};
use crate::frames::Frames;
use crate::request::Context;
use crate::trouble::Trouble;

/// A command of the domain was carried out, or was so already: `message_sent`, the ACK, and on `/chat/{id}` the message object
/// again for a repeat. Dialect 3's `messages_marked_read` comes here only for a read that moved nothing: one that did is told by
/// its event, to the socket that asked as to all others of its reader.
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

/// Something else that was asked was done, and has an answer: `pong`, `left_chat`, an ACK `{status:"ok"}` …
pub fn done(endpoint: Endpoint, context: &Context, now: Time, out: &mut Frames) {
    match endpoint.entrance {
        Entrance::Multiplexed => multiplexed::done(context, now, out),
        Entrance::SocketIo => socketio::done(context, out),
        Entrance::Sse | Entrance::Bare | Entrance::Room(_) | Entrance::Roulette | Entrance::Personal => {}
    }
}

/// It was not done: an error frame, or the failing ACK.
pub fn refused(endpoint: Endpoint, context: &Context, trouble: &Trouble, now: Time, out: &mut Frames) {
    let features = endpoint.features;
    match endpoint.entrance {
        // A stream that ends says nothing.
        Entrance::Sse => {}
        Entrance::Bare => bare::refused(context, features, trouble, out),
        Entrance::Multiplexed => multiplexed::refused(context, features, trouble, now, out),
        Entrance::Room(lang) => room::refused((lang, features), context, trouble, out),
        Entrance::Roulette | Entrance::Personal => roulette::refused(context, features, trouble, out),
        Entrance::SocketIo => socketio::refused(context, features, trouble, now, out),
    }
}

/// The server goes away: on a server-sent stream, after how many milliseconds its browser comes back. Elsewhere the close says it.
pub fn farewell(at: Endpoint, wait: u64, out: &mut Frames) {
    if at.entrance == Entrance::Sse {
        sse::farewell(wait, out);
    }
}

/// The first frames after connecting, before anything else: `connected` (dialects 2 and 5), on a stream how soon to come back.
pub fn hello(endpoint: Endpoint, person: &Person, socket_id: &str, now: Time, out: &mut Frames) {
    match endpoint.entrance {
        Entrance::Sse => sse::hello(out),
        Entrance::Multiplexed => multiplexed::hello(person, now, out),
        Entrance::SocketIo => socketio::hello(person, socket_id, now, out),
        Entrance::Bare | Entrance::Room(_) | Entrance::Roulette | Entrance::Personal => {}
    }
}

/// A room was joined: `joined_chat`, the ACK of `chat:join`, the first `cursor` frame (3, 4, SSE; only with a cursor).
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

/// What was missed is no longer kept: load anew, go on from this cursor.
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

/// Dialect 5's `sync:required` with one of the reasons of its document.
pub fn sync_required(person: &Person, reason: SyncReason, now: Time, out: &mut Frames) {
    socketio::sync_required(person, reason, now, out);
}

/// Dialect 5's ACK of `notification:read`.
pub fn notification_read(context: &Context, notification: &Notification, out: &mut Frames) {
    socketio::notification_read(context, notification, out);
}

/// Why a Socket.IO client is to load everything anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncReason {
    /// The first connection.
    Established,
    /// An earlier socket of this user went away within the last two minutes.
    Reconnection,
    /// The token was renewed.
    TokenRefresh,
}

impl SyncReason {
    /// The word for it on the wire.
    pub fn word(self) -> &'static str {
        match self {
            SyncReason::Established => "connection_established",
            SyncReason::Reconnection => "reconnection",
            SyncReason::TokenRefresh => "token_refresh",
        }
    }
}

/// The word of dialect 2 for how somebody looks.
pub fn mood_word(mood: Mood) -> &'static str {
    match mood {
        Mood::Online => "online",
        Mood::Away => "away",
        Mood::Busy => "busy",
        Mood::Offline => "offline",
    }
}

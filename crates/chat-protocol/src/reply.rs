//! What a socket is told about its own requests, and on its own coming and going. Each writes the frames of the place's
//! entrance, none where the dialect has no word for it.

use chat_domain::{Mood, Notification, Outcome, Person, Time};

use crate::cursor::Cursor;
use crate::entrance::Place;
use crate::frames::Frames;
use crate::request::Context;
use crate::trouble::Trouble;

/// A command of the domain was carried out, or was so already: `message_sent`, the ACK, `messages_marked_read`, and on `/chat/{id}`
/// the message object again for a repeat.
pub fn settled(place: Place, context: &Context, outcome: &Outcome, now: Time, out: &mut Frames) {
    let _ = (place, context, outcome, now, out);
}

/// Something else that was asked was done, and has an answer: `pong`, `left_chat`, an ACK `{status:"ok"}` …
pub fn done(place: Place, context: &Context, now: Time, out: &mut Frames) {
    let _ = (place, context, now, out);
}

/// It was not done: an error frame, or the failing ACK.
pub fn refused(place: Place, context: &Context, trouble: &Trouble, now: Time, out: &mut Frames) {
    let _ = (place, context, trouble, now, out);
}

/// The first frames after connecting, before anything else: `connected` (dialects 2 and 5).
pub fn hello(place: Place, person: &Person, socket_id: &str, now: Time, out: &mut Frames) {
    let _ = (place, person, socket_id, now, out);
}

/// A room was joined: `joined_chat`, the ACK of `chat:join`, the first `cursor` frame (3, 4, SSE; only with a cursor).
pub fn joined(place: Place, context: &Context, cursor: Option<Cursor>, now: Time, out: &mut Frames) {
    let _ = (place, context, cursor, now, out);
}

/// What was missed is no longer kept: load anew, go on from this cursor.
pub fn resync(place: Place, person: &Person, cursor: Cursor, now: Time, out: &mut Frames) {
    let _ = (place, person, cursor, now, out);
}

/// Dialect 5's `sync:required` with one of the reasons of its document.
pub fn sync_required(person: &Person, reason: SyncReason, now: Time, out: &mut Frames) {
    let _ = (person, reason, now, out);
}

/// Dialect 5's ACK of `notification:read`.
pub fn notification_read(context: &Context, notification: &Notification, out: &mut Frames) {
    let _ = (context, notification, out);
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

/// The word of dialect 2 for how somebody looks.
pub fn mood_word(mood: Mood) -> &'static str {
    match mood {
        Mood::Online => "online",
        Mood::Away => "away",
        Mood::Busy => "busy",
        Mood::Offline => "offline",
    }
}

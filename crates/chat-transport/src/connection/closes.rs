//! Close codes and reasons of this server, beside those of the WebSocket protocol.

use crate::carry::outbox::Close;

/// The code for a credential that is no longer good.
pub(crate) const UNAUTHORIZED: u16 = 4401;
/// The code for a user who may not be here.
pub(crate) const FORBIDDEN: u16 = 4403;

/// Tells whether reconnecting is useless, because this credential is no longer accepted. Socket.IO has a packet that says so;
/// after any other close its clients reconnect by themselves.
pub(crate) fn is_for_good(close: Close) -> bool {
    matches!(close.code, UNAUTHORIZED | FORBIDDEN)
}

/// The server is stopping. The client should come back soon.
pub(crate) const GOING_AWAY: Close = Close::new(1012, "the server is going away");
/// Something that is needed to let anybody in is unavailable. The client should come back soon.
pub(crate) const TRY_AGAIN: Close = Close::new(1013, "try again");
/// The client sent too many malformed frames in a row.
pub(crate) const BAD_FRAMES: Close = Close::new(1008, "too many bad frames");
/// The credential has expired.
pub(crate) const EXPIRED: Close = Close::new(UNAUTHORIZED, "the token has expired");
/// The log-in behind the credential has ended.
pub(crate) const LOGGED_OUT: Close = Close::new(UNAUTHORIZED, "logged out");
/// The user is no longer a member of the connection's room.
pub(crate) const REMOVED: Close = Close::new(FORBIDDEN, "no longer a member");
/// The user is suspended.
pub(crate) const SUSPENDED: Close = Close::new(FORBIDDEN, "suspended");
/// An operator disconnected the user.
pub(crate) const EXPELLED: Close = Close::new(FORBIDDEN, "disconnected");

#[cfg(test)]
mod tests {
    use chat_protocol::codes::CLOSES;

    use super::*;

    #[test]
    fn clients_are_told_what_every_code_means() {
        for close in [GOING_AWAY, TRY_AGAIN, BAD_FRAMES, EXPIRED, LOGGED_OUT, SUSPENDED, EXPELLED, Close::TOO_SLOW] {
            assert!(CLOSES.iter().any(|(code, _)| *code == close.code), "{close:?}");
        }
    }
}

//! The codes with which this server closes connections, beside those of the WebSocket protocol.

use crate::carry::outbox::Close;

/// The credential is not good any more.
pub const UNAUTHORIZED: u16 = 4401;
/// The user may no longer be here.
pub const FORBIDDEN: u16 = 4403;

/// Whether there is nothing to come back for: with this credential, nobody is let in any more. Socket.IO has a packet that says
/// so; after every other close its clients come back by themselves.
pub(crate) fn is_for_good(close: Close) -> bool {
    matches!(close.code, UNAUTHORIZED | FORBIDDEN)
}

/// The server goes away; come back soon.
pub(crate) const GOING_AWAY: Close = Close::new(1012, "the server is going away");
/// Something is away that is needed to let anybody in; come back soon.
pub(crate) const TRY_AGAIN: Close = Close::new(1013, "try again");
/// Twenty bad frames in a row.
pub(crate) const BAD_FRAMES: Close = Close::new(1008, "too many bad frames");
/// The credential ended.
pub(crate) const EXPIRED: Close = Close::new(UNAUTHORIZED, "the token has expired");
/// The log-in behind the credential was ended.
pub(crate) const LOGGED_OUT: Close = Close::new(UNAUTHORIZED, "logged out");
/// The user was removed from the room for which the connection lives.
pub(crate) const REMOVED: Close = Close::new(FORBIDDEN, "no longer a member");
/// The user is kept out for a while.
pub(crate) const SUSPENDED: Close = Close::new(FORBIDDEN, "suspended");
/// The user was disconnected or removed.
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

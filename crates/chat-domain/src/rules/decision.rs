//! What a command comes to.

use crate::command::ClientId;
use crate::digest::Digest;
use crate::event::Event;
use crate::id::{MessageId, RoomId};
use crate::refusal::Refusal;
use crate::room::Position;
use crate::rows::LobbyRow;

/// What is to become of a command.
pub(crate) enum Decision {
    /// This is to happen, and its request is to be remembered.
    Happened(Event, Option<Memo>),
    /// This is so already.
    Already(Event),
    /// The actor's delivered position moves, and nobody hears of it.
    Reached(RoomId, Position),
    /// Somebody's row in the lobby changes.
    Lobby(LobbyRow),
    /// Nothing is to be written or told.
    Quiet,
}

/// A request that will be recognised when it comes again.
pub(crate) enum Memo {
    Sent(ClientId, Digest, MessageId),
    Made(ClientId, Digest),
}

/// Something is to happen that no later request names.
pub(super) fn happened(event: Event) -> Result<Decision, Refusal> {
    Ok(Decision::Happened(event, None))
}

//! What a command comes to.

use crate::command::ClientId;
use crate::digest::Digest;
use crate::event::Event;
use crate::id::{MessageId, RoomId};
use crate::moderation::Acted;
use crate::refusal::Refusal;
use crate::room::Position;
use crate::rows::{BlockRow, LobbyRow};

/// What is to become of a command.
pub(crate) enum Decision {
    /// This is to happen, and its request is to be remembered.
    Happened(Event, Option<Memo>),
    /// These two are to happen, one right after the other, and their request is to be remembered.
    Both(Event, Event, Option<Memo>),
    /// Somebody blocks somebody or no longer does, and nobody hears of it.
    Block(BlockRow),
    /// This is so already.
    Already(Event),
    /// The actor's delivered position moves, and nobody hears of it.
    Reached(RoomId, Position),
    /// Somebody's row in the lobby changes.
    Lobby(LobbyRow),
    /// Nothing is to be written or told.
    Quiet,
}

/// What is to be kept of a request beside what happens.
pub(crate) enum Memo {
    /// It is recognised when it comes again.
    Sent(ClientId, Digest, MessageId),
    Made(ClientId, Digest),
    /// It can be looked up who did it.
    Acted(Acted),
    /// Who blocks whom.
    Block(BlockRow),
}

/// Something is to happen that no later request names.
pub(super) fn happened(event: Event) -> Result<Decision, Refusal> {
    Ok(Decision::Happened(event, None))
}

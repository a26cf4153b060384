//! What the rules decide about a command.

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
    /// This happens, and the memo about its request is kept.
    Happened(Event, Option<Memo>),
    /// These two happen, one right after the other, and the memo about their request is kept.
    Both(Event, Event, Option<Memo>),
    /// A block begins or ends, and nobody is told.
    Block(BlockRow),
    /// It is so already.
    Already(Event),
    /// The actor's delivered position moves, and nobody is told.
    Reached(RoomId, Position),
    /// A user's row in the lobby changes.
    Lobby(LobbyRow),
    /// Nothing is written or told.
    Quiet,
}

/// What is kept of a request besides the event.
pub(crate) enum Memo {
    /// Its name, so that a repeat is recognised.
    Sent(ClientId, Digest, MessageId),
    Made(ClientId, Digest),
    /// The act, for the audit.
    Acted(Acted),
    /// The block.
    Block(BlockRow),
}

/// Returns the decision that this happens, without a memo.
pub(super) fn happened(event: Event) -> Result<Decision, Refusal> {
    Ok(Decision::Happened(event, None))
}

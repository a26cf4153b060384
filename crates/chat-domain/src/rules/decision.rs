//! What a command comes to.

use alloc::string::String;

use crate::command::ClientId;
use crate::digest::Digest;
use crate::event::Event;
use crate::id::{MessageId, RoomId, UserId};
use crate::moderation::{Act, Sentence};
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

/// What somebody did who leads a group.
#[derive(Clone, Debug)]
pub(crate) struct Acted {
    pub(crate) act: Act,
    pub(crate) user: Option<UserId>,
    pub(crate) message: Option<MessageId>,
    pub(crate) reason: Option<String>,
    /// Whether what they said there lately is to be erased.
    pub(crate) purge: bool,
}

impl Acted {
    /// To the group as a whole.
    pub(super) fn plainly(act: Act) -> Acted {
        Acted { act, user: None, message: None, reason: None, purge: false }
    }

    pub(super) fn on(act: Act, user: UserId) -> Acted {
        Acted { user: Some(user), ..Acted::plainly(act) }
    }

    pub(super) fn for_reason(act: Act, user: UserId, sentence: Option<Sentence>) -> Acted {
        Acted { reason: sentence.and_then(|sentence| sentence.reason), ..Acted::on(act, user) }
    }
}

/// Something is to happen that no later request names.
pub(super) fn happened(event: Event) -> Result<Decision, Refusal> {
    Ok(Decision::Happened(event, None))
}

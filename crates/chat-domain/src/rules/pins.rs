//! Pinning messages.

use super::decision::{Decision, happened};
use super::scene::Scene;
use crate::event::Change;
use crate::extra::Extra;
use crate::id::MessageId;
use crate::refusal::Refusal;
use crate::room::RoomKind;

/// A message is pinned, or taken from the pins: in a group by who leads it, between two by both.
pub(super) fn pin(scene: Scene<'_>, message: MessageId, stands: bool) -> Result<Decision, Refusal> {
    scene.open()?;
    if scene.room.kind == RoomKind::Group && !scene.leads() {
        return Err(Refusal::NotOwner);
    }
    let is_pinned = scene.message(message)?.pinned.is_some();
    let extra = if stands { Extra::Pinned { message } } else { Extra::Unpinned { message } };
    if is_pinned == stands {
        return Ok(Decision::Already(scene.already(scene.room.last_at, Change::Extra(extra))));
    }
    if stands && scene.room.pins >= MOST {
        return Err(Refusal::TooMany { what: "pinned messages" });
    }
    happened(scene.next(Change::Extra(extra)))
}

/// How many messages of a room are pinned at most.
const MOST: u32 = 50;

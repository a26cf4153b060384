//! Pinning messages.

use super::decision::Decision;
use super::moderation;
use super::scene::Scene;
use crate::event::Change;
use crate::extra::Extra;
use crate::id::MessageId;
use crate::moderation::{Act, Acted};
use crate::refusal::Refusal;
use crate::room::RoomKind;

/// Pins a message, or unpins it. In a group those who lead it may, in a chat of two both.
pub(super) fn pin(scene: Scene<'_>, message: MessageId, stands: bool) -> Result<Decision, Refusal> {
    scene.open()?;
    if scene.room.kind == RoomKind::Group && !scene.leads() {
        return Err(Refusal::Outranked);
    }
    let is_pinned = scene.message(message)?.pinned.is_some();
    let extra = if stands { Extra::Pinned { message } } else { Extra::Unpinned { message } };
    if is_pinned == stands {
        return Ok(Decision::Already(scene.already(scene.room.last_at, Change::Extra(extra))));
    }
    if stands && scene.room.pins >= MOST {
        return Err(Refusal::TooMany { what: "pinned messages" });
    }
    let act = if stands { Act::Pin } else { Act::Unpin };
    moderation::acted(scene.next(Change::Extra(extra)), Acted { message: Some(message), ..Acted::plainly(act) })
}

/// How many messages of a room can be pinned.
const MOST: u32 = 50;

//! Who wants to have nothing to do with whom.

use super::decision::{Decision, Memo};
use super::scene::as_it_is;
use crate::chat::Chat;
use crate::checks::invalid;
use crate::command::Stamp;
use crate::event::{Change, Event};
use crate::extra::Extra;
use crate::id::{RoomId, UserId};
use crate::refusal::Refusal;
use crate::room::Head;
use crate::rows::BlockRow;

/// Somebody blocks somebody, or no longer does. In the chats that the two have the other one falls silent with it, which is a change
/// of these, so that whatever was decided of them without it is not kept.
pub(super) fn block(chat: &Chat, stamp: Stamp, user: UserId, stands: bool) -> Result<Decision, Refusal> {
    chat.person(stamp.actor)?;
    if user == stamp.actor {
        return Err(invalid("person", "must be somebody else"));
    }
    chat.person(user)?;
    if chat.blocks(stamp.actor, user) == stands {
        return Ok(Decision::Quiet);
    }
    let row = BlockRow { person: stamp.actor, blocked: user, at: stamp.at, stands };
    let roulette = chat.lobby(stamp.actor).filter(|row| row.partner == Some(user)).and_then(|row| row.room);
    let rooms = [chat.direct(stamp.actor, user), roulette].into_iter().flatten();
    let mut events = rooms.filter_map(|room| silenced(chat, stamp, room, user, stands));
    Ok(match (events.next(), events.next()) {
        (Some(first), Some(second)) => Decision::Both(first, second, Some(Memo::Block(row))),
        (Some(only), None) => Decision::Happened(only, Some(Memo::Block(row))),
        (None, _) => Decision::Block(row),
    })
}

/// In one of their chats, unless nothing is said there any more.
fn silenced(chat: &Chat, stamp: Stamp, room: RoomId, user: UserId, stands: bool) -> Option<Event> {
    let (_, row) = chat.state(room).ok()?;
    let slot = chat.slot(room, user)?;
    if row.closed || slot.member.silenced == stands {
        return None;
    }
    let (actor, person) = (chat.person(stamp.actor).ok()?, chat.person(user).ok()?.clone());
    let event = as_it_is(row, actor, Change::Extra(Extra::Silenced { person, stands }));
    let head = Head { seq: row.head.seq + 1, ..row.head };
    Some(Event { head, at: stamp.at.max(row.last_at), ..event })
}

//! Blocking people.

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

/// Blocks a user, or lifts the block. In the chats of these two, the other one is silenced by it. That is a durable
/// change of those rooms, so that no decision about them rests on a state from before the block.
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

/// Returns the event that silences a user in one of the two's chats, or lets them write again; `None` if the chat is
/// over or nothing changes.
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

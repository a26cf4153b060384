//! Read and delivered positions.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::decision::{Decision, happened};
use super::scene::Scene;
use crate::Need;
use crate::event::{Change, Reached, Read};
use crate::fact::Ordinal;
use crate::id::MessageId;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::replay::newest_of_each;
use crate::room::Position;
use crate::time::Time;
use crate::view::Mark;

/// Moves the read position up to a message, which may be a deleted one.
pub(super) fn read(scene: Scene<'_>, upto: Option<MessageId>) -> Result<Decision, Refusal> {
    let (room, user, old) = (scene.room.id, scene.actor.id(), scene.slot.member.read);
    let Some(target) = upto.or(scene.room.last_message) else { return Ok(Decision::Quiet) };
    let ordinal = scene.chat.ordinal(room, target, user);
    if ordinal.message != Some(target) {
        return Err(Refusal::UnknownMessage);
    }
    if ordinal.message <= old.message {
        return Ok(already(&scene, old, Change::Read));
    }
    scene.chat.expect_of(scene.state, || Need::Unread(room, user, upto));
    let at = moved_at(&scene, old);
    let mark = Mark { user: scene.actor.handle, at };
    let found = scene.chat.between(scene.state, user, old.message, target);
    let announced = newest_of_each(found, scene.chat.limits().is_quiet(scene.room.members));
    let reached = |message: &Arc<Message>| scene.chat.readership(scene.state, message, Some(mark)).reached();
    let messages = announced.iter().map(reached).collect();
    happened(scene.moves(at, Change::Read(Read { upto: target, messages })))
}

/// Moves the delivered position up to a message, unless the read position covers it. In a quiet room nobody is told.
pub(super) fn deliver(scene: Scene<'_>, upto: MessageId) -> Result<Decision, Refusal> {
    let (room, user, member) = (scene.room.id, scene.actor.id(), scene.slot.member);
    let ordinal = scene.chat.ordinal(room, upto, user);
    let Some(target) = ordinal.message else { return Ok(Decision::Quiet) };
    if Some(target) <= member.reached() {
        let old = if member.read.message > member.delivered.message { member.read } else { member.delivered };
        return Ok(already(&scene, old, Change::Delivered));
    }
    let at = moved_at(&scene, member.delivered);
    if scene.chat.limits().is_quiet(scene.room.members) {
        return Ok(Decision::Reached(room, silent(ordinal, at, member.delivered.moved)));
    }
    scene.chat.expect_of(scene.state, || Need::Undelivered(room, user, upto));
    let found = scene.chat.senders(scene.state, user, member.reached(), target);
    let bare = |(message, sender)| Reached { message, sender, readers: Vec::new(), first_at: None };
    let messages = found.into_iter().map(bare).collect();
    happened(scene.moves(at, Change::Delivered(Read { upto: target, messages })))
}

/// Returns the time of a move: never before the room's last told change nor the position's last move.
fn moved_at(scene: &Scene<'_>, old: Position) -> Time {
    scene.at().max(old.at)
}

fn silent(ordinal: Ordinal, at: Time, moved: u64) -> Position {
    Position { message: ordinal.message, number: ordinal.number, own: ordinal.own, at, moved }
}

/// Tells the position as it is; nothing if it is before the first message.
fn already(scene: &Scene<'_>, old: Position, change: fn(Read) -> Change) -> Decision {
    match old.message {
        Some(upto) => Decision::Already(scene.already(old.at, change(Read { upto, messages: Vec::new() }))),
        None => Decision::Quiet,
    }
}

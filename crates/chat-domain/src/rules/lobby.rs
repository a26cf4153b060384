//! Roulette: pairing the users who wait for a stranger.

use alloc::vec;

use super::decision::{Decision, happened};
use super::rooms;
use super::scene::Scene;
use crate::chat::Chat;
use crate::command::Stamp;
use crate::event::Change;
use crate::id::UserId;
use crate::refusal::Refusal;
use crate::room::RoomKind;
use crate::rows::LobbyRow;
use crate::time::Time;

/// Pairs the actor with whoever has waited longest, or lets them wait. Their last partner is taken only if nobody else
/// waits.
pub(super) fn search(chat: &Chat, stamp: Stamp) -> Result<Decision, Refusal> {
    let actor = chat.person(stamp.actor)?;
    let own = chat.lobby(stamp.actor).unwrap_or(LobbyRow::idle(stamp.actor));
    if own.room.is_some() {
        return Err(Refusal::InRoulette);
    }
    match stranger(chat, &own, stamp.at) {
        Some(found) => {
            let people = vec![actor.clone(), chat.person(found)?.clone()];
            happened(rooms::made(chat, stamp, RoomKind::Roulette, None, people))
        }
        None => Ok(Decision::Lobby(waits(chat, own, stamp.at))),
    }
}

/// Stops waiting for a stranger.
pub(super) fn stop(chat: &Chat, stamp: Stamp) -> Result<Decision, Refusal> {
    chat.person(stamp.actor)?;
    Ok(match chat.lobby(stamp.actor) {
        Some(row) if row.waiting.is_some() => Decision::Lobby(LobbyRow { waiting: None, ..row }),
        _ => Decision::Quiet,
    })
}

/// Ends the open roulette chat for both.
pub(super) fn leave(chat: &Chat, stamp: Stamp) -> Result<Decision, Refusal> {
    chat.person(stamp.actor)?;
    let Some(row) = chat.lobby(stamp.actor) else { return Ok(Decision::Quiet) };
    let Some(room) = row.room else { return Ok(Decision::Quiet) };
    let scene = Scene::enter(chat, stamp, room)?;
    // The partner's row changes, too: a partial chat must have learned it, which this asks.
    row.partner.and_then(|partner| chat.lobby(partner));
    happened(scene.next(Change::Closed))
}

/// Returns the user who has waited longest with a good lease. The actor's last partner comes after all others.
fn stranger(chat: &Chat, own: &LobbyRow, now: Time) -> Option<UserId> {
    let good = |row: &LobbyRow| {
        row.user != own.user && row.room.is_none() && row.lease >= now && !chat.are_apart(own.user, row.user)
    };
    let again = |row: &LobbyRow| own.partner == Some(row.user) || row.partner == Some(own.user);
    let waiting = || chat.waiting().filter(good);
    waiting().find(|row| !again(row)).or_else(|| waiting().next()).map(|row| row.user)
}

/// Returns the row of a user who waits: at the end of the queue, or still at the old place if their lease is good.
fn waits(chat: &Chat, own: LobbyRow, now: Time) -> LobbyRow {
    let since = own.waiting.filter(|_| own.lease >= now).unwrap_or(now);
    let until = now.after(chat.limits().lease);
    LobbyRow { waiting: Some(since), lease: own.lease.max(until), ..own }
}

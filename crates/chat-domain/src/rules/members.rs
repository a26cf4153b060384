//! Who is in a group.

use super::decision::{Decision, happened};
use super::scene::Scene;
use crate::event::{Change, Event};
use crate::id::UserId;
use crate::refusal::Refusal;
use crate::room::RoomKind;

/// The owner brings somebody in.
pub(super) fn add(scene: Scene<'_>, user: UserId) -> Result<Decision, Refusal> {
    if scene.room.kind != RoomKind::Group {
        return Err(Refusal::NotGroup);
    }
    if !scene.is_owner() {
        return Err(Refusal::NotOwner);
    }
    let person = scene.chat.living(user)?.clone();
    let change = Change::Added { person };
    if scene.chat.member(scene.room.id, user).is_some() {
        return Ok(Decision::Already(scene.already(scene.room.last_at, change)));
    }
    happened(Event { members: scene.room.members + 1, ..scene.next(change) })
}

/// The owner takes anybody out, and everybody themselves. When the owner goes, who has been there longest owns.
pub(super) fn remove(scene: Scene<'_>, user: UserId) -> Result<Decision, Refusal> {
    if scene.room.kind != RoomKind::Group {
        return Err(Refusal::NotGroup);
    }
    let leaves = user == scene.actor.id();
    if !leaves && !scene.is_owner() {
        return Err(Refusal::NotOwner);
    }
    let person = scene.chat.person(user)?.clone();
    let gone = scene.chat.slot(scene.room.id, user).ok_or(Refusal::UnknownUser)?;
    if !gone.member.active {
        let change = Change::Removed { person, heir: None };
        return Ok(Decision::Already(scene.already(scene.room.last_at, change)));
    }
    let heir = if leaves && scene.is_owner() { scene.chat.heir(scene.room.id, user) } else { None };
    let change = Change::Removed { person, heir };
    happened(Event { members: scene.room.members - 1, ..scene.next(change) })
}

/// Somebody is no part of a room any more: they leave a group, and a direct chat takes nothing more.
pub(super) fn part(scene: Scene<'_>) -> Result<Decision, Refusal> {
    match scene.room.kind {
        RoomKind::Group => {
            let user = scene.actor.id();
            remove(scene, user)
        }
        RoomKind::Direct if !scene.room.closed => happened(scene.next(Change::Closed)),
        // The lobby knows who is where in the roulette.
        RoomKind::Direct | RoomKind::Roulette => Ok(Decision::Quiet),
    }
}

//! Who is in a group.

use super::decision::{Decision, happened};
use super::moderation;
use super::scene::Scene;
use crate::event::{Change, Event};
use crate::id::UserId;
use crate::moderation::{Act, Acted};
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
    let slot = scene.chat.slot(scene.room.id, user);
    if slot.is_some_and(|slot| slot.member.banned_at(scene.at()).is_some()) {
        return Err(Refusal::Banned);
    }
    let members = scene.room.members + 1;
    let added = Event { members, ..scene.next(change) };
    // A mute outlives leaving: it is told again.
    match slot.is_some_and(|slot| slot.member.muted_at(scene.at()).is_some()) {
        true => Ok(Decision::Both(added, Event { members, ..scene.then(scene.stands(user)?) }, None)),
        false => happened(added),
    }
}

/// Who leads the group takes those out whom they outrank, and everybody themselves. When the owner goes, the longest moderator owns,
/// else who has been there longest.
pub(super) fn remove(scene: Scene<'_>, user: UserId) -> Result<Decision, Refusal> {
    if scene.room.kind != RoomKind::Group {
        return Err(Refusal::NotGroup);
    }
    let leaves = user == scene.actor.id();
    if !leaves {
        scene.outranks(user)?;
    }
    let person = scene.chat.person(user)?.clone();
    let gone = scene.chat.slot(scene.room.id, user).ok_or(Refusal::UnknownUser)?;
    if !gone.member.active {
        let change = Change::Removed { person, heir: None };
        return Ok(Decision::Already(scene.already(scene.room.last_at, change)));
    }
    let heir = if leaves && scene.is_owner() { scene.chat.heir(scene.room.id, user) } else { None };
    let members = scene.room.members - 1;
    let event = Event { members, ..scene.next(Change::Removed { person, heir }) };
    match heir {
        Some(heir) => Ok(Decision::Both(event, Event { members, ..scene.then(scene.owns(heir)?) }, None)),
        None if leaves => happened(event),
        None => moderation::acted(event, Acted::on(Act::Remove, user)),
    }
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

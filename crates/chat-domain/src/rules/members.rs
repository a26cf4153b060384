//! Adding members to a group, removing them, and leaving.

use super::decision::{Decision, happened};
use super::moderation;
use super::scene::Scene;
use crate::event::{Change, Event};
use crate::id::UserId;
use crate::moderation::{Act, Acted};
use crate::refusal::Refusal;
use crate::room::RoomKind;

/// Adds a user to a group. Only the owner may.
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
    // A mute outlasts leaving the group, so the group is told again that it holds.
    match slot.is_some_and(|slot| slot.member.muted_at(scene.at()).is_some()) {
        true => Ok(Decision::Both(added, Event { members, ..scene.then(scene.stands(user)?) }, None)),
        false => happened(added),
    }
}

/// Removes a member. Those who lead the group may remove members whom they outrank; everybody may remove themselves. If
/// the owner leaves, the longest moderator owns the group, or else the longest member.
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

/// Ends the actor's part in a room: they leave a group; a direct chat is closed.
pub(super) fn part(scene: Scene<'_>) -> Result<Decision, Refusal> {
    match scene.room.kind {
        RoomKind::Group => {
            let user = scene.actor.id();
            remove(scene, user)
        }
        RoomKind::Direct if !scene.room.closed => happened(scene.next(Change::Closed)),
        // Which roulette chat is open is known to the lobby: [`Command::LeaveRoulette`](crate::Command::LeaveRoulette)
        // ends it.
        RoomKind::Direct | RoomKind::Roulette => Ok(Decision::Quiet),
    }
}

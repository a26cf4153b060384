//! Ranks, mutes and bans.

use alloc::string::String;

use super::decision::{Decision, Memo, happened};
use super::scene::Scene;
use crate::checks::invalid;
use crate::event::{Change, Event};
use crate::extra::Extra;
use crate::id::UserId;
use crate::moderation::{Act, Acted, Sentence, Standing};
use crate::refusal::Refusal;
use crate::room::{Role, RoomKind};

/// Gives a member a rank. Only the owner may; by making somebody else the owner they become a moderator.
pub(super) fn appoint(scene: Scene<'_>, user: UserId, role: Role) -> Result<Decision, Refusal> {
    in_group(&scene)?;
    if !scene.is_owner() {
        return Err(Refusal::NotOwner);
    }
    let slot = scene.chat.member(scene.room.id, user).ok_or(Refusal::UnknownUser)?;
    let before = scene.standing(user);
    if role == before.role {
        return Ok(Decision::Already(scene.already(scene.room.last_at, scene.updated(slot.member.user, before)?)));
    }
    if user == scene.actor.id() {
        return Err(invalid("role", "of the owner goes with the group: make somebody else the owner"));
    }
    let event = scene.next(scene.updated(user, Standing { role, ..before })?);
    let memo = Some(Memo::Acted(Acted::on(Act::Role, user)));
    if role != Role::Owner {
        return Ok(Decision::Happened(event, memo));
    }
    let former = Standing { role: Role::Moderator, ..scene.standing(scene.actor.id()) };
    let second = scene.then(scene.updated(scene.actor.id(), former)?);
    Ok(Decision::Both(event, second, memo))
}

/// Mutes a member, or lifts the mute.
pub(super) fn mute(scene: Scene<'_>, user: UserId, sentence: Option<Sentence>) -> Result<Decision, Refusal> {
    in_group(&scene)?;
    scene.outranks(user)?;
    check(sentence.as_ref())?;
    let member = scene.chat.slot(scene.room.id, user).map(|slot| slot.member).ok_or(Refusal::UnknownUser)?;
    let before = scene.standing(user);
    let (muted, act) = match &sentence {
        // A user who has left cannot be muted anew.
        Some(_) if !member.active => return Err(Refusal::UnknownUser),
        Some(sentence) => (Some(sentence.until(scene.at())), Act::Mute),
        None if before.muted.is_none() => return Ok(Decision::Quiet),
        None => (None, Act::Unmute),
    };
    if muted == before.muted {
        return Ok(Decision::Already(scene.already(scene.room.last_at, scene.updated(user, before)?)));
    }
    let event = scene.next(scene.updated(user, Standing { muted, ..before })?);
    Ok(Decision::Happened(event, Some(Memo::Acted(Acted::for_reason(act, user, sentence)))))
}

/// Bans a user, who need not be a member, or lifts the ban.
pub(super) fn ban(
    scene: Scene<'_>,
    user: UserId,
    sentence: Option<Sentence>,
    delete_messages: bool,
) -> Result<Decision, Refusal> {
    in_group(&scene)?;
    scene.outranks(user)?;
    check(sentence.as_ref())?;
    let before = scene.standing(user);
    let (banned, act) = match &sentence {
        Some(sentence) => (Some(sentence.until(scene.at())), Act::Ban),
        None if before.banned.is_none() => return Ok(Decision::Quiet),
        None => (None, Act::Unban),
    };
    let acted = Acted { purge: delete_messages, ..Acted::for_reason(act, user, sentence) };
    let memo = Some(Memo::Acted(acted));
    let is_in = banned.is_some() && scene.chat.member(scene.room.id, user).is_some();
    if banned == before.banned && !is_in && !delete_messages {
        return Ok(Decision::Already(scene.already(scene.room.last_at, scene.updated(user, before)?)));
    }
    // A banned user has no rank.
    let change = scene.updated(user, Standing { role: Role::Member, banned, ..before })?;
    if !is_in {
        return Ok(Decision::Happened(scene.next(change), memo));
    }
    let person = scene.chat.person(user)?.clone();
    let members = scene.room.members - 1;
    let removed = Event { members, ..scene.next(Change::Removed { person, heir: None }) };
    Ok(Decision::Both(removed, Event { members, ..scene.then(change) }, memo))
}

fn in_group(scene: &Scene<'_>) -> Result<(), Refusal> {
    if scene.room.kind == RoomKind::Group { Ok(()) } else { Err(Refusal::NotGroup) }
}

fn check(sentence: Option<&Sentence>) -> Result<(), Refusal> {
    let Some(Sentence { seconds, reason }) = sentence else { return Ok(()) };
    if seconds.is_some_and(|seconds| !(1..=Sentence::LONGEST).contains(&seconds)) {
        return Err(invalid("seconds", "must be at least 1 and at most ten years"));
    }
    check_reason(reason.as_ref())
}

/// Refuses a reason that is too long.
pub(super) fn check_reason(reason: Option<&String>) -> Result<(), Refusal> {
    match reason {
        Some(reason) if reason.chars().count() > Sentence::REASON => {
            Err(invalid("reason", "must have at most 500 characters"))
        }
        Some(reason) if reason.contains('\0') => Err(invalid("reason", "must not contain U+0000")),
        _ => Ok(()),
    }
}

impl Scene<'_> {
    /// Returns a user's present rank, mute and ban.
    fn standing(&self, user: UserId) -> Standing {
        let member = self.chat.slot(self.room.id, user).map(|slot| slot.member);
        let at = self.at();
        Standing {
            role: self.role_of(user),
            muted: member.and_then(|member| member.muted_at(at)),
            banned: member.and_then(|member| member.banned_at(at)),
        }
    }

    /// Returns the change that tells a user's present rank, mute and ban.
    pub(super) fn stands(&self, user: UserId) -> Result<Change, Refusal> {
        self.updated(user, self.standing(user))
    }

    /// Returns the change that makes a user the owner.
    pub(super) fn owns(&self, heir: UserId) -> Result<Change, Refusal> {
        // The heir is found by id alone; the event needs the person.
        self.updated(heir, Standing { role: Role::Owner, ..self.standing(heir) })
    }

    fn updated(&self, user: UserId, standing: Standing) -> Result<Change, Refusal> {
        let person = self.chat.person(user)?.clone();
        Ok(Change::Extra(Extra::Updated { person, standing }))
    }
}

/// Returns the decision that an act in a group happens. In other rooms there is no audit.
pub(super) fn acted(event: Event, acted: Acted) -> Result<Decision, Refusal> {
    match event.room_kind {
        RoomKind::Group => Ok(Decision::Happened(event, Some(Memo::Acted(acted)))),
        RoomKind::Direct | RoomKind::Roulette => happened(event),
    }
}

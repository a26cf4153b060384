//! Opening, making, changing and ending rooms.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use super::decision::{Decision, Memo, happened};
use super::moderation;
use super::scene::{Scene, as_it_is};
use crate::chat::Chat;
use crate::checks::{check_title, invalid};
use crate::command::{ClientId, Stamp};
use crate::digest::Digest;
use crate::event::{Change, Event};
use crate::extra::Extra;
use crate::id::{RoomId, UserId};
use crate::moderation::{Act, Acted, Amendment};
use crate::person::Person;
use crate::refusal::Refusal;
use crate::room::Head;
use crate::room::RoomKind;

/// Opens the direct chat of two users, of which there is only one.
pub(super) fn open_direct(chat: &Chat, stamp: Stamp, with: UserId) -> Result<Decision, Refusal> {
    let actor = chat.person(stamp.actor)?;
    if with == stamp.actor {
        return Err(Refusal::Invalid { field: "person", rule: "must be somebody else" });
    }
    let other = chat.living(with)?;
    match chat.direct(stamp.actor, with) {
        Some(room) => present(chat, actor, room),
        None if chat.blocks(with, stamp.actor) => Err(Refusal::Blocked),
        None => {
            let event = made(chat, stamp, RoomKind::Direct, None, vec![actor.clone(), other.clone()]);
            if !chat.blocks(stamp.actor, with) {
                return happened(event);
            }
            let silenced = Change::Extra(Extra::Silenced { person: other.clone(), stands: true });
            let second = Event { head: Head { seq: 2, ..event.head }, change: silenced, ..event.clone() };
            Ok(Decision::Both(event, second, None))
        }
    }
}

/// Makes a group that the actor owns. If they made one under the same name, that one is returned.
pub(super) fn create_group(
    chat: &Chat,
    stamp: Stamp,
    title: String,
    members: Vec<UserId>,
    client_id: Option<ClientId>,
) -> Result<Decision, Refusal> {
    let actor = chat.person(stamp.actor)?;
    let mut others = members;
    others.sort_unstable();
    others.dedup();
    others.retain(|&user| user != stamp.actor);
    let memo = client_id.map(|name| Memo::Made(name, Digest::of_group(&title, others.iter().copied())));
    if let Some(Memo::Made(name, digest)) = &memo
        && let Some((before, room)) = chat.first_made(stamp.actor, name)
    {
        return if before == *digest { present(chat, actor, room) } else { Err(Refusal::Reused { message: None }) };
    }
    check_title(&title, chat.limits().title)?;
    if others.len() >= chat.limits().founders {
        return Err(Refusal::Invalid { field: "people", rule: "names too many people" });
    }
    let others = others.into_iter().map(|user| chat.living(user).cloned());
    let people = core::iter::once(Ok(actor.clone())).chain(others).collect::<Result<Vec<_>, _>>()?;
    Ok(Decision::Happened(made(chat, stamp, RoomKind::Group, Some(title), people), memo))
}

/// Changes the title or the rules of a group. Those who lead it may.
pub(super) fn change(scene: Scene<'_>, amendment: Amendment) -> Result<Decision, Refusal> {
    if scene.room.kind != RoomKind::Group {
        return Err(Refusal::NotGroup);
    }
    if !scene.leads() {
        return Err(Refusal::Outranked);
    }
    let Amendment { title, slow_mode, frozen } = amendment;
    if let Some(title) = &title {
        check_title(title, scene.chat.limits().title)?;
    }
    if slow_mode.is_some_and(|seconds| seconds > Amendment::SLOWEST) {
        return Err(invalid("slow_mode", "must be at most 3600 seconds"));
    }
    let before = &scene.room;
    let is_same = title.as_ref().is_none_or(|title| before.title.as_ref() == Some(title))
        && slow_mode.is_none_or(|seconds| seconds == before.slow_mode)
        && frozen.is_none_or(|frozen| frozen == before.frozen);
    let change = Change::Extra(Extra::Changed {
        title: title.or_else(|| before.title.clone()),
        slow_mode: slow_mode.unwrap_or(before.slow_mode),
        frozen: frozen.unwrap_or(before.frozen),
    });
    if is_same {
        return Ok(Decision::Already(scene.already(before.last_at, change)));
    }
    moderation::acted(scene.next(change), Acted::plainly(Act::Change))
}

/// Ends a group. Only the owner may.
pub(super) fn end(scene: Scene<'_>) -> Result<Decision, Refusal> {
    if scene.room.kind != RoomKind::Group {
        return Err(Refusal::NotGroup);
    }
    if !scene.is_owner() {
        return Err(Refusal::NotOwner);
    }
    happened(Event { members: 0, ..scene.next(Change::Closed) })
}

/// Returns the event of a new room with these people, its maker first.
pub(super) fn made(
    chat: &Chat,
    stamp: Stamp,
    room_kind: RoomKind,
    title: Option<String>,
    people: Vec<Arc<Person>>,
) -> Event {
    let room = stamp.ids.room;
    assert!(!chat.has_room(room), "the stamp offers the id of room {room}, which exists");
    Event {
        room,
        room_kind,
        members: u32::try_from(people.len()).unwrap_or(u32::MAX),
        head: Head { seq: 1, moves: 0 },
        at: stamp.at,
        actor: people[0].clone(),
        change: Change::Created { title, people },
    }
}

/// Returns the decision that this room exists already, with everybody who is in it now.
fn present(chat: &Chat, actor: &Arc<Person>, room: RoomId) -> Result<Decision, Refusal> {
    let (state, row) = chat.state(room)?;
    let change = Change::Created { title: row.title.clone(), people: chat.roster(state) };
    Ok(Decision::Already(as_it_is(row, actor, change)))
}

//! A member in a room, about to do something.

use alloc::sync::Arc;
use core::time::Duration;

use crate::chat::{Chat, RoomState, Slot};
use crate::command::Stamp;
use crate::event::{Change, Event};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::room::{Head, Role, Room};
use crate::time::Time;

/// A member about to do something in their room.
pub(super) struct Scene<'a> {
    pub(super) chat: &'a Chat,
    pub(super) state: &'a RoomState,
    pub(super) room: &'a Room,
    pub(super) actor: &'a Arc<Person>,
    pub(super) slot: &'a Slot,
    /// What the actor's clock says.
    pub(super) now: Time,
    /// The next free id for a message.
    pub(super) next_message: MessageId,
}

impl<'a> Scene<'a> {
    /// Lets a member in.
    pub(super) fn enter(chat: &'a Chat, stamp: Stamp, room: RoomId) -> Result<Scene<'a>, Refusal> {
        let actor = chat.person(stamp.actor)?;
        let (state, row) = chat.state(room)?;
        let slot = chat.member(room, stamp.actor).ok_or(Refusal::NotMember)?;
        Ok(Scene { chat, state, room: row, actor, slot, now: stamp.at, next_message: stamp.ids.message })
    }

    /// When the next change of the room is: never before the last.
    pub(super) fn at(&self) -> Time {
        self.now.max(self.room.last_at)
    }

    /// A message that is not deleted.
    pub(super) fn message(&self, message: MessageId) -> Result<&'a Arc<Message>, Refusal> {
        self.chat.live_message(self.room.id, message)
    }

    /// A chat that is over takes nothing more.
    pub(super) fn open(&self) -> Result<(), Refusal> {
        if self.room.closed { Err(Refusal::Closed) } else { Ok(()) }
    }

    pub(super) fn is_owner(&self) -> bool {
        self.room.owner == Some(self.actor.id())
    }

    /// Whether the actor may do what concerns everybody in the room.
    pub(super) fn leads(&self) -> bool {
        self.role_of(self.actor.id()) < Role::Member
    }

    /// Somebody's rank here.
    pub(super) fn role_of(&self, user: UserId) -> Role {
        let member = if user == self.actor.id() { Some(self.slot) } else { self.chat.member(self.room.id, user) };
        self.room.role_of(user, member.map(|slot| &slot.member))
    }

    /// Whether the actor may act on somebody.
    pub(super) fn outranks(&self, user: UserId) -> Result<(), Refusal> {
        if self.role_of(self.actor.id()) < self.role_of(user) { Ok(()) } else { Err(Refusal::Outranked) }
    }

    /// Nobody speaks who was blocked, and nobody in whose name no back end speaks while they are muted.
    pub(super) fn has_voice(&self, is_back_end: bool) -> Result<(), Refusal> {
        let member = &self.slot.member;
        match member.muted_at(self.at()) {
            _ if member.silenced => Err(Refusal::Blocked),
            Some(until) if !is_back_end => {
                Err(Refusal::Muted { until: Some(until).filter(|until| *until < Time::FOR_GOOD) })
            }
            _ => Ok(()),
        }
    }

    /// What binds sends alone, and those of plain members alone.
    pub(super) fn has_its_turn(&self) -> Result<(), Refusal> {
        if !self.room.frozen && self.room.slow_mode == 0 || self.leads() {
            return Ok(());
        }
        if self.room.frozen {
            return Err(Refusal::Frozen);
        }
        let next = self.slot.member.said.after(Duration::from_secs(self.room.slow_mode.into()));
        match next.since(self.at()) {
            Duration::ZERO => Ok(()),
            wait => Err(Refusal::TooSoon { seconds: wait.as_micros().div_ceil(1_000_000) as u64 }),
        }
    }

    /// The next durable change.
    pub(super) fn next(&self, change: Change) -> Event {
        let head = Head { seq: self.room.head.seq + 1, ..self.room.head };
        Event { head, ..self.already(self.at(), change) }
    }

    /// The durable change right after that.
    pub(super) fn then(&self, change: Change) -> Event {
        let event = self.next(change);
        Event { head: Head { seq: event.head.seq + 1, ..event.head }, ..event }
    }

    /// The next move of a position.
    pub(super) fn moves(&self, at: Time, change: Change) -> Event {
        let head = Head { moves: self.room.head.moves + 1, ..self.room.head };
        Event { head, ..self.already(at, change) }
    }

    /// Something that is so already, since `at`.
    pub(super) fn already(&self, at: Time, change: Change) -> Event {
        Event { at, ..as_it_is(self.room, self.actor, change) }
    }
}

/// What is so in a room, as its first teller would tell it now.
pub(super) fn as_it_is(room: &Room, actor: &Arc<Person>, change: Change) -> Event {
    Event {
        room: room.id,
        room_kind: room.kind,
        members: room.members,
        head: room.head,
        at: room.created_at,
        actor: actor.clone(),
        change,
    }
}

//! A member who is about to do something in a room.

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

/// A member who is about to do something in a room, with what rules ask about both.
pub(super) struct Scene<'a> {
    pub(super) chat: &'a Chat,
    pub(super) state: &'a RoomState,
    pub(super) room: &'a Room,
    pub(super) actor: &'a Arc<Person>,
    pub(super) slot: &'a Slot,
    /// When the command was given.
    pub(super) now: Time,
    /// The id for a new message.
    pub(super) next_message: MessageId,
}

impl<'a> Scene<'a> {
    /// Looks up the actor and the room; refuses if the actor is not a member.
    pub(super) fn enter(chat: &'a Chat, stamp: Stamp, room: RoomId) -> Result<Scene<'a>, Refusal> {
        let actor = chat.person(stamp.actor)?;
        let (state, row) = chat.state(room)?;
        let slot = chat.member(room, stamp.actor).ok_or(Refusal::NotMember)?;
        Ok(Scene { chat, state, room: row, actor, slot, now: stamp.at, next_message: stamp.ids.message })
    }

    /// Returns the time of the room's next change: never before its last told one.
    pub(super) fn at(&self) -> Time {
        self.now.max(self.room.last_at)
    }

    /// Returns a message that is not deleted.
    pub(super) fn message(&self, message: MessageId) -> Result<&'a Arc<Message>, Refusal> {
        self.chat.live_message(self.room.id, message)
    }

    /// Refuses if the room is over.
    pub(super) fn open(&self) -> Result<(), Refusal> {
        if self.room.closed { Err(Refusal::Closed) } else { Ok(()) }
    }

    pub(super) fn is_owner(&self) -> bool {
        self.room.owner == Some(self.actor.id())
    }

    /// Whether the actor leads the group.
    pub(super) fn leads(&self) -> bool {
        self.role_of(self.actor.id()) < Role::Member
    }

    /// Returns a user's rank in the room.
    pub(super) fn role_of(&self, user: UserId) -> Role {
        let member = if user == self.actor.id() { Some(self.slot) } else { self.chat.member(self.room.id, user) };
        self.room.role_of(user, member.map(|slot| &slot.member))
    }

    /// Refuses unless the actor's rank is above this user's.
    pub(super) fn outranks(&self, user: UserId) -> Result<(), Refusal> {
        if self.role_of(self.actor.id()) < self.role_of(user) { Ok(()) } else { Err(Refusal::Outranked) }
    }

    /// Refuses if the actor was blocked, or is muted; a mute does not hold back what a back end sends in their name.
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

    /// Refuses a member who may not send now, because the group is frozen or in slow mode. Neither holds for those who
    /// lead the group.
    pub(super) fn may_send(&self) -> Result<(), Refusal> {
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

    /// Returns the next durable change.
    pub(super) fn next(&self, change: Change) -> Event {
        let head = Head { seq: self.room.head.seq + 1, ..self.room.head };
        Event { head, ..self.already(self.at(), change) }
    }

    /// Returns the durable change right after the next one.
    pub(super) fn then(&self, change: Change) -> Event {
        let event = self.next(change);
        Event { head: Head { seq: event.head.seq + 1, ..event.head }, ..event }
    }

    /// Returns the next move of a position.
    pub(super) fn moves(&self, at: Time, change: Change) -> Event {
        let head = Head { moves: self.room.head.moves + 1, ..self.room.head };
        Event { head, ..self.already(at, change) }
    }

    /// Returns an event for what has been so since `at`.
    pub(super) fn already(&self, at: Time, change: Change) -> Event {
        Event { at, ..as_it_is(self.room, self.actor, change) }
    }
}

/// Returns an event that tells how something in a room is now, as if it had just happened.
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

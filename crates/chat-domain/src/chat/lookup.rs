//! What a decision reads of a chat.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Chat, RoomState, Slot};
use crate::command::{ClientId, Need};
use crate::digest::Digest;
use crate::fact::Ordinal;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::room::Room;
use crate::rows::LobbyRow;

impl Chat {
    /// Returns a person, also one who was erased.
    pub(crate) fn person(&self, user: UserId) -> Result<&Arc<Person>, Refusal> {
        let known = self.people.get(&user).map(Option::as_ref);
        let known = known.unwrap_or_else(|| self.absent(|| Need::Person(user)));
        known.map(|known| &known.person).ok_or(Refusal::UnknownUser)
    }

    /// Returns a person who was not erased.
    pub(crate) fn living(&self, user: UserId) -> Result<&Arc<Person>, Refusal> {
        self.person(user).and_then(|person| if person.is_erased() { Err(Refusal::UnknownUser) } else { Ok(person) })
    }

    /// Returns what is known of a room, and the room's own row.
    pub(crate) fn state(&self, room: RoomId) -> Result<(&RoomState, &Room), Refusal> {
        let state = self.states.get(&room).filter(|state| state.is_known);
        let state = state.or_else(|| self.absent(|| Need::Room(room)));
        state.and_then(|state| Some((state, state.room.as_ref()?))).ok_or(Refusal::UnknownRoom)
    }

    /// Returns a user's row in a room, also if they have left.
    pub(crate) fn slot(&self, room: RoomId, user: UserId) -> Option<&Slot> {
        let state = self.states.get(&room);
        match state.and_then(|state| state.members.get(&user)) {
            Some(slot) => slot.as_ref(),
            None if state.is_some_and(|state| state.born) => None,
            None => self.absent(|| Need::Member(room, user)),
        }
    }

    /// Returns the row of a user who is in a room now.
    pub(crate) fn member(&self, room: RoomId, user: UserId) -> Option<&Slot> {
        let has_ended = self.states.get(&room).and_then(RoomState::peek).is_some_and(Room::has_ended);
        self.slot(room, user).filter(|slot| slot.member.active && !has_ended)
    }

    /// Returns a message that is not deleted.
    pub(crate) fn live_message(&self, room: RoomId, message: MessageId) -> Result<&Arc<Message>, Refusal> {
        let found = self.message_row(room, message).filter(|found| found.deleted.is_none());
        found.ok_or(Refusal::UnknownMessage)
    }

    /// Returns a message, also a deleted one.
    pub(crate) fn message_row(&self, room: RoomId, message: MessageId) -> Option<&Arc<Message>> {
        let state = self.states.get(&room)?;
        match state.message(message) {
            Some(found) => Some(found),
            None if state.absent.contains(&message) || state.born => None,
            None => self.absent(|| Need::Message(room, message)),
        }
    }

    /// Returns where a message id stands in a room. `user` is whose own messages are counted.
    pub(crate) fn ordinal(&self, room: RoomId, message: MessageId, user: UserId) -> Ordinal {
        let Ok((state, row)) = self.state(room) else { return Ordinal::default() };
        let slot = state.members.get(&user).and_then(Option::as_ref);
        if row.last_message <= Some(message) {
            let own = slot.map_or(0, |slot| slot.member.sent);
            return Ordinal { message: row.last_message, number: row.sent, own };
        }
        let newest = state.upto(message).checked_sub(1).map(|at| &state.messages[at]);
        match newest.filter(|newest| state.is_fresh(newest)) {
            Some(newest) => {
                let own = slot.map_or(0, |slot| slot.own_upto(message));
                Ordinal { message: Some(newest.id), number: newest.number, own }
            }
            None if state.loaded == 0 => Ordinal::default(),
            None => match state.ordinals.get(&(message, user)) {
                Some(ordinal) => *ordinal,
                None => self.absent(|| Need::Ordinal(room, message, user)).unwrap_or_default(),
            },
        }
    }

    /// Returns who owns a group after its owner has left.
    pub(crate) fn heir(&self, room: RoomId, leaver: UserId) -> Option<UserId> {
        let state = self.states.get(&room)?;
        if !state.roster {
            self.expect(|| Need::Heir(room));
        }
        let others = state.slots().map(|slot| &slot.member).filter(|member| member.active && member.user != leaver);
        others.min_by_key(|member| member.succession()).map(|member| member.user)
    }

    /// Returns everybody who is in a room, in order of joining.
    pub(crate) fn roster(&self, state: &RoomState) -> Vec<Arc<Person>> {
        assert!(
            self.whole || state.roster,
            "the working set never learned who is in {:?}",
            state.peek().map(|room| room.id)
        );
        state.present().into_iter().filter_map(|slot| self.person(slot.member.user).ok().cloned()).collect()
    }

    /// Returns the direct chat of two people.
    pub(crate) fn direct(&self, one: UserId, other: UserId) -> Option<RoomId> {
        let (low, high) = (one.min(other), one.max(other));
        self.directs.get(&(low, high)).copied().unwrap_or_else(|| self.absent(|| Need::Direct(low, high)))
    }

    /// Returns what was first sent under a name.
    pub(crate) fn first_sent(&self, room: RoomId, user: UserId, name: &ClientId) -> Option<(Digest, MessageId)> {
        match self.sent.get(&(room, user)).and_then(|sent| sent.get(name)) {
            Some(first) => *first,
            None if self.states.get(&room).is_some_and(|state| state.born) => None,
            None => self.absent(|| Need::Sent(room, user, name.clone())),
        }
    }

    /// Returns the group that was first made under a name.
    pub(crate) fn first_made(&self, user: UserId, name: &ClientId) -> Option<(Digest, RoomId)> {
        let key = (user, name.clone());
        self.made.get(&key).copied().unwrap_or_else(|| self.absent(|| Need::Made(user, name.clone())))
    }

    /// Returns a user's row in the lobby.
    pub(crate) fn lobby(&self, user: UserId) -> Option<LobbyRow> {
        self.lobby.get(&user).copied().unwrap_or_else(|| self.absent(|| Need::Lobby(user)))
    }

    /// Returns everybody who waits for a stranger, who has waited longest first.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = LobbyRow> {
        self.expect(|| Need::Waiting);
        self.waiting.iter().filter_map(|(_, user)| self.lobby.get(user).copied().flatten())
    }

    /// Whether a room of this id is known to exist.
    pub(crate) fn has_room(&self, room: RoomId) -> bool {
        self.states.get(&room).is_some_and(|state| state.room.is_some())
    }

    /// Panics if this need has not been answered, unless the room was made in this working set.
    pub(crate) fn expect_of(&self, state: &RoomState, need: impl Fn() -> Need) {
        if !state.born {
            self.expect(need);
        }
    }

    /// Panics in a partial chat if this need has not been answered.
    pub(crate) fn expect(&self, need: impl Fn() -> Need) {
        if !self.whole && !self.answered.contains(&need()) {
            self.absent::<()>(need);
        }
    }

    /// Returns `None` in a whole chat: what it does not have does not exist. Panics in a partial chat, where
    /// [`Command::needs`](crate::Command::needs) forgot to name the need.
    #[cold]
    pub(super) fn absent<T>(&self, need: impl Fn() -> Need) -> Option<T> {
        assert!(self.whole, "the working set never learned {:?}: is it missing in Command::needs?", need());
        None
    }
}

//! Asking a chat for what a decision rests on.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Chat, Den, Slot};
use crate::command::{ClientId, Fact};
use crate::digest::Digest;
use crate::id::{MessageId, RoomId, UserId};
use crate::known::Place;
use crate::message::Message;
use crate::person::Person;
use crate::refusal::Refusal;
use crate::room::Room;
use crate::rows::LobbyRow;

impl Chat {
    /// Who this is.
    pub(crate) fn person(&self, user: UserId) -> Result<&Arc<Person>, Refusal> {
        let known = self.people.get(&user).map(Option::as_ref);
        let known = known.unwrap_or_else(|| self.absent(|| Fact::Person(user)));
        known.map(|known| &known.person).ok_or(Refusal::UnknownUser)
    }

    /// The room.
    pub(crate) fn den(&self, room: RoomId) -> Result<(&Den, &Room), Refusal> {
        let den = self.dens.get(&room).filter(|den| den.told);
        let den = den.or_else(|| self.absent(|| Fact::Room(room)));
        den.and_then(|den| Some((den, den.room.as_ref()?))).ok_or(Refusal::UnknownRoom)
    }

    /// Somebody's place in a room, also of who left.
    pub(crate) fn slot(&self, room: RoomId, user: UserId) -> Option<&Slot> {
        let den = self.dens.get(&room);
        match den.and_then(|den| den.members.get(&user)) {
            Some(slot) => slot.as_ref(),
            None if den.is_some_and(|den| den.born) => None,
            None => self.absent(|| Fact::Member(room, user)),
        }
    }

    /// Somebody who is in a room now.
    pub(crate) fn member(&self, room: RoomId, user: UserId) -> Option<&Slot> {
        self.slot(room, user).filter(|slot| slot.member.active)
    }

    /// A message that is not deleted.
    pub(crate) fn live_message(&self, room: RoomId, message: MessageId) -> Result<&Arc<Message>, Refusal> {
        let found = self.message_row(room, message).filter(|found| found.deleted.is_none());
        found.ok_or(Refusal::UnknownMessage)
    }

    /// A message's row.
    pub(crate) fn message_row(&self, room: RoomId, message: MessageId) -> Option<&Arc<Message>> {
        let den = self.dens.get(&room)?;
        match den.message(message) {
            Some(found) => Some(found),
            None if den.absent.contains(&message) || den.born => None,
            None => self.absent(|| Fact::Message(room, message)),
        }
    }

    /// Where a message id stands in a room.
    pub(crate) fn place(&self, room: RoomId, message: MessageId, user: UserId) -> Place {
        let Ok((den, row)) = self.den(room) else { return Place::default() };
        let slot = den.members.get(&user).and_then(Option::as_ref);
        if row.last_message <= Some(message) {
            let own = slot.map_or(0, |slot| slot.member.sent);
            return Place { message: row.last_message, number: row.sent, own };
        }
        let newest = den.upto(message).checked_sub(1).map(|at| &den.messages[at]);
        match newest.filter(|newest| den.is_fresh(newest)) {
            Some(newest) => {
                let own = slot.map_or(0, |slot| slot.own_upto(message));
                Place { message: Some(newest.id), number: newest.number, own }
            }
            None if den.loaded == 0 => Place::default(),
            None => match den.places.get(&(message, user)) {
                Some(place) => *place,
                None => self.absent(|| Fact::Place(room, message, user)).unwrap_or_default(),
            },
        }
    }

    /// Who owns a group when its owner leaves.
    pub(crate) fn heir(&self, room: RoomId, leaver: UserId) -> Option<UserId> {
        let den = self.dens.get(&room)?;
        if !den.roster {
            self.expect(|| Fact::Heir(room));
        }
        let others = den.slots().map(|slot| &slot.member).filter(|member| member.active && member.user != leaver);
        others.min_by_key(|member| member.seniority()).map(|member| member.user)
    }

    /// Everybody who is in a room, in order of joining.
    pub(crate) fn roster(&self, den: &Den) -> Vec<Arc<Person>> {
        assert!(
            self.whole || den.roster,
            "the working set was not told who is in {:?}",
            den.peek().map(|room| room.id)
        );
        den.present().into_iter().filter_map(|slot| self.person(slot.member.user).ok().cloned()).collect()
    }

    /// The direct chat of two people.
    pub(crate) fn direct(&self, one: UserId, other: UserId) -> Option<RoomId> {
        let (low, high) = (one.min(other), one.max(other));
        self.directs.get(&(low, high)).copied().unwrap_or_else(|| self.absent(|| Fact::Direct(low, high)))
    }

    /// What was first sent under a name.
    pub(crate) fn first_sent(&self, room: RoomId, user: UserId, name: &ClientId) -> Option<(Digest, MessageId)> {
        match self.sent.get(&(room, user)).and_then(|sent| sent.get(name)) {
            Some(first) => *first,
            None if self.dens.get(&room).is_some_and(|den| den.born) => None,
            None => self.absent(|| Fact::Sent(room, user, name.clone())),
        }
    }

    /// The group that was first made under a name.
    pub(crate) fn first_made(&self, user: UserId, name: &ClientId) -> Option<(Digest, RoomId)> {
        let key = (user, name.clone());
        self.made.get(&key).copied().unwrap_or_else(|| self.absent(|| Fact::Made(user, name.clone())))
    }

    /// Somebody's row in the lobby.
    pub(crate) fn lobby(&self, user: UserId) -> Option<LobbyRow> {
        self.lobby.get(&user).copied().unwrap_or_else(|| self.absent(|| Fact::Lobby(user)))
    }

    /// Everybody who waits for a stranger, the longest first.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = LobbyRow> {
        self.expect(|| Fact::Waiting);
        self.waiting.iter().filter_map(|(_, user)| self.lobby.get(user).copied().flatten())
    }

    /// Whether a room of this id is known to exist.
    pub(crate) fn has_room(&self, room: RoomId) -> bool {
        self.dens.get(&room).is_some_and(|den| den.room.is_some())
    }

    /// Asks for something of a room that must have been told as a whole, unless the room was made here.
    pub(crate) fn expect_of(&self, den: &Den, fact: impl Fn() -> Fact) {
        if !den.born {
            self.expect(fact);
        }
    }

    /// Asks for something that must have been told as a whole.
    pub(crate) fn expect(&self, fact: impl Fn() -> Fact) {
        if !self.whole && !self.told.contains(&fact()) {
            self.absent::<()>(fact);
        }
    }

    /// What a whole chat does not have does not exist; what a partial one does not have was forgotten by somebody.
    #[cold]
    pub(super) fn absent<T>(&self, fact: impl Fn() -> Fact) -> Option<T> {
        assert!(self.whole, "the working set was not told {:?}: is it missing in Command::needs?", fact());
        None
    }
}

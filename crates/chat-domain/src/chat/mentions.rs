//! Who is mentioned where.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Chat, RoomState, Slot};
use crate::command::Need;
use crate::id::{RoomId, UserId};
use crate::message::Message;
use crate::names::folded;
use crate::person::{Handle, Person};
use crate::room::Member;

/// A message that mentions somebody: its [number](Message::number) in the room, and its sender.
type Mentioning = (u64, UserId);

impl Chat {
    /// Returns the member of a room who has this username ([folded](crate::names::folded)).
    pub(crate) fn member_named(&self, room: RoomId, name: &str) -> Option<Handle> {
        let user = match self.named.get(&(room, name.into())) {
            Some(user) => (*user)?,
            None if !self.whole => self.absent(|| Need::Named(room, name.into()))?,
            None => self.whose(room, name)?,
        };
        self.member(room, user).map(|_| self.handle(user))
    }

    /// Returns who has this username, if they are or were in the room, with their row there.
    pub(super) fn named_in(&self, room: RoomId, name: &str) -> Option<(Arc<Person>, Option<Member>)> {
        let user = self.whose(room, name)?;
        Some((self.person(user).ok()?.clone(), self.slot(room, user).map(|slot| slot.member)))
    }

    pub(super) fn learn_named(&mut self, room: RoomId, name: String, whose: Option<(Arc<Person>, Option<Member>)>) {
        self.named.insert((room, name), whose.as_ref().map(|(person, _)| person.id()));
        if let Some((person, member)) = whose {
            let user = person.id();
            self.learn_person(user, Some(person));
            self.learn_member(room, user, member);
        }
    }

    /// Replaces the mentions of a message: those of `before` by those of `now`.
    pub(super) fn mention(&mut self, room: RoomId, before: Option<&Message>, now: &Message) {
        let of = |message: Option<&Message>| message.and_then(|message| message.mentions.clone());
        if of(before) == of(Some(now)) {
            return;
        }
        if let Some(state) = self.states.get_mut(&room) {
            before.into_iter().for_each(|before| state.index_mentions(before, false));
            state.index_mentions(now, true);
        }
        self.mark(|dirty| dirty.mentioning.extend([(room, now.id)]));
    }

    /// Returns how many unread messages of others mention this member, or everybody.
    pub(crate) fn unread_mentions(&self, state: &RoomState, slot: &Slot) -> u64 {
        let (user, read) = (slot.member.user, slot.member.read.number);
        let to = |whom: Option<UserId>| state.mentions.get(&whom).map(Vec::as_slice).unwrap_or_default();
        let newer =
            |of: &'_ [Mentioning]| of.iter().filter(|(number, sender)| *number > read && *sender != user).count();
        let both = to(None).iter().filter(|one| to(Some(user)).contains(one)).filter(|(number, _)| *number > read);
        (newer(to(Some(user))) + newer(to(None)) - both.count()) as u64
    }

    fn whose(&self, room: RoomId, name: &str) -> Option<UserId> {
        let users = self.states.get(&room)?.members.keys();
        let has_it = |user: &&UserId| self.person(**user).is_ok_and(|person| folded(&person.username) == name);
        users.copied().collect::<Vec<_>>().iter().find(has_it).copied()
    }
}

impl RoomState {
    /// Adds a message to the lists of those whom it mentions, or removes it.
    pub(super) fn index_mentions(&mut self, message: &Message, stands: bool) {
        let Some(mentions) = &message.mentions else { return };
        let sender = message.sender.id();
        let people = mentions.people.iter().map(|person| Some(person.id)).filter(|person| *person != Some(sender));
        for whom in people.chain(mentions.all.then_some(None)) {
            let of = self.mentions.entry(whom).or_default();
            match (of.binary_search(&(message.number, sender)), stands) {
                (Err(at), true) => of.insert(at, (message.number, sender)),
                (Ok(at), false) => drop(of.remove(at)),
                _ => {}
            }
        }
    }
}

//! Taking over what a store knows.

use alloc::sync::Arc;

use super::state::{Base, Slot};
use super::{Chat, RoomState};
use crate::command::Need;
use crate::fact::{Fact, FirstMade, FirstSent, InLobby, Ordinal};
use crate::id::{RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::room::{Member, Room};
use crate::rows::{LobbyRow, Roster, Seen};

impl Chat {
    /// Takes over what is known. All that a batch of commands needs is told before the first of them is executed; telling
    /// the same twice does no harm.
    ///
    /// A whole chat is told of people only ([`Fact::Person`]): that they exist, and when they change their names.
    ///
    /// # Panics
    ///
    /// If a whole chat is told of anything else, which it knows better.
    pub fn tell(&mut self, fact: Fact) {
        if let Fact::Person(user, person) = fact {
            return self.tell_person(user, person);
        }
        assert!(!self.whole, "a whole chat is told of people only, not {:?}", fact.need());
        let need = fact.need();
        if self.told.insert(need) {
            self.tell_row(fact);
        }
    }

    fn tell_row(&mut self, fact: Fact) {
        match fact {
            Fact::Person(..) | Fact::Waiting(_) | Fact::Lobby(..) => self.tell_lobby(fact),
            Fact::Room(id, room) => self.tell_room(id, room),
            Fact::Member(room, user, member) => self.tell_member(room, user, member),
            Fact::Heir(room, members) => {
                members.into_iter().for_each(|member| self.tell_member(room, member.user, Some(member)));
            }
            Fact::Message(room, id, None) => {
                self.states.entry(room).or_default().absent.insert(id);
            }
            Fact::Message(.., Some(message)) => self.tell_message(message),
            Fact::Ordinal(room, id, user, place) => self.tell_place(room, id, user, place),
            Fact::Direct(low, high, roster) => {
                self.directs.insert((low, high), roster.as_ref().map(|roster| roster.room.id));
                roster.into_iter().for_each(|roster| self.tell_roster(roster));
            }
            Fact::Sent(room, user, name, first) => {
                let row = first.as_ref().map(|first| (first.digest, first.seen.message.id));
                self.sent.entry((room, user)).or_default().entry(name).or_insert(row);
                first.into_iter().for_each(|first| self.tell_first(first));
            }
            Fact::Made(user, name, made) => {
                self.made.insert((user, name), made.as_ref().map(|made| (made.digest, made.roster.room.id)));
                made.into_iter().for_each(|FirstMade { roster, .. }| self.tell_roster(roster));
            }
            Fact::Likes(room, message, _, rows) => {
                let liked = self.states.entry(room).or_default().likes.entry(message).or_default();
                rows.into_iter().for_each(|row| liked.put(row));
            }
            Fact::Unread(.., seen) => seen.into_iter().for_each(|seen| self.tell_seen(seen)),
            Fact::Undelivered(room, .., senders) => self.states.entry(room).or_default().senders.extend(senders),
        }
    }

    fn tell_lobby(&mut self, fact: Fact) {
        match fact {
            Fact::Waiting(rows) => {
                for (row, person) in rows {
                    self.tell_person(row.user, Some(person));
                    self.tell_place_in_lobby(row.user, Some(row));
                }
            }
            Fact::Lobby(user, None) => self.tell_place_in_lobby(user, None),
            Fact::Lobby(user, Some(InLobby { row, open })) => {
                self.tell_place_in_lobby(user, Some(row));
                if let Some((roster, partner)) = open {
                    self.tell_place_in_lobby(partner.user, Some(partner));
                    self.tell_roster(roster);
                }
            }
            _ => {}
        }
    }

    /// A name can change at any time; that somebody is there cannot.
    fn tell_person(&mut self, user: UserId, person: Option<Arc<Person>>) {
        let before = self.people.get(&user).cloned().flatten();
        let last_seen = before.as_ref().and_then(|fact| fact.last_seen);
        let fact = person.map(|person| super::Someone { person, last_seen }).or(before);
        self.people.insert(user, fact);
    }

    fn tell_room(&mut self, id: RoomId, room: Option<Room>) {
        let state = self.states.entry(id).or_default();
        if !state.told {
            state.loaded = room.as_ref().map_or(0, |room| room.sent);
            (state.told, state.room) = (true, room);
        }
    }

    fn tell_member(&mut self, room: RoomId, user: UserId, member: Option<Member>) {
        let state = self.states.entry(room).or_default();
        state.members.entry(user).or_insert_with(|| member.map(Slot::told));
    }

    fn tell_roster(&mut self, roster: Roster) {
        let room = roster.room.id;
        self.tell_room(room, Some(roster.room));
        for (member, person) in roster.members {
            self.tell_person(member.user, Some(person));
            self.tell_member(room, member.user, Some(member));
        }
        self.states.entry(room).or_default().roster = true;
    }

    fn tell_message(&mut self, message: Arc<Message>) {
        let state = self.states.entry(message.room).or_default();
        if state.message(message.id).is_none() {
            state.put(message);
        }
    }

    /// The place of the message that was found is the same place.
    fn tell_place(&mut self, room: RoomId, id: crate::id::MessageId, user: UserId, place: Ordinal) {
        let places = &mut self.states.entry(room).or_default().places;
        places.insert((id, user), place);
        places.extend(place.message.map(|found| ((found, user), place)));
    }

    fn tell_first(&mut self, first: FirstSent) {
        let message = &first.seen.message;
        let state: &mut RoomState = self.states.entry(message.room).or_default();
        let liked = state.likes.entry(message.id).or_default();
        first.likes.into_iter().for_each(|row| liked.put(row));
        self.tell_seen(first.seen);
    }

    fn tell_seen(&mut self, seen: Seen) {
        let Seen { message, readers, first_at, delivered } = seen;
        let state = self.states.entry(message.room).or_default();
        let base = state.bases.entry(message.id).or_default();
        // The same message may be told as unread, where deliveries do not matter, and as first sent.
        let delivered = base.delivered || delivered;
        *base = Base { readers, first_at, delivered };
        self.tell_message(message);
    }

    fn tell_place_in_lobby(&mut self, user: UserId, row: Option<LobbyRow>) {
        if let alloc::collections::btree_map::Entry::Vacant(place) = self.lobby.entry(user) {
            place.insert(row);
            self.waiting.extend(row.and_then(|row| Some((row.waiting?, user))));
            self.told.insert(Need::Lobby(user));
        }
    }
}

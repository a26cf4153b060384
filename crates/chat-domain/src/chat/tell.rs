//! Taking over what a store knows.

use alloc::sync::Arc;

use super::den::{Base, Slot};
use super::{Chat, Den};
use crate::command::Fact;
use crate::id::{RoomId, UserId};
use crate::known::{FirstMade, FirstSent, InLobby, Known, Place};
use crate::message::Message;
use crate::person::Person;
use crate::room::{Member, Room};
use crate::rows::{LobbyRow, Roster, Seen};

impl Chat {
    /// Takes over what is known. All that a batch of commands needs is told before the first of them is executed; telling
    /// the same twice does no harm.
    ///
    /// A whole chat is told of people only ([`Known::Person`]): that they exist, and when they change their names.
    ///
    /// # Panics
    ///
    /// If a whole chat is told of anything else, which it knows better.
    pub fn tell(&mut self, known: Known) {
        if let Known::Person(user, person) = known {
            return self.tell_person(user, person);
        }
        assert!(!self.whole, "a whole chat is told of people only, not {:?}", known.fact());
        let fact = known.fact();
        if self.told.insert(fact) {
            self.tell_row(known);
        }
    }

    fn tell_row(&mut self, known: Known) {
        match known {
            Known::Person(..) | Known::Waiting(_) | Known::Lobby(..) => self.tell_lobby(known),
            Known::Room(id, room) => self.tell_room(id, room),
            Known::Member(room, user, member) => self.tell_member(room, user, member),
            Known::Heir(room, members) => {
                members.into_iter().for_each(|member| self.tell_member(room, member.user, Some(member)));
            }
            Known::Message(room, id, None) => {
                self.dens.entry(room).or_default().absent.insert(id);
            }
            Known::Message(.., Some(message)) => self.tell_message(message),
            Known::Place(room, id, user, place) => self.tell_place(room, id, user, place),
            Known::Direct(low, high, roster) => {
                self.directs.insert((low, high), roster.as_ref().map(|roster| roster.room.id));
                roster.into_iter().for_each(|roster| self.tell_roster(roster));
            }
            Known::Sent(room, user, name, first) => {
                let row = first.as_ref().map(|first| (first.digest, first.seen.message.id));
                self.sent.entry((room, user)).or_default().entry(name).or_insert(row);
                first.into_iter().for_each(|first| self.tell_first(first));
            }
            Known::Made(user, name, made) => {
                self.made.insert((user, name), made.as_ref().map(|made| (made.digest, made.roster.room.id)));
                made.into_iter().for_each(|FirstMade { roster, .. }| self.tell_roster(roster));
            }
            Known::Likes(room, message, _, rows) => {
                let liked = self.dens.entry(room).or_default().likes.entry(message).or_default();
                rows.into_iter().for_each(|row| liked.put(row));
            }
            Known::Unread(.., seen) => seen.into_iter().for_each(|seen| self.tell_seen(seen)),
            Known::Undelivered(room, .., senders) => self.dens.entry(room).or_default().senders.extend(senders),
        }
    }

    fn tell_lobby(&mut self, known: Known) {
        match known {
            Known::Waiting(rows) => {
                for (row, person) in rows {
                    self.tell_person(row.user, Some(person));
                    self.tell_place_in_lobby(row.user, Some(row));
                }
            }
            Known::Lobby(user, None) => self.tell_place_in_lobby(user, None),
            Known::Lobby(user, Some(InLobby { row, open })) => {
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
        let last_seen = before.as_ref().and_then(|known| known.last_seen);
        let known = person.map(|person| super::Someone { person, last_seen }).or(before);
        self.people.insert(user, known);
    }

    fn tell_room(&mut self, id: RoomId, room: Option<Room>) {
        let den = self.dens.entry(id).or_default();
        if !den.told {
            den.loaded = room.as_ref().map_or(0, |room| room.sent);
            (den.told, den.room) = (true, room);
        }
    }

    fn tell_member(&mut self, room: RoomId, user: UserId, member: Option<Member>) {
        let den = self.dens.entry(room).or_default();
        den.members.entry(user).or_insert_with(|| member.map(Slot::told));
    }

    fn tell_roster(&mut self, roster: Roster) {
        let room = roster.room.id;
        self.tell_room(room, Some(roster.room));
        for (member, person) in roster.members {
            self.tell_person(member.user, Some(person));
            self.tell_member(room, member.user, Some(member));
        }
        self.dens.entry(room).or_default().roster = true;
    }

    fn tell_message(&mut self, message: Arc<Message>) {
        let den = self.dens.entry(message.room).or_default();
        if den.message(message.id).is_none() {
            den.put(message);
        }
    }

    /// The place of the message that was found is the same place.
    fn tell_place(&mut self, room: RoomId, id: crate::id::MessageId, user: UserId, place: Place) {
        let places = &mut self.dens.entry(room).or_default().places;
        places.insert((id, user), place);
        places.extend(place.message.map(|found| ((found, user), place)));
    }

    fn tell_first(&mut self, first: FirstSent) {
        let message = &first.seen.message;
        let den: &mut Den = self.dens.entry(message.room).or_default();
        let liked = den.likes.entry(message.id).or_default();
        first.likes.into_iter().for_each(|row| liked.put(row));
        self.tell_seen(first.seen);
    }

    fn tell_seen(&mut self, seen: Seen) {
        let Seen { message, readers, first_at, delivered } = seen;
        let den = self.dens.entry(message.room).or_default();
        let base = den.bases.entry(message.id).or_default();
        // The same message may be told as unread, where deliveries do not matter, and as first sent.
        let delivered = base.delivered || delivered;
        *base = Base { readers, first_at, delivered };
        self.tell_message(message);
    }

    fn tell_place_in_lobby(&mut self, user: UserId, row: Option<LobbyRow>) {
        if let alloc::collections::btree_map::Entry::Vacant(place) = self.lobby.entry(user) {
            place.insert(row);
            self.waiting.extend(row.and_then(|row| Some((row.waiting?, user))));
            self.told.insert(Fact::Lobby(user));
        }
    }
}

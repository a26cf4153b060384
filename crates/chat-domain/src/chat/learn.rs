//! Facts that a working set learns from a store.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Chat;
use super::state::{Base, Slot};
use crate::command::Need;
use crate::emoji::Emoji;
use crate::fact::{Fact, FirstMade, FirstSent, InLobby, Ordinal};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::room::{Member, Room};
use crate::rows::{LobbyRow, ReactionRow, Readership, Roster};

impl Chat {
    /// Takes a fact over. A working set must learn everything that a batch of commands needs before the first of them
    /// is executed; learning a fact twice does no harm.
    ///
    /// A whole chat learns only of people and files ([`Fact::Person`], [`Fact::File`]): that they exist, and how they
    /// change.
    ///
    /// # Panics
    ///
    /// If a whole chat is given any other fact, which it knows itself.
    pub fn learn(&mut self, fact: Fact) {
        match fact {
            Fact::Person(user, person) => return self.learn_person(user, person),
            Fact::File(id, file) if self.whole => return drop(self.files.insert(id, file)),
            _ => {}
        }
        assert!(!self.whole, "a whole chat learns of people and files only, not {:?}", fact.need());
        let need = fact.need();
        if self.answered.insert(need) {
            self.learn_row(fact);
        }
    }

    fn learn_row(&mut self, fact: Fact) {
        match fact {
            Fact::Person(..) | Fact::Waiting(_) | Fact::Lobby(..) => self.learn_lobby(fact),
            Fact::Room(id, room) => self.learn_room(id, room),
            Fact::Member(room, user, member) => self.learn_member(room, user, member),
            Fact::Heir(room, members) => members.into_iter().for_each(|(member, person)| {
                self.learn_person(member.user, Some(person));
                self.learn_member(room, member.user, Some(member));
            }),
            Fact::Message(room, id, None) => drop(self.states.entry(room).or_default().absent.insert(id)),
            Fact::Message(.., Some(message)) => self.learn_message(message),
            Fact::Ordinal(room, id, user, ordinal) => self.learn_ordinal(room, id, user, ordinal),
            Fact::Author(room, _, member) => {
                member.into_iter().for_each(|member| self.learn_member(room, member.user, Some(member)));
            }
            Fact::Blocks(low, high, [first, second]) => {
                self.learn_block(low, high, first);
                self.learn_block(high, low, second);
            }
            Fact::Apart(_, pairs) => pairs.into_iter().for_each(|(who, whom)| self.learn_block(who, whom, true)),
            Fact::Direct(low, high, roster) => {
                self.directs.insert((low, high), roster.as_ref().map(|roster| roster.room.id));
                roster.into_iter().for_each(|roster| self.learn_roster(roster));
            }
            Fact::Sent(room, user, name, first) => {
                let row = first.as_ref().map(|first| (first.digest, first.seen.message.id));
                self.sent.entry((room, user)).or_default().entry(name).or_insert(row);
                first.into_iter().for_each(|first| self.learn_first(first));
            }
            Fact::Named(room, name, whose) => self.learn_named(room, name, whose),
            Fact::File(id, file) => drop(self.files.insert(id, file)),
            Fact::Made(user, name, made) => {
                self.made.insert((user, name), made.as_ref().map(|made| (made.digest, made.roster.room.id)));
                made.into_iter().for_each(|FirstMade { roster, .. }| self.learn_roster(roster));
            }
            Fact::Reactions(room, message, _, emoji, rows) => self.learn_reactions(room, message, emoji, rows),
            Fact::Unread(.., seen) => seen.into_iter().for_each(|seen| self.learn_readership(seen)),
            Fact::Undelivered(room, .., senders) => self.states.entry(room).or_default().senders.extend(senders),
        }
    }

    fn learn_lobby(&mut self, fact: Fact) {
        match fact {
            Fact::Waiting(rows) => {
                for (row, person) in rows {
                    self.learn_person(row.user, Some(person));
                    self.learn_lobby_row(row.user, Some(row));
                }
            }
            Fact::Lobby(user, None) => self.learn_lobby_row(user, None),
            Fact::Lobby(user, Some(InLobby { row, open })) => {
                self.learn_lobby_row(user, Some(row));
                if let Some((roster, partner)) = open {
                    self.learn_lobby_row(partner.user, Some(partner));
                    self.learn_roster(roster);
                }
            }
            _ => {}
        }
    }

    /// Keeps a known person if the fact says that there is none: a name can change at any time, but a person never
    /// ceases to exist.
    pub(super) fn learn_person(&mut self, user: UserId, person: Option<Arc<Person>>) {
        let before = self.people.get(&user).cloned().flatten();
        let last_seen = before.as_ref().and_then(|fact| fact.last_seen);
        let fact = person.map(|person| super::Someone { person, last_seen }).or(before);
        self.people.insert(user, fact);
    }

    fn learn_room(&mut self, id: RoomId, room: Option<Room>) {
        let state = self.states.entry(id).or_default();
        if !state.is_known {
            state.loaded = room.as_ref().map_or(0, |room| room.sent);
            (state.is_known, state.room) = (true, room);
        }
    }

    pub(super) fn learn_member(&mut self, room: RoomId, user: UserId, member: Option<Member>) {
        let state = self.states.entry(room).or_default();
        state.members.entry(user).or_insert_with(|| member.map(Slot::loaded));
    }

    fn learn_roster(&mut self, roster: Roster) {
        let room = roster.room.id;
        self.learn_room(room, Some(roster.room));
        for (member, person) in roster.members {
            self.learn_person(member.user, Some(person));
            self.learn_member(room, member.user, Some(member));
        }
        self.states.entry(room).or_default().roster = true;
    }

    fn learn_message(&mut self, message: Arc<Message>) {
        let state = self.states.entry(message.room).or_default();
        if state.message(message.id).is_none() {
            state.put(message);
        }
    }

    /// Learns the ordinal of a message id, which is also that of the message that was found for it.
    fn learn_ordinal(&mut self, room: RoomId, id: MessageId, user: UserId, ordinal: Ordinal) {
        let ordinals = &mut self.states.entry(room).or_default().ordinals;
        ordinals.insert((id, user), ordinal);
        ordinals.extend(ordinal.message.map(|found| ((found, user), ordinal)));
    }

    fn learn_reactions(&mut self, room: RoomId, message: MessageId, emoji: Emoji, rows: Vec<ReactionRow>) {
        let state = self.states.entry(room).or_default();
        let given = state.reactions.entry(message).or_default().entry(emoji).or_default();
        rows.into_iter().for_each(|row| given.put(row));
    }

    fn learn_first(&mut self, first: FirstSent) {
        let message = &first.seen.message;
        self.learn_reactions(message.room, message.id, Emoji::LIKE, first.likes);
        self.learn_readership(first.seen);
    }

    fn learn_readership(&mut self, seen: Readership) {
        let Readership { message, readers, first_at, delivered } = seen;
        let state = self.states.entry(message.room).or_default();
        let base = state.bases.entry(message.id).or_default();
        // The same message may be learned twice: as unread, where `delivered` is not asked, and as first sent, where it
        // is.
        let delivered = base.delivered || delivered;
        *base = Base { readers, first_at, delivered };
        self.learn_message(message);
    }

    fn learn_lobby_row(&mut self, user: UserId, row: Option<LobbyRow>) {
        if let alloc::collections::btree_map::Entry::Vacant(new) = self.lobby.entry(user) {
            new.insert(row);
            self.waiting.extend(row.and_then(|row| Some((row.waiting?, user))));
            self.answered.insert(Need::Lobby(user));
        }
    }
}

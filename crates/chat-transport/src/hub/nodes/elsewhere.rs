//! People who are connected to other nodes, as these nodes state it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chat_domain::backplane::Stated;
use chat_domain::{Mood, Person, RoomId, UserId};

use super::super::map::Map;

/// People who are connected to other nodes, and their rooms.
#[derive(Default)]
pub(in crate::hub) struct Elsewhere {
    nodes: BTreeMap<u64, Map<UserId, Look>>,
    people: Map<UserId, Absent>,
    rooms: Map<RoomId, BTreeSet<UserId>>,
}

/// How a person looks on one node, and how many sockets they have there; 0 while these are too few to be stated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::hub) struct Look {
    pub(in crate::hub) mood: Mood,
    pub(in crate::hub) sockets: u32,
}

/// A person who is connected elsewhere.
struct Absent {
    person: Arc<Person>,
    rooms: BTreeSet<RoomId>,
}

impl Elsewhere {
    /// Takes in what a node states about a person.
    pub(in crate::hub) fn state(&mut self, node: u64, stated: &Stated) {
        let user = stated.person.id();
        let there = self.nodes.entry(node).or_default();
        match stated.mood {
            None => drop(there.remove(&user)),
            Some(mood) => {
                there.insert(user, Look { mood, sockets: stated.sockets });
                self.learn(stated);
            }
        }
    }

    /// Forgets a person who is offline everywhere, after all have heard it.
    pub(in crate::hub) fn forget(&mut self, user: UserId) {
        if self.nodes.values().any(|there| there.contains_key(&user)) {
            return;
        }
        for room in self.people.remove(&user).into_iter().flat_map(|known| known.rooms) {
            self.leave(user, room);
        }
    }

    /// Forgets the people of a dead node.
    pub(in crate::hub) fn lose(&mut self, node: u64) {
        self.nodes.remove(&node);
    }

    /// Returns the people in a part of a node who are known here but missing in its list.
    pub(in crate::hub) fn ghosts(&self, node: u64, of: u64, part: u64, people: &[Stated]) -> Vec<UserId> {
        let stated: BTreeSet<UserId> = people.iter().map(|stated| stated.person.id()).collect();
        let there = self.nodes.get(&node).into_iter().flat_map(|there| there.keys().copied());
        there.filter(|user| part_of(*user, of) == part && !stated.contains(user)).collect()
    }

    /// Returns how many people of a node are known, and a hash of them.
    pub(in crate::hub) fn count(&self, node: u64) -> (u64, u64) {
        count(self.nodes.get(&node).into_iter().flatten())
    }

    /// Returns how many sockets a user has on other nodes, as far as these state it.
    pub(in crate::hub) fn sockets(&self, user: UserId) -> usize {
        self.nodes.values().filter_map(|there| there.get(&user)).map(|look| look.sockets as usize).sum()
    }

    /// Returns a person who is connected elsewhere.
    pub(in crate::hub) fn person(&self, user: UserId) -> Option<&Arc<Person>> {
        self.people.get(&user).map(|known| &known.person)
    }

    /// Returns the people in a room who are connected elsewhere.
    pub(in crate::hub) fn in_room(&self, room: RoomId) -> impl Iterator<Item = UserId> {
        self.rooms.get(&room).into_iter().flatten().copied()
    }

    /// Returns the rooms of a person who is connected elsewhere.
    pub(in crate::hub) fn rooms(&self, user: UserId) -> impl Iterator<Item = RoomId> {
        self.people.get(&user).into_iter().flat_map(|known| known.rooms.iter().copied())
    }

    /// Adds a room to a person.
    pub(in crate::hub) fn enters(&mut self, user: UserId, room: RoomId) {
        if let Some(known) = self.people.get_mut(&user) {
            known.rooms.insert(room);
            self.rooms.entry(room).or_default().insert(user);
        }
    }

    /// Takes a room from a person.
    pub(in crate::hub) fn leaves(&mut self, user: UserId, room: RoomId) {
        if let Some(known) = self.people.get_mut(&user) {
            known.rooms.remove(&room);
            self.leave(user, room);
        }
    }

    fn learn(&mut self, Stated { person, rooms, .. }: &Stated) {
        let user = person.id();
        let rooms: BTreeSet<RoomId> = rooms.iter().copied().collect();
        let before = self.people.insert(user, Absent { person: person.clone(), rooms: rooms.clone() });
        for left in before.into_iter().flat_map(|known| known.rooms).filter(|room| !rooms.contains(room)) {
            self.leave(user, left);
        }
        for room in rooms {
            self.rooms.entry(room).or_default().insert(user);
        }
    }

    fn leave(&mut self, user: UserId, room: RoomId) {
        if let Some(people) = self.rooms.get_mut(&room) {
            people.remove(&user);
            if people.is_empty() {
                self.rooms.remove(&room);
            }
        }
    }
}

/// Returns the number of these people, and a hash of them and how they look.
pub(in crate::hub) fn count<'a>(people: impl Iterator<Item = (&'a UserId, &'a Look)>) -> (u64, u64) {
    people.fold((0, 0), |(people, sum), (user, look)| {
        (people + 1, sum.wrapping_add(Stated::hash(*user, look.mood, look.sockets)))
    })
}

/// Returns in which of `of` parts a person is stated.
pub(in crate::hub) fn part_of(user: UserId, of: u64) -> u64 {
    user.number() as u64 % of.max(1)
}

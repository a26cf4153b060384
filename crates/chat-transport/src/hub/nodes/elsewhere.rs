//! Who is connected to other nodes, as these state it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chat_domain::backplane::Stated;
use chat_domain::{Mood, Person, RoomId, UserId};

use super::super::map::Map;

/// Who is connected to other nodes, and in which rooms they are.
#[derive(Default)]
pub(in crate::hub) struct Elsewhere {
    nodes: BTreeMap<u64, Map<UserId, Mood>>,
    people: Map<UserId, Absent>,
    rooms: Map<RoomId, BTreeSet<UserId>>,
}

/// Somebody who is elsewhere.
struct Absent {
    person: Arc<Person>,
    rooms: BTreeSet<RoomId>,
}

impl Elsewhere {
    /// A node states this of somebody.
    pub(in crate::hub) fn state(&mut self, node: u64, stated: &Stated) {
        let user = stated.person.id();
        let there = self.nodes.entry(node).or_default();
        match stated.mood {
            None => drop(there.remove(&user)),
            Some(mood) => {
                there.insert(user, mood);
                self.learn(stated);
            }
        }
    }

    /// Somebody went away everywhere, and all have heard it.
    pub(in crate::hub) fn forget(&mut self, user: UserId) {
        if self.nodes.values().any(|there| there.contains_key(&user)) {
            return;
        }
        for room in self.people.remove(&user).into_iter().flat_map(|known| known.rooms) {
            self.leave(user, room);
        }
    }

    /// Everybody of a node that is dead.
    pub(in crate::hub) fn lose(&mut self, node: u64) {
        self.nodes.remove(&node);
    }

    /// Those known of a node in a part who are not in this list of it.
    pub(in crate::hub) fn ghosts(&self, node: u64, of: u64, part: u64, people: &[Stated]) -> Vec<UserId> {
        let stated: BTreeSet<UserId> = people.iter().map(|stated| stated.person.id()).collect();
        let there = self.nodes.get(&node).into_iter().flat_map(|there| there.keys().copied());
        there.filter(|user| part_of(*user, of) == part && !stated.contains(user)).collect()
    }

    /// How many people of a node are known, and what tells them from all others.
    pub(in crate::hub) fn count(&self, node: u64) -> (u64, u64) {
        count(self.nodes.get(&node).into_iter().flatten())
    }

    /// Who somebody is who is elsewhere.
    pub(in crate::hub) fn person(&self, user: UserId) -> Option<&Arc<Person>> {
        self.people.get(&user).map(|known| &known.person)
    }

    /// Those who are elsewhere and in a room.
    pub(in crate::hub) fn in_room(&self, room: RoomId) -> impl Iterator<Item = UserId> {
        self.rooms.get(&room).into_iter().flatten().copied()
    }

    /// The rooms of somebody who is elsewhere.
    pub(in crate::hub) fn rooms(&self, user: UserId) -> impl Iterator<Item = RoomId> {
        self.people.get(&user).into_iter().flat_map(|known| known.rooms.iter().copied())
    }

    /// Somebody came into a room.
    pub(in crate::hub) fn enters(&mut self, user: UserId, room: RoomId) {
        if let Some(known) = self.people.get_mut(&user) {
            known.rooms.insert(room);
            self.rooms.entry(room).or_default().insert(user);
        }
    }

    /// Somebody left a room.
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

/// How many people these are, and what tells them and their moods from all others.
pub(in crate::hub) fn count<'a>(people: impl Iterator<Item = (&'a UserId, &'a Mood)>) -> (u64, u64) {
    people.fold((0, 0), |(people, hash), (user, mood)| (people + 1, hash.wrapping_add(Stated::hash(*user, *mood))))
}

/// In which of so many parts somebody is stated.
pub(in crate::hub) fn part_of(user: UserId, of: u64) -> u64 {
    user.number() as u64 % of.max(1)
}

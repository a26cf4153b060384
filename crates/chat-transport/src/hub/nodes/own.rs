//! What this node states about its own people to the others.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::backplane::{Sign, Stated};
use chat_domain::presence::{Presence, PresenceSign};
use chat_domain::{Mood, Person, RoomId, Time, UserId};

use super::super::map::Map;
use super::elsewhere::{count, part_of};

/// What this node states about its own people to the others.
pub(in crate::hub) struct Own {
    /// The presence of those with a socket here, without a grace.
    presence: Presence,
    stated: Map<UserId, Mood>,
    /// Signs that wait to be sent.
    waiting: Vec<Sign>,
}

impl Own {
    pub(in crate::hub) fn new() -> Own {
        Own { presence: Presence::new(Duration::ZERO), stated: Map::default(), waiting: Vec::new() }
    }

    /// Takes in a sign of somebody with a socket here. Returns true if the others must be told how they look now.
    pub(in crate::hub) fn takes(&mut self, user: UserId, sign: PresenceSign, now: Time) -> bool {
        self.presence.handle(now, sign);
        self.presence.handle(now, PresenceSign::Tick);
        let mood = self.mood(user);
        let before = match mood {
            Some(mood) => self.stated.insert(user, mood),
            None => self.stated.remove(&user),
        };
        before != mood
    }

    /// Adds a statement of how somebody looks now.
    pub(in crate::hub) fn state(&mut self, person: Arc<Person>, rooms: Vec<RoomId>) {
        let mood = self.mood(person.id());
        self.waiting.push(Sign::Here(Stated { person, mood, rooms }));
    }

    /// Takes the signs to send.
    pub(in crate::hub) fn take(&mut self) -> Vec<Sign> {
        std::mem::take(&mut self.waiting)
    }

    /// Returns the number of people and a hash of them, as a sign.
    pub(in crate::hub) fn count(&self) -> Sign {
        let (people, hash) = count(self.stated.iter());
        Sign::Count { people, hash }
    }

    /// Returns everybody, in parts that fit into an envelope.
    pub(in crate::hub) fn parts(&self) -> Vec<Vec<(UserId, Mood)>> {
        let of = (self.stated.len() / PART).max(1).next_power_of_two();
        let mut parts = vec![Vec::new(); of];
        for (user, mood) in &self.stated {
            parts[part_of(*user, of as u64) as usize].push((*user, *mood));
        }
        parts
    }

    fn mood(&self, user: UserId) -> Option<Mood> {
        (self.presence.connections(user) > 0).then(|| self.presence.mood(user))
    }
}

/// Roughly how many people one part has.
const PART: usize = 8;

//! What this node states about its own people to the others.

use std::sync::Arc;
use std::time::Duration;

use chat_domain::backplane::{Sign, Stated};
use chat_domain::presence::{Presence, PresenceSign};
use chat_domain::{Person, RoomId, Time, UserId};

use super::super::map::Map;
use super::elsewhere::{Look, count, part_of};

/// What this node states about its own people to the others.
pub(in crate::hub) struct Own {
    /// The presence of those with a socket here, without a grace.
    presence: Presence,
    stated: Map<UserId, Look>,
    /// So many sockets of one user are not stated.
    untold: usize,
    /// Signs that wait to be sent.
    waiting: Vec<Sign>,
}

impl Own {
    /// Nobody, of users who may have so many sockets each.
    pub(in crate::hub) fn new(sockets_per_user: usize) -> Own {
        let untold = sockets_per_user / OWN as usize;
        Own { presence: Presence::new(Duration::ZERO), stated: Map::default(), untold, waiting: Vec::new() }
    }

    /// Takes in a sign of somebody with a socket here. Returns true if the others must be told how they look now.
    pub(in crate::hub) fn takes(&mut self, user: UserId, sign: PresenceSign, now: Time) -> bool {
        self.presence.handle(now, sign);
        self.presence.handle(now, PresenceSign::Tick);
        let look = self.look(user);
        let before = match look {
            Some(look) => self.stated.insert(user, look),
            None => self.stated.remove(&user),
        };
        before != look
    }

    /// Adds a statement of how somebody looks now.
    pub(in crate::hub) fn state(&mut self, person: Arc<Person>, rooms: Vec<RoomId>) {
        let look = self.look(person.id());
        self.waiting.push(Sign::Here(stated(person, look, rooms)));
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
    pub(in crate::hub) fn parts(&self) -> Vec<Vec<(UserId, Look)>> {
        let of = (self.stated.len() / PART).max(1).next_power_of_two();
        let mut parts = vec![Vec::new(); of];
        for (user, look) in &self.stated {
            parts[part_of(*user, of as u64) as usize].push((*user, *look));
        }
        parts
    }

    fn look(&self, user: UserId) -> Option<Look> {
        let sockets = self.presence.connections(user);
        let told = if sockets > self.untold { sockets.try_into().unwrap_or(u32::MAX) } else { 0 };
        (sockets > 0).then(|| Look { mood: self.presence.mood(user), sockets: told })
    }
}

/// Returns the statement about somebody who looks like this; `None` once they have gone.
pub(super) fn stated(person: Arc<Person>, look: Option<Look>, rooms: Vec<RoomId>) -> Stated {
    Stated { person, mood: look.map(|look| look.mood), rooms, sockets: look.map_or(0, |look| look.sockets) }
}

/// Roughly how many people one part has.
const PART: usize = 8;
/// The denominator of the part of every limit that is each node's own: uses within it are not told to the others. So most users cost
/// nothing on the bus, and a user of three nodes can have two such parts more than the whole.
pub(crate) const OWN: u32 = 8;

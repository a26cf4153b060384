//! Names and pictures: a change shows at once, also in earlier events that are still in memory.

use std::sync::Arc;

use chat_domain::{Event, Person, UserId, Vanished};

use super::delivery::Delivery;
use super::handle::Hub;
use super::log::Log;
use super::people::People;
use super::typists::Typists;

impl Hub {
    /// Shows a person's new name and picture from now on, on this node.
    pub(crate) async fn is_now_here(&self, person: &Arc<Person>) {
        self.caught_up().await;
        self.people().is_now(person);
        (0..self.shards()).for_each(|shard| self.delivery(shard).is_now(person));
    }

    /// Removes what an erased person has said from this node's memory.
    pub(crate) async fn unsaid_here(&self, user: UserId) {
        self.caught_up().await;
        (0..self.shards()).for_each(|shard| {
            self.delivery(shard).rooms.values_mut().for_each(|room| room.log.replace(|event| event.unsaid(user)));
        });
    }

    /// Nobody reads any more what was kept for long enough, whoever has told it.
    pub(crate) async fn vanished_here(&self, vanished: Vanished) {
        self.caught_up().await;
        if let Some(room) = self.delivery_of(vanished.room).rooms.get_mut(&vanished.room) {
            room.forget(vanished.upto);
        }
    }
}

impl Delivery {
    fn is_now(&mut self, person: &Arc<Person>) {
        self.typists.is_now(person);
        self.rooms.values_mut().for_each(|room| room.log.is_now(person));
    }
}

impl People {
    fn is_now(&mut self, person: &Arc<Person>) {
        if let Some(local) = self.users.get_mut(&person.id()) {
            local.person = person.clone();
        }
    }

    /// Returns a person with a socket here.
    pub(super) fn person(&self, user: UserId) -> Option<Arc<Person>> {
        self.users.get(&user).map(|local| local.person.clone())
    }
}

impl Typists {
    fn is_now(&mut self, person: &Arc<Person>) {
        let own = self.people.iter_mut().filter(|((_, user), _)| *user == person.id());
        own.for_each(|(_, signs)| signs.person = person.clone());
    }
}

impl Log {
    fn is_now(&mut self, person: &Arc<Person>) {
        self.replace(|event: &Event| event.renamed(person));
    }
}

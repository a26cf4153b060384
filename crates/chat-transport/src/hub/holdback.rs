//! Orders to a room that is being told: what they bring about has its turn after the round, so they wait for its end
//! together. A commit costs much the same for one of them and for all.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chat_domain::{Journal, Order, RoomId};

use super::map::Map;
use super::telling::LONGEST_PAUSE;

/// Orders that wait, by room.
#[derive(Default)]
pub(super) struct Holdback(Mutex<Map<RoomId, Waiting>>);

/// The orders to a room in the middle of a round, oldest first, and since when the first of them has waited.
#[derive(Default)]
struct Waiting {
    orders: Vec<Order>,
    since: Option<Instant>,
}

impl Holdback {
    /// Gives an order to the journal, or keeps it for a while. Orders to one room stay in their order.
    pub(super) fn submit(&self, order: Order, now: Instant, journal: &dyn Journal) {
        let mut rooms = self.rooms();
        let Some(waiting) = order.command.room().and_then(|room| rooms.get_mut(&room)) else {
            drop(rooms);
            return journal.submit(order);
        };
        waiting.since.get_or_insert(now);
        waiting.orders.push(order);
        if waiting.orders.len() >= MOST {
            waiting.release(journal);
        }
    }

    /// From now on, only orders to these rooms wait. Others go to the journal, and those that have waited as long as a pause.
    pub(super) fn only(&self, told: &[RoomId], now: Instant, journal: &dyn Journal) {
        let mut rooms = self.rooms();
        rooms.retain(|room, waiting| {
            let stays = told.contains(room);
            if !stays || waiting.since.is_some_and(|since| now.duration_since(since) >= LONGEST_PAUSE) {
                waiting.release(journal);
            }
            stays
        });
        for room in told {
            rooms.entry(*room).or_default();
        }
    }

    fn rooms(&self) -> MutexGuard<'_, Map<RoomId, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn release(&mut self, journal: &dyn Journal) {
        self.since = None;
        self.orders.drain(..).for_each(|order| journal.submit(order));
    }
}

/// Orders to one room that wait at most: together they fill a commit well, and not the journal's queue.
pub(super) const MOST: usize = 256;

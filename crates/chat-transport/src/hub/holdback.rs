//! Holding orders back while their room is being told. Their events would have to wait for the next round anyway, and one commit
//! of many orders costs little more than one of a single order.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chat_domain::{Journal, Order, RoomId};

use super::map::Map;
use super::telling::LONGEST_PAUSE;

/// Orders that are held back, by room.
#[derive(Default)]
pub(super) struct Holdback(Mutex<Map<RoomId, Waiting>>);

/// The orders to a room in the middle of a round, oldest first, and since when the first of them has waited.
#[derive(Default)]
struct Waiting {
    orders: Vec<Order>,
    since: Option<Instant>,
}

impl Holdback {
    /// Passes an order on to the journal, or holds it back. Orders to one room stay in order: the lock is held until all are
    /// passed on.
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

    /// Holds back orders to these rooms from now on. Orders to other rooms are passed on, and so are those that have waited for
    /// [`LONGEST_PAUSE`].
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

/// How many orders to one room are held back: enough to fill a commit, few enough for the journal's queue.
pub(super) const MOST: usize = 256;

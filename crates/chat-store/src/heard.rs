//! Which rooms were written to here since the feed was written last.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::{Outcome, RoomId};
use tokio::sync::Notify;

use crate::work::OrderResult;

/// What the committers tell whoever writes the feed.
#[derive(Default)]
pub(crate) struct Heard {
    rooms: Mutex<Rooms>,
    news: Notify,
}

/// Rooms that have something new.
#[derive(Default)]
pub(crate) struct Rooms {
    pub(crate) named: BTreeSet<RoomId>,
    /// Whether others may have, too: then all rooms are looked through.
    pub(crate) some_were_missed: bool,
}

impl Heard {
    /// These answers are about to be given: what happened is committed.
    pub(crate) fn note(&self, results: &[OrderResult]) {
        let mut rooms = self.lock();
        for result in results {
            if let Ok(Outcome::Happened(event)) = result
                && event.change.is_durable()
            {
                rooms.add(event.room);
            }
        }
        let is_news = !rooms.named.is_empty();
        drop(rooms);
        if is_news {
            self.news.notify_one();
        }
    }

    /// Something may have been committed of which nobody knows in which rooms.
    pub(crate) fn miss(&self) {
        self.lock().some_were_missed = true;
        self.news.notify_one();
    }

    /// Takes what was heard.
    pub(crate) fn take(&self) -> Rooms {
        take(&mut self.lock())
    }

    /// Waits until something was heard.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    fn add(&mut self, room: RoomId) {
        // Where too many wait, looking through all of them costs less than remembering each.
        match self.named.len() < MOST_ROOMS {
            true => drop(self.named.insert(room)),
            false => self.some_were_missed = true,
        }
    }
}

const MOST_ROOMS: usize = 65_536;

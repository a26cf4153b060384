//! Which rooms were written to on this node since the feed was last written, and whether this node writes the feed at
//! all.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chat_domain::{Outcome, RoomId};
use tokio::sync::{Notify, oneshot};

use crate::work::OrderResult;

/// What the committers tell whoever writes the feed.
#[derive(Default)]
pub(crate) struct Heard {
    rooms: Mutex<Rooms>,
    writing: Mutex<Writing>,
    news: Notify,
}

/// What this node writes to the feed.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Writing {
    /// It is not.
    #[default]
    Nothing,
    /// What was committed on this node.
    Own,
    /// Everything, because this node holds the lease with this number: also what nobody else has written.
    All(u64),
}

/// The rooms that have something new.
#[derive(Default)]
pub(crate) struct Rooms {
    /// `None` stands for reports.
    pub(crate) named: BTreeSet<Option<RoomId>>,
    /// Whether there may be others. Then all rooms are looked through.
    pub(crate) some_were_missed: bool,
    /// Who waits until these rooms are in the feed. Dropping this lets them go on.
    awaited: Vec<oneshot::Sender<()>>,
}

impl Heard {
    /// Notes what happened, which is committed, before these answers are given.
    pub(crate) fn note(&self, results: &[OrderResult]) {
        let mut rooms = self.lock();
        for event in results.iter().flatten().flat_map(Outcome::happened) {
            if event.change.is_durable() {
                rooms.add(Some(event.room));
            }
        }
        let is_news = !rooms.named.is_empty();
        drop(rooms);
        if is_news {
            self.news.notify_one();
        }
    }

    /// Notes that a report was stored.
    pub(crate) fn reported(&self) {
        self.lock().add(None);
        self.news.notify_one();
    }

    /// Notes that the index of words has something to forget that no entry of the feed tells.
    pub(crate) fn forgets(&self) {
        self.news.notify_one();
    }

    /// Notes that something may have been committed, without it being known in which rooms.
    pub(crate) fn miss(&self) {
        self.lock().some_were_missed = true;
        self.news.notify_one();
    }

    /// Notes what this node writes to the feed from now on.
    pub(crate) fn begin(&self, now: Writing) {
        *self.writing.lock().unwrap_or_else(PoisonError::into_inner) = now;
        if now == Writing::Nothing {
            // Nobody would let those go who wait.
            self.lock().awaited.clear();
        }
    }

    /// Returns the number of the lease if this node holds it.
    pub(crate) fn leads(&self) -> Option<u64> {
        match *self.writing.lock().unwrap_or_else(PoisonError::into_inner) {
            Writing::All(holder) => Some(holder),
            Writing::Nothing | Writing::Own => None,
        }
    }

    /// Waits until everything that was committed here is in the feed, if this node writes it.
    pub(crate) async fn written(&self) {
        let (tell, told) = oneshot::channel();
        {
            // Held until this caller waits: otherwise the feed could end in between, and nobody would let this caller
            // go.
            let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            if *writing == Writing::Nothing {
                return;
            }
            self.lock().awaited.push(tell);
        }
        self.news.notify_one();
        // It does not matter whether it was sent or dropped.
        let _ = told.await;
    }

    /// Takes the rooms that were noted.
    pub(crate) fn take(&self) -> Rooms {
        take(&mut self.lock())
    }

    /// Whether any rooms were noted and not taken.
    pub(crate) fn has_some(&self) -> bool {
        !self.lock().named.is_empty()
    }

    /// Waits until rooms are noted.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    fn add(&mut self, room: Option<RoomId>) {
        // Beyond this number, looking through all rooms costs less than remembering each.
        match self.named.len() < MOST_ROOMS {
            true => drop(self.named.insert(room)),
            false => self.some_were_missed = true,
        }
    }
}

const MOST_ROOMS: usize = 65_536;

//! Which rooms were written to here since the feed was written last, and whether it is written here at all.

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

/// Whether the feed is written here.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Writing {
    /// It is not.
    #[default]
    Nothing,
    /// What is committed here.
    Own,
    /// What nobody else writes, too, by the lease of this holder: whoever follows it does so here.
    All(u64),
}

/// Rooms that have something new.
#[derive(Default)]
pub(crate) struct Rooms {
    /// None stands for reports.
    pub(crate) named: BTreeSet<Option<RoomId>>,
    /// Whether others may have, too: then all rooms are looked through.
    pub(crate) some_were_missed: bool,
    /// Who waits until it is written: they are let go when this is dropped.
    awaited: Vec<oneshot::Sender<()>>,
}

impl Heard {
    /// These answers are about to be given: what happened is committed.
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

    /// Somebody has found something bad.
    pub(crate) fn reported(&self) {
        self.lock().add(None);
        self.news.notify_one();
    }

    /// Something may have been committed of which nobody knows in which rooms.
    pub(crate) fn miss(&self) {
        self.lock().some_were_missed = true;
        self.news.notify_one();
    }

    /// From here on the feed is written so here.
    pub(crate) fn begin(&self, now: Writing) {
        *self.writing.lock().unwrap_or_else(PoisonError::into_inner) = now;
        if now == Writing::Nothing {
            // Who waits does so in vain.
            self.lock().awaited.clear();
        }
    }

    /// The holder of the lease, if whoever follows the feed does so here.
    pub(crate) fn leads(&self) -> Option<u64> {
        match *self.writing.lock().unwrap_or_else(PoisonError::into_inner) {
            Writing::All(holder) => Some(holder),
            Writing::Nothing | Writing::Own => None,
        }
    }

    /// Waits until what was committed here stands in the feed, if it is written here.
    pub(crate) async fn written(&self) {
        let (tell, told) = oneshot::channel();
        {
            // Held, so that nobody begins to wait for who has just ended.
            let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            if *writing == Writing::Nothing {
                return;
            }
            self.lock().awaited.push(tell);
        }
        self.news.notify_one();
        // Let go of is enough.
        let _ = told.await;
    }

    /// Takes what was heard.
    pub(crate) fn take(&self) -> Rooms {
        take(&mut self.lock())
    }

    /// Whether something was heard that nobody has taken.
    pub(crate) fn has_some(&self) -> bool {
        !self.lock().named.is_empty()
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
    fn add(&mut self, room: Option<RoomId>) {
        // Where too many wait, looking through all of them costs less than remembering each.
        match self.named.len() < MOST_ROOMS {
            true => drop(self.named.insert(room)),
            false => self.some_were_missed = true,
        }
    }
}

const MOST_ROOMS: usize = 65_536;

//! What users or addresses have used of one rate.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_domain::Time;
use chat_domain::backplane::{Rated, Spent};
use chat_domain::bucket::{Bucket, Rate};
use tokio::sync::Notify;

use crate::hub::{OWN, Standing};

/// What users or addresses have used of one rate.
#[derive(Default)]
pub(super) struct Used(Mutex<HashMap<u64, Buckets>>);

#[derive(Default)]
struct Buckets {
    /// For all uses, on whichever node.
    all: Bucket,
    /// For the uses on this node that are not told to the others.
    own: Bucket,
}

impl Used {
    /// Takes this much from the rate, or returns how long to wait. The bool tells whether other nodes must be told.
    pub(super) fn take(
        &self,
        who: u64,
        many: u64,
        rate: Rate,
        standing: Standing,
        now: Time,
    ) -> Result<bool, Duration> {
        let mut used = self.used();
        let buckets = used.entry(who).or_default();
        let (above, below) = standing.part();
        let part = Rate {
            per_second: rate.per_second.max(1).saturating_mul(above),
            burst: rate.burst.max(1).saturating_mul(above),
        };
        buckets.all.take_many(many.saturating_mul(below.into()), part, now)?;
        Ok(standing.others > 0 && buckets.is_told(many, rate, now))
    }

    /// Counts a use that has happened already.
    pub(super) fn owe(&self, who: u64, many: u64, rate: Rate, now: Time) {
        self.used().entry(who).or_default().all.owe(many, rate, now);
    }

    /// Whether other nodes must be told of a use that has happened already.
    pub(super) fn is_to_be_told(&self, who: u64, many: u64, rate: Rate, now: Time) -> bool {
        self.used().entry(who).or_default().is_told(many, rate, now)
    }

    pub(super) fn forget(&self, who: u64) {
        self.used().remove(&who);
    }

    /// Drops everybody whose buckets are full again.
    pub(super) fn sweep(&self, now: Time) {
        let mut used = self.used();
        used.retain(|_, buckets| !(buckets.all.is_full(now) && buckets.own.is_full(now)));
        if used.capacity() > 4 * used.len() + 64 {
            used.shrink_to_fit();
        }
    }

    fn used(&self) -> MutexGuard<'_, HashMap<u64, Buckets>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buckets {
    /// Whether a use must be told: it must if it is more than this node's own part of the rate.
    fn is_told(&mut self, many: u64, rate: Rate, now: Time) -> bool {
        let weighed = many.saturating_mul(OWN.into());
        weighed > u64::from(rate.burst.max(1)) || self.own.take_many(weighed, rate, now).is_err()
    }
}

/// Uses that other nodes are still to be told.
#[derive(Default)]
pub(super) struct ToTell {
    waiting: Mutex<BTreeMap<(Rated, u64), u64>>,
    bell: Notify,
}

impl ToTell {
    /// Adds a use. When too many users wait, it counts on this node alone.
    pub(super) fn add(&self, of: Rated, who: u64, many: u64) {
        let mut waiting = self.waiting();
        if waiting.len() >= MOST && !waiting.contains_key(&(of, who)) {
            return;
        }
        let told = waiting.entry((of, who)).or_default();
        *told = told.saturating_add(many);
        drop(waiting);
        self.bell.notify_one();
    }

    /// Waits until there are uses to tell, and takes them all.
    pub(super) async fn next(&self) -> Vec<Spent> {
        loop {
            let waiting = std::mem::take(&mut *self.waiting());
            if !waiting.is_empty() {
                return waiting.into_iter().map(|((of, who), many)| Spent { of, who, many }).collect();
            }
            self.bell.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<(Rated, u64), u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many users and addresses may wait to be told.
const MOST: usize = 8_192;

//! The orders that wait for a committer, and what both databases share around them.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chat_domain::Limits;
use chat_domain::{Failure, Order, Origin, Outcome, Settled, Sink, Time};
use tokio::sync::oneshot;

use crate::heard::Heard;
use crate::work_error::Worked;

/// The options of a store.
#[derive(Clone, Debug)]
pub struct Options {
    /// How large things may be, and how many.
    pub limits: Limits,
    /// How long changes and receipts are kept. A client that was away for longer must load its rooms anew.
    pub keep_changes: Duration,
    /// How many orders may wait. More are answered [`Failure::Unavailable`] at once.
    pub queue: usize,
    /// How many orders one transaction takes at most.
    pub batch: usize,
    /// How many connections read.
    pub readers: usize,
    /// How many connections decide and write on Postgres, each for its share of the rooms.
    pub committers: usize,
    /// Whether this store may hold the lease of the feed, write what nobody else has written, and keep the index of
    /// words. One of the stores on a database does.
    pub feeds: bool,
    /// Whether other stores may have the same Postgres database open, which hear of each other over a
    /// [wire](crate::Store::wire). A store that must be alone cannot be opened while another one is, and stops working
    /// once another one has taken over.
    pub several_nodes: bool,
    /// The digests of the secrets of access tokens. The first one signs. All nodes share them.
    pub secrets: Vec<String>,
    /// Where other nodes can reach this one, if they can.
    pub node_address: Option<String>,
    /// The file of the list of erased users, who are erased again when an older copy of the database is opened. If none
    /// is named, the list is beside a database that is in a file; on Postgres there is none.
    pub erasures: Option<PathBuf>,
    /// Whether a store that must be alone takes the database over from another one, which is believed to be dead.
    pub take_over: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            limits: Limits::default(),
            keep_changes: Duration::from_secs(30 * 24 * 3600),
            queue: 4096,
            batch: 1024,
            readers: 4,
            committers: 1,
            feeds: true,
            several_nodes: false,
            secrets: Vec::new(),
            node_address: None,
            erasures: None,
            take_over: false,
        }
    }
}

/// What every committer of a store shares.
pub(crate) struct Intake {
    pub(crate) options: Options,
    pub(crate) sink: Arc<dyn Sink>,
    /// When somebody was last answered.
    answered: Mutex<Instant>,
    /// For whoever writes the feed.
    pub(crate) heard: Heard,
}

/// An order, with its caller if one waits for the answer.
pub(crate) struct Waiting {
    pub(crate) order: Order,
    pub(crate) since: Instant,
    asker: Asker,
    is_awaited: bool,
}

/// The caller of an order. They get one answer, whoever gives it first: the order's own, or that it is not known.
#[derive(Clone)]
pub(crate) struct Asker(Arc<Mutex<Option<Asking>>>);

struct Asking {
    origin: Option<Origin>,
    caller: Option<oneshot::Sender<OrderResult>>,
}

/// The answer to an order.
pub(crate) type OrderResult = Result<Outcome, Failure>;

/// Work on a connection.
pub(crate) type Working<'c, T> = Pin<Box<dyn Future<Output = Worked<T>> + Send + 'c>>;

impl Waiting {
    /// Makes an order that begins to wait now.
    pub(crate) fn new(order: Order, caller: Option<oneshot::Sender<OrderResult>>) -> Waiting {
        Waiting::since(order, caller, Instant::now())
    }

    /// Makes an order that has waited since then.
    pub(crate) fn since(order: Order, caller: Option<oneshot::Sender<OrderResult>>, since: Instant) -> Waiting {
        let (is_awaited, origin) = (caller.is_some() || order.origin.is_some(), order.origin);
        let asker = Asker(Arc::new(Mutex::new(Some(Asking { origin, caller }))));
        Waiting { order, since, asker, is_awaited }
    }

    /// Whether a caller waits for the answer.
    pub(crate) fn is_awaited(&self) -> bool {
        self.is_awaited
    }

    /// Whether the caller has stopped waiting. Such an order is not begun any more.
    pub(crate) fn is_withdrawn(&self) -> bool {
        let asking = self.asker.asking();
        asking.as_ref().and_then(|asking| asking.caller.as_ref()).is_some_and(oneshot::Sender::is_closed)
    }

    /// Returns the caller, for somebody who may have to answer instead of whoever commits the order.
    pub(crate) fn asker(&self) -> Asker {
        self.asker.clone()
    }
}

impl Asker {
    fn asking(&self) -> MutexGuard<'_, Option<Asking>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intake {
    pub(crate) fn new(options: Options, sink: Arc<dyn Sink>) -> Intake {
        Intake { options, sink, answered: Mutex::new(Instant::now()), heard: Heard::default() }
    }

    /// Returns when somebody was last answered. Orders that come later may be from one of those.
    pub(crate) fn answered(&self) -> Instant {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the sink, then the callers, what became of a batch. A caller who was told before that it is not known gets
    /// no second answer; what happened is told to everybody else all the same.
    pub(crate) fn answer(&self, batch: Vec<Waiting>, results: Vec<OrderResult>) {
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.heard.note(&results);
        self.tell(batch.iter().map(|waiting| waiting.asker.asking().take()).zip(results).collect());
    }

    /// Answers those of these callers who still wait that it is not known what becomes of their orders.
    pub(crate) fn give_up(&self, askers: &[Asker]) {
        let waiting = askers.iter().filter_map(|asker| asker.asking().take());
        self.tell(waiting.map(|asking| (Some(asking), Err(Failure::Unavailable))).collect());
    }

    fn tell(&self, answers: Vec<(Option<Asking>, OrderResult)>) {
        let settled = answers.iter().flat_map(|(asking, result)| {
            let origin = asking.as_ref().and_then(|asking| asking.origin);
            Settled::of(origin, result.clone())
        });
        self.sink.settled(settled.collect());
        for (asking, result) in answers {
            if let Some(caller) = asking.and_then(|asking| asking.caller) {
                // The caller may be gone.
                let _ = caller.send(result);
            }
        }
    }

    /// Answers a whole batch that the database is away.
    pub(crate) fn turn_away(&self, batch: Vec<Waiting>) {
        let results = batch.iter().map(|_| Err(Failure::Unavailable)).collect();
        self.answer(batch, results);
    }
}

/// Returns the present moment, for deleting what is old and the like. The moments of orders are given with them.
pub(crate) fn now() -> Time {
    Time::default().after(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Returns a number for a life of a database that no other life has, and that is higher than those of earlier lives:
/// seconds since 1970, then random bits. (The keys of a RandomState come from the system's randomness. The number is a
/// positive i64, which both databases can store.)
pub(crate) fn new_life() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    let seconds = u64::try_from(now().0 / 1_000_000).unwrap_or_default() & ((1 << 33) - 1);
    (seconds << CHANCE_BITS | RandomState::new().hash_one(seconds) & CHANCE).max(1)
}

/// Returns such a number that is higher than `earlier`, even if the clock was set back.
pub(crate) fn life_after(earlier: u64, life: u64) -> u64 {
    let next = if life > earlier { life } else { earlier.saturating_add(1 + (life & CHANCE)) };
    next.min(i64::MAX as u64)
}

const CHANCE_BITS: u32 = 30;
const CHANCE: u64 = (1 << CHANCE_BITS) - 1;

/// Returns the moment before which everything is old.
pub(crate) fn long_ago(keep: Duration) -> Time {
    Time(now().0.saturating_sub(i64::try_from(keep.as_micros()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_only_grow_and_none_is_like_another() {
        let lives: Vec<u64> = (0..100).map(|_| new_life()).collect();
        assert!(lives.iter().all(|life| *life <= i64::MAX as u64));
        // The clock was set back after the earlier life.
        let earlier = lives[0] + (1 << 40);
        let after: std::collections::BTreeSet<_> = lives.iter().map(|life| life_after(earlier, *life)).collect();
        assert_eq!(after.len(), lives.len());
        assert!(after.iter().all(|life| *life > earlier));
        assert_eq!(life_after(lives[0] - 1, lives[0]), lives[0]);
    }
}

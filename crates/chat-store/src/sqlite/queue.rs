//! The work that waits for the writer. If the disk does not let a batch end, nothing waits long behind it, and nobody
//! waits for ever for that batch itself.

use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, error::TryRecvError};
use tokio::time::sleep;

use super::task::Doubt;
use super::writer::Work;
use crate::outage;
use crate::work::{Asker, Intake, Waiting};

/// The writer's queue. The writer locks it only to take something out. While the writer works, a watcher looks at what
/// has waited for long.
pub(super) struct Queue {
    lane: Mutex<Lane>,
    pace: Mutex<Pace>,
    askers: Mutex<Askers>,
    /// Woken when the writer begins something or has ended.
    began: Notify,
}

/// Who waits for what the writer is doing.
pub(super) enum Askers {
    /// The callers of a batch's orders.
    Orders(Vec<Asker>),
    /// The caller of a change.
    Change(Doubt),
}

/// Shows that the writer is at work, until this is dropped.
pub(super) struct UnderWay(Arc<Queue>);

struct Lane {
    receiver: mpsc::Receiver<Work>,
    /// Work that the watcher took out of the queue, and that is not late.
    next: VecDeque<Work>,
}

#[derive(Clone, Copy)]
enum Pace {
    Idle,
    At(Instant),
    Over,
}

/// When the watcher is to look again.
enum Next {
    Never,
    WhenItBegins,
    In(Duration),
}

impl Queue {
    /// Makes a queue with a watcher that turns away what waits too long.
    pub(super) fn new(receiver: mpsc::Receiver<Work>, intake: Arc<Intake>) -> Arc<Queue> {
        let queue = Arc::new(Queue::unwatched(receiver));
        tokio::spawn(queue.clone().keep_short(intake));
        queue
    }

    fn unwatched(receiver: mpsc::Receiver<Work>) -> Queue {
        let lane = Mutex::new(Lane { receiver, next: VecDeque::new() });
        Queue { lane, pace: Mutex::new(Pace::Idle), askers: Mutex::default(), began: Notify::new() }
    }

    /// Returns the work that has waited longest, once there is some; `None` once nobody can ask for anything any more.
    pub(super) fn blocking_recv(&self) -> Option<Work> {
        let mut lane = self.lane();
        lane.next.pop_front().or_else(|| lane.receiver.blocking_recv())
    }

    /// Returns the work that has waited longest, if there is any.
    pub(super) fn try_recv(&self) -> Result<Work, TryRecvError> {
        let mut lane = self.lane();
        lane.next.pop_front().map_or_else(|| lane.receiver.try_recv(), Ok)
    }

    /// Accepts no more work.
    pub(super) fn close(&self) {
        self.lane().receiver.close();
    }

    /// Notes that the writer begins something that may take long, for whose answer these callers wait.
    pub(super) fn begin(self: &Arc<Queue>, askers: Askers) -> UnderWay {
        *self.askers() = askers;
        *self.pace() = Pace::At(Instant::now());
        self.began.notify_one();
        UnderWay(self.clone())
    }

    /// Notes that the writer has ended.
    pub(super) fn end(&self) {
        *self.pace() = Pace::Over;
        self.began.notify_one();
    }

    /// Watches the queue: seldom, and often only while something takes long.
    async fn keep_short(self: Arc<Queue>, intake: Arc<Intake>) {
        loop {
            match self.look(&intake, Instant::now()) {
                Next::Never => return,
                Next::WhenItBegins => self.began.notified().await,
                Next::In(pause) => sleep(pause).await,
            }
        }
    }

    /// Looks at what waits at this moment. Returns when to look again.
    fn look(&self, intake: &Intake, now: Instant) -> Next {
        let pace = *self.pace();
        match pace {
            Pace::Over => Next::Never,
            Pace::Idle => Next::WhenItBegins,
            Pace::At(began) => match LONG.saturating_sub(now.saturating_duration_since(began)) {
                Duration::ZERO => {
                    self.turn_away_late(intake, now);
                    if now.saturating_duration_since(began) >= IN_DOUBT_FOR {
                        self.give_up(intake);
                    }
                    Next::In(GLANCE)
                }
                soon => Next::In(soon),
            },
        }
    }

    /// Answers everything that has waited too long that the database is away. None of it was begun.
    fn turn_away_late(&self, intake: &Intake, now: Instant) {
        let is_late = |since: Instant| now.saturating_duration_since(since) >= LONG;
        let mut late = Vec::new();
        {
            let mut lane = match self.lane.try_lock() {
                Ok(lane) => lane,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                // The writer is just taking something out, so it is not stuck.
                Err(TryLockError::WouldBlock) => return,
            };
            while let Some(work) = lane.next.pop_front().or_else(|| lane.receiver.try_recv().ok()) {
                match work {
                    Work::Order(waiting) if is_late(waiting.since) => late.push(waiting),
                    // Dropping it tells its caller that nobody does it.
                    Work::Change(change) | Work::Beside(change) if is_late(change.since) => drop(change),
                    other => {
                        lane.next.push_front(other);
                        break;
                    }
                }
            }
        }
        if !late.is_empty() {
            tracing::debug!("{} orders waited too long for the disk", late.len());
            late.retain(|waiting: &Waiting| !waiting.is_withdrawn());
            intake.turn_away(late);
        }
    }

    /// Answers the callers of what the writer is doing that it is not known whether it succeeds. If it does after all,
    /// everybody is told as usual.
    fn give_up(&self, intake: &Intake) {
        let unknown = |what: &dyn Display| outage::away(&format_args!("{what} is not known: the disk does not say"));
        match std::mem::take(&mut *self.askers()) {
            Askers::Orders(askers) if askers.is_empty() => {}
            Askers::Orders(askers) => {
                unknown(&format_args!("whether {} orders were committed", askers.len()));
                intake.give_up(&askers);
            }
            Askers::Change(doubt) => {
                unknown(&"whether a change was made");
                // The caller may be gone.
                let _ = doubt.send(());
            }
        }
    }

    fn askers(&self) -> MutexGuard<'_, Askers> {
        self.askers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lane(&self) -> MutexGuard<'_, Lane> {
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Askers {
    fn default() -> Askers {
        Askers::Orders(Vec::new())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        *self.0.pace() = Pace::Idle;
        *self.0.askers() = Askers::default();
    }
}

/// How long work may wait behind a batch. Together with `GLANCE` this is less than two seconds.
const LONG: Duration = Duration::from_millis(1700);
/// How long the outcome of a batch is waited for. Together with the time that its orders may have waited before, their
/// callers are told within 15 seconds.
const IN_DOUBT_FOR: Duration = Duration::from_secs(13);
/// How often the watcher looks while something takes long.
const GLANCE: Duration = Duration::from_millis(100);

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;

//! What waits for the writer. Nothing waits for long there while the disk does not let one batch end.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::mpsc::{self, error::TryRecvError};
use tokio::time::sleep;

use super::writer::Work;
use crate::work::{Intake, Waiting};

/// The writer's queue. The writer has it while it takes something out, and nobody while it works: then somebody else looks at
/// what has waited for long.
pub(super) struct Queue {
    lane: Mutex<Lane>,
    pace: Mutex<Pace>,
    /// The writer began something, or has ended.
    began: Notify,
}

/// That the writer is at work; it is not any more once this is dropped.
pub(super) struct UnderWay(Arc<Queue>);

struct Lane {
    receiver: mpsc::Receiver<Work>,
    /// What was taken out to be looked at, and is not late.
    next: VecDeque<Work>,
}

#[derive(Clone, Copy)]
enum Pace {
    Idle,
    At(Instant),
    Over,
}

impl Queue {
    /// A queue of what comes in here, with somebody who sends away what waits too long.
    pub(super) fn new(receiver: mpsc::Receiver<Work>, intake: Arc<Intake>) -> Arc<Queue> {
        let lane = Mutex::new(Lane { receiver, next: VecDeque::new() });
        let queue = Arc::new(Queue { lane, pace: Mutex::new(Pace::Idle), began: Notify::new() });
        tokio::spawn(queue.clone().keep_short(intake));
        queue
    }

    /// What has waited longest, once there is something; nothing once nobody can ask for anything any more.
    pub(super) fn blocking_recv(&self) -> Option<Work> {
        let mut lane = self.lane();
        lane.next.pop_front().or_else(|| lane.receiver.blocking_recv())
    }

    /// What has waited longest, if anything waits.
    pub(super) fn try_recv(&self) -> Result<Work, TryRecvError> {
        let mut lane = self.lane();
        lane.next.pop_front().map_or_else(|| lane.receiver.try_recv(), Ok)
    }

    /// Takes nothing in any more.
    pub(super) fn close(&self) {
        self.lane().receiver.close();
    }

    /// The writer begins something that may take long.
    pub(super) fn begin(self: &Arc<Queue>) -> UnderWay {
        *self.pace() = Pace::At(Instant::now());
        self.began.notify_one();
        UnderWay(self.clone())
    }

    /// The writer has ended.
    pub(super) fn end(&self) {
        *self.pace() = Pace::Over;
        self.began.notify_one();
    }

    /// Looks once in a while, and often only while something takes long.
    async fn keep_short(self: Arc<Queue>, intake: Arc<Intake>) {
        loop {
            let pace = *self.pace();
            match pace {
                Pace::Over => return,
                Pace::Idle => self.began.notified().await,
                Pace::At(began) if began.elapsed() < LONG => sleep(LONG.saturating_sub(began.elapsed())).await,
                Pace::At(_) => {
                    self.turn_away_late(&intake);
                    sleep(GLANCE).await;
                }
            }
        }
    }

    /// Tells what has waited too long that the database is away: none of it was begun.
    fn turn_away_late(&self, intake: &Intake) {
        let mut late = Vec::new();
        {
            let mut lane = match self.lane.try_lock() {
                Ok(lane) => lane,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                // The writer takes something out: it is not stuck.
                Err(TryLockError::WouldBlock) => return,
            };
            while let Some(work) = lane.next.pop_front().or_else(|| lane.receiver.try_recv().ok()) {
                match work {
                    Work::Order(waiting) if is_late(waiting.since) => late.push(waiting),
                    // Who waits for it hears that nobody does it.
                    Work::Change(task, since) | Work::Beside(task, since) if is_late(since) => drop(task),
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

    fn lane(&self) -> MutexGuard<'_, Lane> {
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        *self.0.pace() = Pace::Idle;
    }
}

fn is_late(since: Instant) -> bool {
    since.elapsed() >= LONG
}

/// How long something waits behind one batch. With the time until somebody looks this is less than two seconds.
const LONG: Duration = Duration::from_millis(1700);
/// How often somebody looks while something takes long.
const GLANCE: Duration = Duration::from_millis(100);

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

/// When to look again.
enum Next {
    Never,
    WhenItBegins,
    In(Duration),
}

impl Queue {
    /// A queue of what comes in here, with somebody who sends away what waits too long.
    pub(super) fn new(receiver: mpsc::Receiver<Work>, intake: Arc<Intake>) -> Arc<Queue> {
        let queue = Arc::new(Queue::unwatched(receiver));
        tokio::spawn(queue.clone().keep_short(intake));
        queue
    }

    fn unwatched(receiver: mpsc::Receiver<Work>) -> Queue {
        let lane = Mutex::new(Lane { receiver, next: VecDeque::new() });
        Queue { lane, pace: Mutex::new(Pace::Idle), began: Notify::new() }
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
            match self.look(&intake, Instant::now()) {
                Next::Never => return,
                Next::WhenItBegins => self.began.notified().await,
                Next::In(pause) => sleep(pause).await,
            }
        }
    }

    /// Looks after what waits at this moment; says when to look again.
    fn look(&self, intake: &Intake, now: Instant) -> Next {
        let pace = *self.pace();
        match pace {
            Pace::Over => Next::Never,
            Pace::Idle => Next::WhenItBegins,
            Pace::At(began) => match LONG.saturating_sub(now.saturating_duration_since(began)) {
                Duration::ZERO => {
                    self.turn_away_late(intake, now);
                    Next::In(GLANCE)
                }
                soon => Next::In(soon),
            },
        }
    }

    /// Tells what has waited too long that the database is away: none of it was begun.
    fn turn_away_late(&self, intake: &Intake, now: Instant) {
        let is_late = |since: Instant| now.saturating_duration_since(since) >= LONG;
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

/// How long something waits behind one batch. With the time until somebody looks this is less than two seconds.
const LONG: Duration = Duration::from_millis(1700);
/// How often somebody looks while something takes long.
const GLANCE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chat_domain::{Command, Failure, Order, Origin, Settled, Sink, Time, UserId};

    use tokio::sync::oneshot;

    use super::*;
    use crate::work::Options;

    /// The tags of the orders that were told that the database is away.
    #[derive(Default)]
    struct Away(Mutex<Vec<u64>>);

    impl Sink for Away {
        fn settled(&self, answers: Vec<Settled>) {
            assert!(answers.iter().all(|answer| matches!(answer.result, Err(Failure::Unavailable))));
            self.0.lock().unwrap().extend(answers.iter().map(|answer| answer.origin.unwrap().tag));
        }
    }

    /// For ten seconds something is asked for all the time, and what is under way does not end: looked at when the queue says so.
    #[test]
    fn what_was_not_begun_is_answered_within_two_seconds() {
        let (away, (ask, receiver)) = (Arc::new(Away::default()), mpsc::channel(1024));
        let (intake, queue) = (Intake::new(Options::default(), away.clone()), Arc::new(Queue::unwatched(receiver)));
        assert!(matches!(queue.look(&intake, Instant::now()), Next::WhenItBegins));
        let _under_way = queue.begin();
        let Pace::At(began) = *queue.pace() else { panic!("nothing is under way") };
        let (mut now, mut coming, mut waiting) = (began, (0..250).peekable(), BTreeMap::new());
        while coming.peek().is_some() || !waiting.is_empty() {
            while let Some(tag) = coming.next_if(|tag| began + EVERY * *tag <= now) {
                let (since, (task, done)) = (began + EVERY * tag, oneshot::channel::<()>());
                let order = Order { origin: Some(Origin { socket: 1, tag: tag.into() }), ..search() };
                ask.try_send(Work::Order(Waiting { order, caller: None, since })).ok().unwrap();
                ask.try_send(Work::Change(Box::new(|_| task.send(()).is_ok()), since)).ok().unwrap();
                waiting.insert(u64::from(tag), (since, done));
            }
            let Next::In(pause) = queue.look(&intake, now) else { panic!("something is under way") };
            for tag in std::mem::take(&mut *away.0.lock().unwrap()) {
                let (_, mut done) = waiting.remove(&tag).expect("an answer to an order");
                assert_eq!(done.try_recv(), Err(oneshot::error::TryRecvError::Closed), "the change beside {tag}");
            }
            for (tag, (since, _)) in &waiting {
                assert!(now + pause - *since < Duration::from_secs(2), "{tag} waits for {:?}", now + pause - *since);
            }
            now += pause;
        }
    }

    fn search() -> Order {
        Order { actor: UserId::new(1).unwrap(), at: Time(1), command: Command::Search, origin: None }
    }

    /// How often somebody asks.
    const EVERY: Duration = Duration::from_millis(40);
}

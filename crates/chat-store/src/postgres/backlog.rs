//! The orders that wait for a committer. None of them waits long if one batch takes its time.

use std::collections::{BTreeSet, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::RoomId;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::company::Company;
use crate::work::{Intake, Waiting};

/// What a committer is asked to do.
#[expect(clippy::large_enum_variant, reason = "all but the last one are orders: a box would be made for each of them")]
pub(super) enum Work {
    /// To decide a command, together with those that wait beside it.
    Order(Waiting),
    /// To stop, after everything that came before.
    Close(oneshot::Sender<()>),
}

/// The queue of a committer, and the orders that were taken out of it for the next batches.
pub(super) struct Backlog {
    queue: mpsc::Receiver<Work>,
    next: VecDeque<Work>,
    company: Company,
    intake: Arc<Intake>,
}

impl Backlog {
    pub(super) fn new(queue: mpsc::Receiver<Work>, intake: Arc<Intake>) -> Backlog {
        Backlog { queue, next: VecDeque::new(), company: Company::default(), intake }
    }

    /// Returns the work that has waited longest; `None` once nobody can ask for anything any more.
    pub(super) async fn first(&mut self) -> Option<Work> {
        self.take_in();
        match self.next.pop_front() {
            Some(work) => Some(work),
            None => self.queue.recv().await,
        }
    }

    /// Returns an order with those behind it, as many as one transaction takes.
    pub(super) async fn batch(&mut self, first: Waiting) -> Vec<Waiting> {
        let mut rooms: BTreeSet<_> = first.order.command.room().into_iter().collect();
        let mut batch = vec![first];
        self.fill(&mut batch, &mut rooms);
        self.company.begins(&batch);
        let most = self.intake.options.batch;
        while self.next.is_empty()
            && batch.len() < most
            && let Some(pause) = self.company.lacks(Instant::now())
        {
            // An order that comes ends the step. The runtime's clock cannot wait for less than a millisecond.
            if let Ok(Some(work)) = timeout(pause, self.queue.recv()).await {
                self.next.push_back(work);
                self.take_in();
                let were = batch.len();
                self.fill(&mut batch, &mut rooms);
                self.company.joins(&batch[were..]);
            }
        }
        self.company.goes();
        batch
    }

    fn fill(&mut self, batch: &mut Vec<Waiting>, rooms: &mut BTreeSet<RoomId>) {
        while batch.len() < self.intake.options.batch {
            match self.next.front() {
                Some(Work::Order(next)) => rooms.extend(next.order.command.room()),
                _ => break,
            }
            if rooms.len() > MOST_ROOMS {
                break;
            }
            if let Some(Work::Order(next)) = self.next.pop_front() {
                batch.push(next);
            }
        }
    }

    /// Waits until a batch is done with which `answered` callers are answered. If it takes long, the database is away
    /// or does not say what became of the batch. Orders that have waited long behind it are then answered that the
    /// database is away: they were not begun.
    pub(super) async fn until<T>(&mut self, answered: usize, done: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let mut done = pin!(done);
        let mut patience = LONG;
        loop {
            match timeout(patience, &mut done).await {
                Ok(done) => {
                    self.company.parts(answered, began, self.intake.answered());
                    return done;
                }
                Err(_) => self.turn_away_late(),
            }
            patience = GLANCE;
        }
    }

    fn turn_away_late(&mut self) {
        let mut late = Vec::new();
        loop {
            self.take_in();
            match self.next.pop_front_if(|work| matches!(work, Work::Order(waiting) if waiting.since.elapsed() >= LONG))
            {
                Some(Work::Order(waiting)) => late.push(waiting),
                _ => break,
            }
        }
        if !late.is_empty() {
            tracing::debug!("{} orders waited too long for the database", late.len());
            self.intake.turn_away(late);
        }
    }

    /// Takes in as many orders as a batch may have. The rest stays in the queue, which is bounded.
    fn take_in(&mut self) {
        while self.next.len() < self.intake.options.batch
            && let Ok(work) = self.queue.try_recv()
        {
            self.next.push_back(work);
        }
    }
}

/// The largest number of rooms that one transaction locks, because others have to wait for them.
const MOST_ROOMS: usize = 512;

/// How long an order may wait behind one batch. Together with `GLANCE` this is less than two seconds.
const LONG: Duration = Duration::from_millis(1700);

/// How often the waiting orders are looked at.
const GLANCE: Duration = Duration::from_millis(100);

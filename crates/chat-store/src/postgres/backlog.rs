//! What waits for a committer. Nothing waits for long there while one batch takes its time.

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

/// What a committer is asked for.
#[expect(clippy::large_enum_variant, reason = "all but the last one are orders: a box would be made for each of them")]
pub(super) enum Work {
    /// To decide a command, together with those that wait beside it.
    Order(Waiting),
    /// To stop after what came before.
    Close(oneshot::Sender<()>),
}

/// The queue of a committer, and what was taken out of it for the next batches.
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

    /// What has waited longest; nothing once nobody can ask for anything any more.
    pub(super) async fn first(&mut self) -> Option<Work> {
        self.take_in();
        match self.next.pop_front() {
            Some(work) => Some(work),
            None => self.queue.recv().await,
        }
    }

    /// An order with those behind it, as many as one transaction takes.
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
            // Whoever comes ends the step; the runtime's clock has no finer ones than a millisecond.
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

    /// Waits until a batch is done, with which so many are answered. If that takes long the database is away, or does not say what became of the batch: what has
    /// waited behind it for long is told so, and was not begun.
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

    /// As much as a batch may want: what stays in the queue is bounded there.
    fn take_in(&mut self) {
        while self.next.len() < self.intake.options.batch
            && let Ok(work) = self.queue.try_recv()
        {
            self.next.push_back(work);
        }
    }
}

/// How many rooms one transaction holds at most: the others wait for it.
const MOST_ROOMS: usize = 512;

/// How long an order waits behind one batch. With the time until somebody looks this is less than two seconds.
const LONG: Duration = Duration::from_millis(1700);

/// How often somebody looks who has waited so long.
const GLANCE: Duration = Duration::from_millis(100);

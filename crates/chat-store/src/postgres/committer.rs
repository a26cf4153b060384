//! A committer: a task that decides and writes over a connection of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout_at};

use super::Conn;
use super::address::Address;
use super::backlog::{Backlog, Work};
use super::conn::{Kept, leaves_open};
use super::doubt::Backend;
use super::optimistic::{OptimisticBatch, Premise, Stock, split};
use super::queries::commit::{After, Unknown, commit_batch, is_about_rows};
use crate::company::awaited;
use crate::outage;
use crate::room_cache::RoomCache;
use crate::work::{Intake, OrderResult, Waiting};

/// Works until it is told to stop, or nobody can ask it for anything any more.
pub(super) async fn run(queue: mpsc::Receiver<Work>, intake: Arc<Intake>, address: Address) {
    let mut backlog = Backlog::new(queue, intake.clone());
    let mut committer = Committer::new(intake, address);
    while let Some(work) = backlog.first().await {
        match work {
            Work::Order(first) => {
                let batch = backlog.batch(first).await;
                backlog.until(awaited(&batch), committer.commit(batch)).await;
            }
            Work::Close(done) => {
                drop((committer, backlog));
                // Whoever asked may be gone.
                let _ = done.send(());
                return;
            }
        }
    }
}

struct Committer {
    conn: Option<Conn>,
    /// When the last attempt to connect failed.
    tried: Option<Instant>,
    intake: Arc<Intake>,
    address: Address,
    /// The server's process for the connection, if another connection is allowed to end it.
    backend: Option<Backend>,
    /// What is remembered of the rooms that were written to over this connection.
    cache: RoomCache,
    stock: Stock,
}

impl Committer {
    fn new(intake: Arc<Intake>, address: Address) -> Committer {
        let (cache, stock) = (RoomCache::default(), Stock::default());
        Committer { conn: None, tried: None, intake, address, backend: None, cache, stock }
    }

    async fn commit(&mut self, batch: Vec<Waiting>) {
        let (intake, deadline) = (self.intake.clone(), deadline(&batch));
        self.connect(deadline).await;
        let batch = self.commit_from_memory(batch).await;
        if batch.is_empty() {
            return;
        }
        self.connect(deadline).await;
        let Some(conn) = &self.conn else { return intake.turn_away(batch) };
        let mut life = (conn.epoch, conn.line);
        let mut after = commit_batch(conn, &intake, &mut self.cache, batch).await;
        if let After::NotBegun(batch) = after {
            // The connection was lost before anything was asked of it.
            self.conn = None;
            self.connect(deadline).await;
            let Some(conn) = &self.conn else { return intake.turn_away(batch) };
            life = (conn.epoch, conn.line);
            after = commit_batch(conn, &intake, &mut self.cache, batch).await;
        }
        match after {
            After::Good => {}
            After::Broken => self.conn = None,
            After::NotBegun(batch) => {
                self.conn = None;
                intake.turn_away(batch);
            }
            After::Unknown(unknown) => self.find_out(unknown, life).await,
        }
    }

    /// Commits as much of a batch as possible in one statement, decided from memory. Returns the orders that have to go
    /// the sure way.
    async fn commit_from_memory(&mut self, mut batch: Vec<Waiting>) -> Vec<Waiting> {
        let began = Instant::now();
        batch.retain(|waiting| !waiting.is_withdrawn());
        // Otherwise the outcome could not be found out: the server might still commit the statement after the look.
        let Some(backend) = self.backend else { return batch };
        let (mut batch, mut rest) = split(batch, &self.cache);
        let optimistic = self.decided_from_memory(&batch).await;
        let (Some(mut optimistic), Some(conn)) = (optimistic, &self.conn) else {
            batch.append(&mut rest);
            return batch;
        };
        match optimistic.keep(conn).await {
            Ok(kept) => {
                let written = optimistic.written_in(&kept);
                conn.reached(written);
                self.cache.keep(written);
                outage::back();
                self.intake.sink.took(batch.len(), began.elapsed());
                let mut left = self.answer_in(&kept, batch, optimistic.results);
                left.iter().filter_map(|left| left.order.command.room()).for_each(|room| self.cache.forget_room(room));
                left.append(&mut rest);
                return left;
            }
            Err(error) if leaves_open(&error) => {
                outage::away(&format_args!(
                    "whether {} messages were committed is to be found out: {error}",
                    batch.len()
                ));
                batch = self.find_out_optimistic(optimistic, backend, batch).await;
            }
            Err(error) => {
                let error = error.into();
                if !is_about_rows(&error, began.elapsed()) {
                    outage::away(&format_args!("{} messages could not be taken: {error}", batch.len()));
                    self.conn = None;
                    self.intake.turn_away(std::mem::take(&mut batch));
                }
            }
        }
        batch.append(&mut rest);
        batch
    }

    /// Decides these orders from memory alone, if that is possible.
    async fn decided_from_memory(&mut self, batch: &[Waiting]) -> Option<OptimisticBatch> {
        if batch.is_empty() {
            return None;
        }
        let premise = Premise::of(batch, &self.cache)?;
        self.intake.sink.recalled(premise.facts(), premise.facts());
        match self.stock.take(self.conn.as_ref()?, &premise, batch.len()).await {
            Ok(ids) => premise.decide(batch, ids, self.intake.options.limits),
            Err(error) => {
                // A server that did not answer is not asked again over this connection.
                self.conn.take_if(|_| leaves_open(&error));
                None
            }
        }
    }

    /// Answers the orders of these rooms, and returns the others.
    fn answer_in(&self, rooms: &Kept, batch: Vec<Waiting>, results: Vec<OrderResult>) -> Vec<Waiting> {
        let is_kept = |waiting: &Waiting| waiting.order.command.room().is_some_and(|room| rooms.contains_key(&room));
        let (kept, left): (Vec<_>, Vec<_>) = batch.into_iter().zip(results).partition(|(waiting, _)| is_kept(waiting));
        let (kept, results) = kept.into_iter().unzip();
        self.intake.answer(kept, results);
        left.into_iter().map(|(waiting, _)| waiting).collect()
    }

    /// Finds out over a new connection in which rooms the batch was committed, once the old connection can commit
    /// nothing more. Returns the orders that were not committed and may be tried again.
    async fn find_out_optimistic(
        &mut self,
        optimistic: OptimisticBatch,
        backend: Backend,
        batch: Vec<Waiting>,
    ) -> Vec<Waiting> {
        self.cache.forget();
        let optimistic = Arc::new(optimistic);
        let found = self.learned(|conn| {
            let optimistic = optimistic.clone();
            Box::pin(async move { optimistic.is_there(conn, backend).await })
        });
        match found.await {
            Some(kept) => {
                let mut optimistic = Arc::unwrap_or_clone(optimistic);
                optimistic.written_in(&kept);
                self.answer_in(&kept, batch, optimistic.results)
            }
            None => {
                self.intake.heard.miss();
                self.intake.turn_away(batch);
                Vec::new()
            }
        }
    }

    /// Asks a new connection what became of a transaction, in the life of whose epoch, and on whose timeline, its mark means something.
    async fn find_out(&mut self, unknown: Unknown, life: (u64, i64)) {
        let mark = unknown.mark;
        let committed = self.learned(|conn| {
            let is_of_it = (conn.epoch, conn.line) == life;
            Box::pin(async move { if is_of_it { conn.was_committed(mark).await } else { Ok(Some(false)) } })
        });
        let committed = committed.await.unwrap_or(false);
        unknown.found(&self.intake, committed);
    }

    /// Asks new connections until there is an answer or the time is up. The server may take a while to notice that the
    /// old connection is lost.
    async fn learned<T>(&mut self, ask: impl for<'c> Fn(&'c Conn) -> Asking<'c, T>) -> Option<T> {
        let deadline = Instant::now() + UNKNOWN_FOR;
        self.conn = None;
        while Instant::now() < deadline {
            self.connect(deadline).await;
            if let Some(conn) = &self.conn {
                match ask(conn).await {
                    Ok(Some(answer)) => return Some(answer),
                    Ok(None) => {}
                    Err(_) => self.conn = None,
                }
            }
            sleep(PAUSE).await;
        }
        None
    }

    /// Makes a connection if there is none, unless the last attempt has just failed. What was remembered is forgotten:
    /// the new connection may be to another life of the database.
    async fn connect(&mut self, deadline: Instant) {
        self.conn.take_if(|conn| !conn.is_current());
        if self.conn.is_none() && self.tried.is_none_or(|tried| tried.elapsed() > PAUSE) {
            (self.cache, self.stock) = (RoomCache::default(), Stock::default());
            let reached = timeout_at(deadline.into(), self.reached()).await;
            match reached.unwrap_or_else(|_| Err("no answer in time".into())) {
                Ok((conn, backend)) => (self.conn, self.backend, self.tried) = (Some(conn), backend, None),
                // The address tells operators why.
                Err(_) => self.tried = Some(Instant::now()),
            }
        }
    }

    /// Makes a new connection.
    async fn reached(&self) -> Result<(Conn, Option<Backend>), String> {
        let conn = self.address.connect().await?;
        let backend = conn.backend().await.map_err(|error| error.to_string())?;
        Ok((conn, backend))
    }
}

/// What a new connection finds out about one that was lost; `None` while it cannot know yet.
type Asking<'c, T> = Pin<Box<dyn Future<Output = QueryResult<Option<T>>> + Send + 'c>>;

/// The time between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(200);

/// How long to go on asking about the outcome of a transaction that was not answered in time. Together with that time,
/// its callers are told within 15 s that the store does not know.
const UNKNOWN_FOR: Duration = Duration::from_secs(9);

/// Returns until when a connection for a batch must be made of which nothing was begun: within two seconds of its first
/// order, and a moment longer if that has waited long already.
fn deadline(batch: &[Waiting]) -> Instant {
    let first = batch.iter().map(|waiting| waiting.since).min();
    first.map_or_else(Instant::now, |first| first + PROMPT).max(Instant::now() + PAUSE)
}

const PROMPT: Duration = Duration::from_millis(1800);

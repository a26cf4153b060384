//! A task that decides and writes on a connection of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout_at};

use super::Conn;
use super::address::Address;
use super::backlog::{Backlog, Work};
use super::conn::leaves_open;
use super::doubt::Backend;
use super::optimistic::{OptimisticBatch, Premise, Stock};
use super::queries::commit::{After, Unknown, commit_batch, is_about_rows};
use crate::outage;
use crate::room_cache::RoomCache;
use crate::work::{Intake, Waiting};

/// Works until it is told to stop, or nobody can ask it for anything any more.
pub(super) async fn run(queue: mpsc::Receiver<Work>, intake: Arc<Intake>, address: Address) {
    let mut backlog = Backlog::new(queue, intake.clone());
    let mut committer = Committer::new(intake, address);
    while let Some(work) = backlog.first().await {
        match work {
            Work::Order(first) => {
                let batch = backlog.batch(first);
                backlog.until(committer.commit(batch)).await;
            }
            Work::Close(done) => {
                drop((committer, backlog));
                // Who asked may be gone.
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
    /// Who answers on the server's side of the last connection, if it could be ended from another one.
    backend: Option<Backend>,
    /// How the rooms were that it wrote to by this connection.
    cache: RoomCache,
    stock: Stock,
    /// How many batches go the sure way because others write to the same rooms.
    doubts: u32,
}

impl Committer {
    fn new(intake: Arc<Intake>, address: Address) -> Committer {
        let (cache, stock) = (RoomCache::default(), Stock::default());
        Committer { conn: None, tried: None, intake, address, backend: None, cache, stock, doubts: 0 }
    }

    async fn commit(&mut self, batch: Vec<Waiting>) {
        let (intake, deadline) = (self.intake.clone(), deadline(&batch));
        self.connect(deadline).await;
        let Some(batch) = self.commit_from_memory(batch).await else { return };
        self.connect(deadline).await;
        let Some(conn) = &self.conn else { return intake.turn_away(batch) };
        let mut epoch = conn.epoch;
        let mut after = commit_batch(conn, &intake, &mut self.cache, batch).await;
        if let After::NotBegun(batch) = after {
            // The connection had gone before anything was asked of it.
            self.conn = None;
            self.connect(deadline).await;
            let Some(conn) = &self.conn else { return intake.turn_away(batch) };
            epoch = conn.epoch;
            after = commit_batch(conn, &intake, &mut self.cache, batch).await;
        }
        match after {
            After::Good => {}
            After::Broken => self.conn = None,
            After::NotBegun(batch) => {
                self.conn = None;
                intake.turn_away(batch);
            }
            After::Unknown(unknown) => self.find_out(unknown, epoch).await,
        }
    }

    /// Commits a batch in one statement that rests on what is remembered; gives it back if it is to go the sure way.
    async fn commit_from_memory(&mut self, mut batch: Vec<Waiting>) -> Option<Vec<Waiting>> {
        let began = Instant::now();
        batch.retain(|waiting| !waiting.is_withdrawn());
        // A backend that cannot be stopped might commit it after we have looked.
        let Some(backend) = self.backend else { return Some(batch) };
        let Some(optimistic) = self.decided_from_memory(&batch).await else { return Some(batch) };
        let Some(conn) = &self.conn else { return Some(batch) };
        match optimistic.keep(conn).await {
            Ok(true) => {
                self.cache.keep(&optimistic.written);
                outage::back();
                self.intake.sink.took(began.elapsed());
                self.intake.answer(batch, optimistic.results);
                return None;
            }
            Err(error) if leaves_open(&error) => {
                outage::away(&format_args!(
                    "whether {} messages were committed is to be found out: {error}",
                    batch.len()
                ));
                return self.find_out_optimistic(optimistic, backend, batch).await;
            }
            Err(error) => {
                let error = error.into();
                if !is_about_rows(&error, began.elapsed()) {
                    outage::away(&format_args!("{} messages could not be taken: {error}", batch.len()));
                    self.conn = None;
                    self.intake.turn_away(batch);
                    return None;
                }
            }
            Ok(false) => {}
        }
        self.cache.forget();
        self.doubts = DOUBTS;
        Some(batch)
    }

    /// What a batch comes to, decided from memory alone.
    async fn decided_from_memory(&mut self, batch: &[Waiting]) -> Option<OptimisticBatch> {
        self.doubts = self.doubts.saturating_sub(1);
        if self.doubts > 0 {
            return None;
        }
        let premise = Premise::of(batch, &self.cache)?;
        match self.stock.take(self.conn.as_ref()?, &premise, batch.len()).await {
            Ok(ids) => premise.decide(batch, ids, self.intake.options.limits),
            Err(error) => {
                // Who did not answer is not asked again.
                self.conn.take_if(|_| leaves_open(&error));
                None
            }
        }
    }

    /// Asks a new connection whether it was committed, once the old one can commit nothing more. What was not may be tried again.
    async fn find_out_optimistic(
        &mut self,
        optimistic: OptimisticBatch,
        backend: Backend,
        batch: Vec<Waiting>,
    ) -> Option<Vec<Waiting>> {
        self.cache.forget();
        match self.learned(Question::WasKept(&optimistic, backend)).await {
            Some(true) => self.intake.answer(batch, optimistic.results),
            Some(false) => return Some(batch),
            None => self.intake.turn_away(batch),
        }
        None
    }

    /// Asks a new connection what became of a transaction.
    async fn find_out(&mut self, unknown: Unknown, epoch: u64) {
        let committed = self.learned(Question::WasCommitted(unknown.mark, epoch)).await.unwrap_or(false);
        unknown.found(&self.intake, committed);
    }

    /// Asks new connections until there is an answer, or no more time. The server may take a while to notice that nobody waits
    /// for its answer any more.
    async fn learned(&mut self, question: Question<'_>) -> Option<bool> {
        let deadline = Instant::now() + UNKNOWN_FOR;
        self.conn = None;
        while Instant::now() < deadline {
            self.connect(deadline).await;
            if let Some(conn) = &self.conn {
                match question.ask(conn).await {
                    Ok(Some(answer)) => return Some(answer),
                    Ok(None) => {}
                    Err(_) => self.conn = None,
                }
            }
            sleep(PAUSE).await;
        }
        None
    }

    /// Sees that there is a connection, unless an attempt has failed just now. What was remembered may be of another life.
    async fn connect(&mut self, deadline: Instant) {
        self.conn.take_if(|conn| !conn.is_current());
        if self.conn.is_none() && self.tried.is_none_or(|tried| tried.elapsed() > PAUSE) {
            (self.cache, self.stock) = (RoomCache::default(), Stock::default());
            let reached = timeout_at(deadline.into(), self.reached()).await;
            match reached.unwrap_or_else(|_| Err("no answer in time".into())) {
                Ok((conn, backend)) => (self.conn, self.backend, self.tried) = (Some(conn), backend, None),
                // The address tells the operator.
                Err(_) => self.tried = Some(Instant::now()),
            }
        }
    }

    /// A new connection.
    async fn reached(&self) -> Result<(Conn, Option<Backend>), String> {
        let conn = self.address.connect().await?;
        let backend = conn.backend().await.map_err(|error| error.to_string())?;
        Ok((conn, backend))
    }
}

/// What a new connection is asked after one that broke.
enum Question<'a> {
    /// Whether the transaction of this mark was committed in the life of this epoch: in another one the mark means nothing.
    WasCommitted(i64, u64),
    /// Whether this was committed by that backend.
    WasKept(&'a OptimisticBatch, Backend),
}

impl Question<'_> {
    /// The answer, once there is one.
    async fn ask(&self, conn: &Conn) -> QueryResult<Option<bool>> {
        match *self {
            Question::WasCommitted(_, epoch) if conn.epoch != epoch => Ok(Some(false)),
            Question::WasCommitted(mark, _) => conn.was_committed(mark).await,
            Question::WasKept(optimistic, backend) => optimistic.is_there(conn, backend).await,
        }
    }
}

/// How many batches go the sure way after one in which memory was wrong.
const DOUBTS: u32 = 16;

/// How long apart attempts to connect are.
const PAUSE: Duration = Duration::from_millis(200);

/// How long the outcome of a transaction is asked for after its answer was waited for in vain. With that its callers are told
/// within 15 s that the store did not say.
const UNKNOWN_FOR: Duration = Duration::from_secs(9);

/// Until when a connection may come for a batch of which nothing is begun: within two seconds of its first order. Whoever has
/// waited long already waits a moment longer.
fn deadline(batch: &[Waiting]) -> Instant {
    let first = batch.iter().map(|waiting| waiting.since).min();
    first.map_or_else(Instant::now, |first| first + PROMPT).max(Instant::now() + PAUSE)
}

const PROMPT: Duration = Duration::from_millis(1800);

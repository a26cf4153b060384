//! A task that decides and writes on a connection of its own.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::Conn;
use super::both::commit::{After, Unknown, is_about_rows, settle};
use super::conn::{Backend, leaves_open};
use super::express::{Ground, Said, Stock};
use super::pool::Address;
use crate::memory::Memory;
use crate::work::{Desk, Waiting};

/// What a committer is asked for.
pub(super) enum Work {
    /// To decide a command, together with those that wait beside it.
    Order(Waiting),
    /// To stop after what came before.
    Close(oneshot::Sender<()>),
}

/// Works until it is told to stop, or nobody can ask it for anything any more.
pub(super) async fn run(mut queue: mpsc::Receiver<Work>, desk: Arc<Desk>, address: Address) {
    let mut committer = Committer::new(desk, address);
    let mut rest = VecDeque::new();
    loop {
        while let Ok(work) = queue.try_recv() {
            rest.push_back(work);
        }
        let first = match rest.pop_front() {
            Some(work) => Some(work),
            None => queue.recv().await,
        };
        match first {
            Some(Work::Order(first)) => {
                let batch = batch(first, &mut rest, committer.desk.options.batch);
                committer.settle(batch).await;
            }
            Some(Work::Close(done)) => {
                drop((committer, queue));
                // Who asked may be gone.
                let _ = done.send(());
                return;
            }
            None => return,
        }
    }
}

/// An order with those behind it, as many as one transaction takes.
fn batch(first: Waiting, rest: &mut VecDeque<Work>, most: usize) -> Vec<Waiting> {
    let mut rooms: BTreeSet<_> = first.order.command.room().into_iter().collect();
    let mut batch = vec![first];
    while batch.len() < most {
        match rest.front() {
            Some(Work::Order(next)) => rooms.extend(next.order.command.room()),
            _ => break,
        }
        if rooms.len() > MOST_ROOMS {
            break;
        }
        if let Some(Work::Order(next)) = rest.pop_front() {
            batch.push(next);
        }
    }
    batch
}

struct Committer {
    conn: Option<Conn>,
    /// When the last attempt to connect failed.
    tried: Option<Instant>,
    desk: Arc<Desk>,
    address: Address,
    /// Who answers on the server's side of the last connection, if it could be ended from another one.
    backend: Option<Backend>,
    /// How the rooms were that it wrote to by this connection.
    memory: Memory,
    stock: Stock,
    /// How many batches go the sure way because others write to the same rooms.
    doubts: u32,
}

impl Committer {
    fn new(desk: Arc<Desk>, address: Address) -> Committer {
        let (memory, stock) = (Memory::default(), Stock::default());
        Committer { conn: None, tried: None, desk, address, backend: None, memory, stock, doubts: 0 }
    }

    async fn settle(&mut self, batch: Vec<Waiting>) {
        let desk = self.desk.clone();
        self.connect().await;
        let Some(batch) = self.say(batch).await else { return };
        self.connect().await;
        let Some(conn) = &self.conn else { return desk.turn_away(batch) };
        let mut epoch = conn.epoch;
        let mut after = settle(conn, &desk, &mut self.memory, batch).await;
        if let After::NotBegun(batch) = after {
            // The connection had gone before anything was asked of it.
            self.conn = None;
            self.connect().await;
            let Some(conn) = &self.conn else { return desk.turn_away(batch) };
            epoch = conn.epoch;
            after = settle(conn, &desk, &mut self.memory, batch).await;
        }
        match after {
            After::Good => {}
            After::Broken => self.conn = None,
            After::NotBegun(batch) => {
                self.conn = None;
                desk.turn_away(batch);
            }
            After::Unknown(unknown) => self.find_out(unknown, epoch).await,
        }
    }

    /// Says at once what a batch has to say, from memory; gives it back if it is to go the sure way.
    async fn say(&mut self, mut batch: Vec<Waiting>) -> Option<Vec<Waiting>> {
        let began = Instant::now();
        batch.retain(|waiting| !waiting.is_withdrawn());
        // Whoever cannot be stopped might say it after we have looked.
        let Some(backend) = self.backend else { return Some(batch) };
        let Some(said) = self.said(&batch).await else { return Some(batch) };
        let Some(conn) = &self.conn else { return Some(batch) };
        match said.keep(conn).await {
            Ok(true) => {
                self.memory.keep(&said.written);
                self.desk.sink.took(began.elapsed());
                self.desk.answer(batch, said.verdicts);
                return None;
            }
            Err(error) if leaves_open(&error) => {
                tracing::warn!("whether {} messages were committed is to be found out: {error}", batch.len());
                return self.find_out_said(said, backend, batch).await;
            }
            Err(error) => {
                let trouble = error.into();
                if !is_about_rows(&trouble, began.elapsed()) {
                    tracing::error!("{} messages could not be taken: {trouble}", batch.len());
                    self.conn = None;
                    self.desk.turn_away(batch);
                    return None;
                }
            }
            Ok(false) => {}
        }
        self.memory.forget();
        self.doubts = DOUBTS;
        Some(batch)
    }

    /// What a batch says, decided from memory alone.
    async fn said(&mut self, batch: &[Waiting]) -> Option<Said> {
        self.doubts = self.doubts.saturating_sub(1);
        if self.doubts > 0 {
            return None;
        }
        let ground = Ground::of(batch, &self.memory)?;
        match self.stock.take(self.conn.as_ref()?, &ground, batch.len()).await {
            Ok(ids) => ground.decide(batch, ids, self.desk.options.limits),
            Err(error) => {
                // Who did not answer is not asked again.
                self.conn.take_if(|_| leaves_open(&error));
                None
            }
        }
    }

    /// Asks a new connection whether it was said, once the old one can say nothing more. What was not may be said again.
    async fn find_out_said(&mut self, said: Said, backend: Backend, batch: Vec<Waiting>) -> Option<Vec<Waiting>> {
        self.memory.forget();
        match self.learned(Question::WasSaid(&said, backend)).await {
            Some(true) => self.desk.answer(batch, said.verdicts),
            Some(false) => return Some(batch),
            None => self.desk.turn_away(batch),
        }
        None
    }

    /// Asks a new connection what became of a transaction.
    async fn find_out(&mut self, unknown: Unknown, epoch: u64) {
        let committed = self.learned(Question::WasCommitted(unknown.mark, epoch)).await.unwrap_or(false);
        unknown.found(&self.desk, committed);
    }

    /// Asks new connections until there is an answer, or no more time. The server may take a while to notice that nobody waits
    /// for its answer any more.
    async fn learned(&mut self, question: Question<'_>) -> Option<bool> {
        let began = Instant::now();
        self.conn = None;
        while began.elapsed() < UNKNOWN_FOR {
            self.connect().await;
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
    async fn connect(&mut self) {
        self.conn.take_if(|conn| !conn.is_current());
        if self.conn.is_none() && self.tried.is_none_or(|tried| tried.elapsed() > PAUSE) {
            (self.memory, self.stock) = (Memory::default(), Stock::default());
            match self.reached().await {
                Ok((conn, backend)) => (self.conn, self.backend, self.tried) = (Some(conn), backend, None),
                Err(said) => {
                    tracing::error!("{}", self.address.refused(said));
                    self.tried = Some(Instant::now());
                }
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
    /// Whether this was said by that backend.
    WasSaid(&'a Said, Backend),
}

impl Question<'_> {
    /// The answer, once there is one.
    async fn ask(&self, conn: &Conn) -> QueryResult<Option<bool>> {
        match *self {
            Question::WasCommitted(_, epoch) if conn.epoch != epoch => Ok(Some(false)),
            Question::WasCommitted(mark, _) => conn.was_committed(mark).await,
            Question::WasSaid(said, backend) => said.is_there(conn, backend).await,
        }
    }
}

/// How many batches go the sure way after one in which memory was wrong.
const DOUBTS: u32 = 16;

/// How many rooms one transaction holds at most: the others wait for it.
const MOST_ROOMS: usize = 64;

/// How long apart attempts to connect are.
const PAUSE: Duration = Duration::from_millis(200);

/// How long the outcome of a transaction is asked for before it is given up. Its callers are told that the store did not say.
const UNKNOWN_FOR: Duration = Duration::from_secs(15);

//! A task that decides and writes on a connection of its own.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use super::Conn;
use super::both::commit::{After, Unknown, settle};
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
    let mut committer = Committer { conn: None, tried: None, desk, address };
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
}

impl Committer {
    async fn settle(&mut self, batch: Vec<Waiting>) {
        let desk = self.desk.clone();
        let Some(conn) = self.connected().await else { return desk.turn_away(batch) };
        let mut epoch = conn.epoch;
        let mut after = settle(conn, &desk, &mut Memory::default(), batch).await;
        if let After::NotBegun(batch) = after {
            // The connection had gone before anything was asked of it.
            self.conn = None;
            let Some(conn) = self.connected().await else { return desk.turn_away(batch) };
            epoch = conn.epoch;
            after = settle(conn, &desk, &mut Memory::default(), batch).await;
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

    /// Asks a new connection what became of a transaction. The server may take a while to notice that nobody waits for its
    /// answer any more. In another life of the database the mark means nothing.
    async fn find_out(&mut self, unknown: Unknown, epoch: u64) {
        self.conn = None;
        let began = Instant::now();
        while began.elapsed() < UNKNOWN_FOR {
            if let Some(conn) = self.connected().await {
                if conn.epoch != epoch {
                    break;
                }
                match conn.was_committed(unknown.mark).await {
                    Ok(Some(committed)) => return unknown.found(&self.desk, committed),
                    Ok(None) => {}
                    Err(_) => self.conn = None,
                }
            }
            sleep(PAUSE).await;
        }
        unknown.found(&self.desk, false);
    }

    /// The connection; a new one if there is none, unless an attempt has failed just now.
    async fn connected(&mut self) -> Option<&Conn> {
        self.conn.take_if(|conn| !conn.is_current());
        if self.conn.is_none() && self.tried.is_none_or(|tried| tried.elapsed() > PAUSE) {
            match self.address.connect().await {
                Ok(conn) => (self.conn, self.tried) = (Some(conn), None),
                Err(said) => {
                    tracing::error!("{}", self.address.refused(said));
                    self.tried = Some(Instant::now());
                }
            }
        }
        self.conn.as_ref()
    }
}

/// How many rooms one transaction holds at most: the others wait for it.
const MOST_ROOMS: usize = 64;

/// How long apart attempts to connect are.
const PAUSE: Duration = Duration::from_millis(200);

/// How long the outcome of a transaction is asked for before it is given up. Its callers are told that the store did not say.
const UNKNOWN_FOR: Duration = Duration::from_secs(15);

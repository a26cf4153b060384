//! One batch of commands: look, decide, write, commit, answer.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use chat_domain::{Chat, Command, Failure, Ids, MessageId, Outcome, Refusal, RoomId, Stamp};

use super::{Conn, load, locks, save};
use crate::trouble::{Trouble, Worked, panicked};
use crate::work::{Desk, Verdict, Waiting};

/// How a connection is after a batch.
pub(crate) enum After {
    /// As it should be.
    Good,
    /// Not to be trusted: it needs another one.
    Broken,
    /// It did not even begin: the batch may be tried on another one.
    NotBegun(Vec<Waiting>),
    /// It broke before it said what became of the batch; the mark tells a new connection.
    Unknown(Unknown),
}

/// A batch whose outcome is to be found out.
pub(crate) struct Unknown {
    batch: Vec<Waiting>,
    verdicts: Vec<Verdict>,
    /// What the new connection looks for.
    pub(crate) mark: i64,
}

impl Unknown {
    /// Answers at last.
    pub(crate) fn found(self, desk: &Desk, committed: bool) {
        match committed {
            true => desk.answer(self.batch, self.verdicts),
            false => desk.turn_away(self.batch),
        }
    }
}

/// Does a batch, or each of its orders alone if it fails together.
pub(crate) async fn settle(conn: &Conn, desk: &Desk, mut batch: Vec<Waiting>) -> After {
    batch.retain(|waiting| !waiting.is_withdrawn());
    if batch.is_empty() {
        return After::Good;
    }
    let began = Instant::now();
    if let Err(error) = conn.begin().await {
        tracing::warn!("a transaction could not be begun: {error}");
        return After::NotBegun(batch);
    }
    match attempt(conn, desk, &batch).await {
        Ok(Attempt::Committed(verdicts)) => desk.answer(batch, verdicts),
        Ok(Attempt::Unknown(verdicts, mark)) => return After::Unknown(Unknown { batch, verdicts, mark }),
        Err(trouble) if is_about_rows(&trouble, began.elapsed()) => {
            return one_by_one(conn, desk, batch, trouble).await;
        }
        Err(trouble) => {
            tracing::error!("{} orders could not be taken: {trouble}", batch.len());
            desk.turn_away(batch);
            return After::Broken;
        }
    }
    After::Good
}

/// Does the orders of a failed batch each alone, so that only the one which it failed for fails.
async fn one_by_one(conn: &Conn, desk: &Desk, batch: Vec<Waiting>, trouble: Trouble) -> After {
    if batch.len() > 1 {
        tracing::warn!("{} orders are decided one by one: {trouble}", batch.len());
    }
    let mut rest = batch.into_iter();
    while let Some(waiting) = rest.next() {
        let (began, batch) = (Instant::now(), vec![waiting]);
        let attempted = match conn.begin().await {
            Ok(()) => attempt(conn, desk, &batch).await,
            Err(error) => Err(Trouble::Away(error)),
        };
        match attempted {
            Ok(Attempt::Committed(verdicts)) => desk.answer(batch, verdicts),
            Ok(Attempt::Unknown(verdicts, mark)) => {
                desk.turn_away(rest.collect());
                return After::Unknown(Unknown { batch, verdicts, mark });
            }
            Err(trouble) => {
                tracing::error!("an order could not be taken: {trouble}");
                desk.turn_away(batch);
                if !is_about_rows(&trouble, began.elapsed()) {
                    desk.turn_away(rest.collect());
                    return After::Broken;
                }
            }
        }
    }
    After::Good
}

/// What became of a transaction that got as far as its COMMIT.
enum Attempt {
    Committed(Vec<Verdict>),
    Unknown(Vec<Verdict>, i64),
}

/// Decides a batch in the transaction that was begun for it, and commits.
async fn attempt(conn: &Conn, desk: &Desk, batch: &[Waiting]) -> Worked<Attempt> {
    let (verdicts, mark) = match decide(conn, desk, batch).await {
        Ok(decided) => decided,
        Err(trouble) => {
            // A connection that cannot roll back is found broken at its next use.
            let _ = conn.rollback().await;
            return Err(trouble);
        }
    };
    let verdicts = verdicts.into_iter().map(|verdict| verdict.map_err(Failure::Refused)).collect();
    match (conn.commit().await, mark) {
        (Ok(()), _) => Ok(Attempt::Committed(verdicts)),
        (Err(error), Some(mark)) if Conn::leaves_open(&error) => {
            tracing::warn!("whether {} orders were committed is to be found out: {error}", batch.len());
            Ok(Attempt::Unknown(verdicts, mark))
        }
        (Err(error), _) => {
            // As above.
            let _ = conn.rollback().await;
            Err(error.into())
        }
    }
}

/// Decides all orders of a batch and writes what they change; with the mark of the transaction if it changes anything.
async fn decide(conn: &Conn, desk: &Desk, batch: &[Waiting]) -> Worked<(Vec<Result<Outcome, Refusal>>, Option<i64>)> {
    let limits = desk.options.limits;
    let needs: BTreeSet<_> =
        batch.iter().flat_map(|waiting| waiting.order.command.needs(waiting.order.actor)).collect();
    locks::hold(conn, &needs).await?;
    let mut chat = Chat::partial(limits);
    let leaving = removals(batch);
    let (known, stamps) = tokio::try_join!(load::facts(conn, &needs, &leaving, &limits), stamps(conn, batch))?;
    known.into_iter().for_each(|known| chat.tell(known));
    let decided = catch_unwind(AssertUnwindSafe(|| {
        let orders =
            batch.iter().zip(stamps).map(|(waiting, stamp)| chat.execute(stamp, waiting.order.command.clone()));
        let verdicts: Vec<_> = orders.collect();
        (verdicts, chat.take_written())
    }));
    let (verdicts, written) = decided.map_err(|panic| panicked(&*panic))?;
    if written.is_empty() {
        return Ok((verdicts, None));
    }
    Ok((verdicts, Some(save::written(conn, &written).await?)))
}

/// How many removals of each room a batch asks for.
fn removals(batch: &[Waiting]) -> BTreeMap<RoomId, usize> {
    let mut removals = BTreeMap::new();
    for waiting in batch {
        if let Command::RemoveMember { room, .. } = waiting.order.command {
            *removals.entry(room).or_default() += 1;
        }
    }
    removals
}

/// The stamps of a batch, with a new number for everything that may be made. They are taken when all rooms are held, so
/// that the ids of a room become visible in their order.
async fn stamps(conn: &Conn, batch: &[Waiting]) -> Worked<Vec<Stamp>> {
    let commands = || batch.iter().map(|waiting| &waiting.order.command);
    let mut messages =
        conn.take_ids("messages", commands().filter(|command| makes_message(command)).count()).await?.into_iter();
    let mut rooms = conn.take_ids("rooms", commands().filter(|command| makes_room(command)).count()).await?.into_iter();
    let mut take = |command: &Command| {
        let message = if makes_message(command) { messages.next() } else { None };
        let room = if makes_room(command) { rooms.next() } else { None };
        Some(Ids { room: RoomId::new(room.unwrap_or(1))?, message: MessageId::new(message.unwrap_or(1))? })
    };
    let stamps = batch.iter().map(|waiting| {
        let order = &waiting.order;
        let ids = take(&order.command).ok_or_else(|| Trouble::Broken("the ids are used up".into()))?;
        Ok(Stamp { actor: order.actor, at: order.at, ids })
    });
    stamps.collect()
}

fn makes_message(command: &Command) -> bool {
    matches!(command, Command::Send { .. })
}

fn makes_room(command: &Command) -> bool {
    matches!(command, Command::OpenDirect { .. } | Command::CreateGroup { .. } | Command::Search)
}

/// Whether a batch failed for what is in it, so that its orders may go well alone. An error that took long was a time-out,
/// and would take as long again for each.
fn is_about_rows(trouble: &Trouble, took: Duration) -> bool {
    match trouble {
        Trouble::Refused(_) | Trouble::Data(_) | Trouble::Broken(_) => true,
        Trouble::Unclear(_) => Conn::SHARED && took < Duration::from_millis(500),
        Trouble::Away(_) => false,
    }
}

//! Committing a batch of commands: load what they need, decide, write, commit, answer.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use chat_domain::fact::{Fact, Written};
use chat_domain::{Chat, Command, Failure, Ids, MessageId, Need, Outcome, Refusal, RoomId, Stamp};

use super::previous::Previous;
use super::{Conn, load, locks, save};
use crate::outage;
use crate::room_cache::RoomCache;
use crate::work::{Intake, OrderResult, Waiting};
use crate::work_error::{Unkept, WorkError, Worked, panicked};

/// The state of a connection after a batch.
pub(crate) enum After {
    /// It can be used again.
    Good,
    /// It is not to be trusted, and must be replaced.
    Broken,
    /// Nothing was begun on it. The batch may be tried over another connection.
    NotBegun(Vec<Waiting>),
    /// It was lost before the outcome of the batch was known. A new connection can find it out by the mark.
    Unknown(Unknown),
}

/// A batch whose outcome is to be found out.
pub(crate) struct Unknown {
    batch: Vec<Waiting>,
    results: Vec<OrderResult>,
    /// The mark of its transaction.
    pub(crate) mark: i64,
}

impl Unknown {
    /// Answers the batch, once it is known whether it was committed.
    pub(crate) fn found(self, intake: &Intake, committed: bool) {
        match committed {
            true => intake.answer(self.batch, self.results),
            false => {
                // If nobody could tell, something may have been committed nevertheless.
                intake.heard.miss();
                intake.turn_away(self.batch);
            }
        }
    }
}

/// Commits a batch. If it fails as a whole, commits each of its orders alone.
pub(crate) async fn commit_batch(
    conn: &Conn,
    intake: &Intake,
    cache: &mut RoomCache,
    mut batch: Vec<Waiting>,
) -> After {
    batch.retain(|waiting| !waiting.is_withdrawn());
    if batch.is_empty() {
        return After::Good;
    }
    let began = Instant::now();
    match attempt(conn, intake, cache, &batch).await {
        Ok(Attempt::Committed(results)) => {
            outage::back();
            intake.sink.took(batch.len(), began.elapsed());
            intake.answer(batch, results);
        }
        Ok(Attempt::Unknown(results, mark)) => return After::Unknown(Unknown { batch, results, mark }),
        Err(WorkError::NotBegun(error)) => {
            outage::away(&format_args!("a transaction could not be begun: {error}"));
            return After::NotBegun(batch);
        }
        Err(error) if is_about_rows(&error, began.elapsed()) => {
            return one_by_one(conn, intake, cache, batch, error).await;
        }
        Err(error) => {
            outage::away(&format_args!("{} orders could not be taken: {error}", batch.len()));
            intake.turn_away(batch);
            return After::Broken;
        }
    }
    After::Good
}

/// Commits each order of a failed batch alone, so that only the one that made it fail does.
async fn one_by_one(
    conn: &Conn,
    intake: &Intake,
    cache: &mut RoomCache,
    batch: Vec<Waiting>,
    error: WorkError,
) -> After {
    if batch.len() > 1 {
        tracing::debug!("{} orders are decided one by one: {error}", batch.len());
    }
    let mut rest = batch.into_iter();
    while let Some(waiting) = rest.next() {
        let (began, batch) = (Instant::now(), vec![waiting]);
        match attempt(conn, intake, cache, &batch).await {
            Ok(Attempt::Committed(results)) => {
                outage::back();
                intake.answer(batch, results);
            }
            Ok(Attempt::Unknown(results, mark)) => {
                intake.turn_away(rest.collect());
                return After::Unknown(Unknown { batch, results, mark });
            }
            Err(error) => {
                match &error {
                    WorkError::Data(_) | WorkError::Broken(_) => {
                        tracing::error!("an order could not be taken: {error}");
                    }
                    _ => outage::away(&format_args!("an order could not be taken: {error}")),
                }
                intake.turn_away(batch);
                if !is_about_rows(&error, began.elapsed()) {
                    intake.turn_away(rest.collect());
                    return After::Broken;
                }
            }
        }
    }
    After::Good
}

/// The outcome of a transaction that got as far as its end.
enum Attempt {
    Committed(Vec<OrderResult>),
    Unknown(Vec<OrderResult>, i64),
}

/// Decides and commits a batch in a transaction of its own. This takes two round trips if nothing depends on a name:
/// one to look, one to write. If it fails, everything that was remembered is forgotten.
async fn attempt(conn: &Conn, intake: &Intake, cache: &mut RoomCache, batch: &[Waiting]) -> Worked<Attempt> {
    let mut remembered = std::mem::take(cache);
    let Decided { results, before, written, mark } = match decide(conn, intake, &mut remembered, batch).await {
        Ok(decided) => decided,
        Err(error @ WorkError::NotBegun(_)) => return Err(error),
        Err(error) => {
            // A connection on which this fails is found broken when it is next used.
            let _ = conn.rollback().await;
            return Err(error);
        }
    };
    let results = results.into_iter().map(|result| result.map_err(Failure::Refused)).collect();
    if written.is_empty() {
        // Nothing has changed, so nothing need reach the disk.
        conn.rollback().await?;
        *cache = remembered;
        return Ok(Attempt::Committed(results));
    }
    match conn.keep(save::statements(&written, &before), mark).await {
        Ok(()) => {
            conn.reached(&written);
            remembered.keep(&written);
            *cache = remembered;
            Ok(Attempt::Committed(results))
        }
        Err(Unkept { error, open: true }) => {
            outage::away(&format_args!("whether {} orders were committed is to be found out: {error}", batch.len()));
            Ok(Attempt::Unknown(results, mark))
        }
        Err(Unkept { error, open: false }) => {
            // As above.
            let _ = conn.rollback().await;
            Err(error.into())
        }
    }
}

/// What was decided about each order of a batch, and what that changes.
struct Decided {
    results: Vec<Result<Outcome, Refusal>>,
    before: Previous,
    written: Written,
    mark: i64,
}

/// Loads what a batch needs, and decides all of its orders.
async fn decide(conn: &Conn, intake: &Intake, cache: &mut RoomCache, batch: &[Waiting]) -> Worked<Decided> {
    let needs: BTreeSet<_> =
        batch.iter().flat_map(|waiting| waiting.order.command.needs(waiting.order.actor)).collect();
    let mut chat = Chat::partial(intake.options.limits);
    let (known, stamps, mark) = look(conn, &needs, cache, batch, intake).await?;
    let before = Previous::of(&known);
    cache.learn(&known);
    known.into_iter().for_each(|known| chat.learn(known));
    let (results, written) = execute(chat, batch, stamps)?;
    Ok(Decided { results, before, written, mark })
}

/// Lets a chat decide all orders of a batch. Returns the results, and the rows that they change.
pub(crate) fn execute(
    mut chat: Chat,
    batch: &[Waiting],
    stamps: Vec<Stamp>,
) -> Worked<(Vec<Result<Outcome, Refusal>>, Written)> {
    let decided = catch_unwind(AssertUnwindSafe(|| {
        let orders =
            batch.iter().zip(stamps).map(|(waiting, stamp)| chat.execute(stamp, waiting.order.command.clone()));
        let results: Vec<_> = orders.collect();
        (results, chat.take_written())
    }));
    decided.map_err(|panic| panicked(&*panic))
}

/// Begins a transaction, locks what the batch is about, and loads what it needs: all in one round trip, in this order.
/// Everything that is sent after the locks sees what is there once they are held. That includes taking ids, so the ids
/// of a room become visible in increasing order. `biased` polls, and so sends, in the order of writing.
async fn look(
    conn: &Conn,
    needs: &BTreeSet<Need>,
    cache: &RoomCache,
    batch: &[Waiting],
    intake: &Intake,
) -> Worked<(Vec<Fact>, Vec<Stamp>, i64)> {
    let begin = async { conn.begin().await.map_err(WorkError::NotBegun) };
    let leaving = removals(batch);
    // Where others write, too, what was remembered may have changed.
    let nothing = RoomCache::default();
    let known = if Conn::SHARED { &nothing } else { cache };
    let ((), (), mark, known, stamps) = match locks::names(needs) {
        names if names.is_empty() => tokio::try_join!(
            biased;
            begin,
            locks::hold(conn, needs, Vec::new()),
            async { Ok(conn.mark().await?) },
            load::facts(conn, needs, known, &leaving, intake),
            stamps(conn, batch),
        )?,
        names => {
            // Which rooms a name belongs to is certain only once the name is locked.
            let ((), rooms) = tokio::try_join!(biased; begin, locks::hold_names(conn, needs, names))?;
            tokio::try_join!(
                biased;
                async { Ok(()) },
                locks::hold(conn, needs, rooms),
                async { Ok(conn.mark().await?) },
                load::facts(conn, needs, known, &leaving, intake),
                stamps(conn, batch),
            )?
        }
    };
    Ok((known, stamps, mark))
}

/// Returns how many members the batch asks to remove from each room.
fn removals(batch: &[Waiting]) -> BTreeMap<RoomId, usize> {
    let mut removals = BTreeMap::new();
    for waiting in batch {
        if let Command::RemoveMember { room, .. } | Command::Part { room } = waiting.order.command {
            *removals.entry(room).or_default() += 1;
        }
    }
    removals
}

/// Returns the stamps of a batch, with new ids for everything that may be made.
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
        let ids = take(&order.command).ok_or_else(|| WorkError::Broken("the ids are used up".into()))?;
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

/// Whether a batch failed because of its contents, so that its orders may succeed alone. An error after a long time was
/// a time-out, and would take as long again for each order.
pub(crate) fn is_about_rows(error: &WorkError, took: Duration) -> bool {
    match error {
        WorkError::Refused(_) | WorkError::Data(_) | WorkError::Broken(_) => true,
        WorkError::Unclear(_) => Conn::SHARED && took < Duration::from_millis(500),
        WorkError::NotBegun(_) | WorkError::Away(_) => false,
    }
}

//! Whoever writes the feed: each node what it has committed, and one for all what nobody has written. That one keeps the index of words, too.

use std::sync::{Arc, Weak};
use std::time::Duration;

use chat_domain::{Answer, Failure, RoomId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::indexer::{Indexer, ask};
use super::{Conn, Database, feed};
use crate::heard::{Rooms, Writing};
use crate::pace::Pace;
use crate::work::Intake;

/// Writes the feed until it is told to stop, or the database is gone. What is told to stop says when it has.
pub(crate) async fn run(
    database: Weak<Database>,
    intake: Arc<Intake>,
    holder: u64,
    mut stop: mpsc::Receiver<oneshot::Sender<()>>,
) {
    let several = Conn::SHARED && intake.options.several_nodes && intake.options.feeds;
    let (indexer, sweep) = (Indexer::new(holder), None);
    let beat = Instant::now() + if intake.options.feeds { Duration::ZERO } else { NEVER };
    let pace = Pace::begin(Instant::now());
    let mut feeder = Feeder {
        database,
        holder,
        several,
        has_lease: false,
        anew: true,
        sweep,
        beat,
        indexer,
        pace,
        is_behind: false,
    };
    loop {
        let mut asked = tokio::select! {
            biased;
            asked = stop.recv() => Some(asked),
            () = sleep_until(feeder.pace.step), if feeder.is_behind => None,
            () = intake.heard.news(), if !feeder.is_behind && (feeder.has_lease || several) => None,
            () = sleep(if several { OTHERS } else { GLANCE }), if feeder.has_lease => None,
            () = sleep_until(feeder.beat) => None,
        };
        if asked.is_none() && !feeder.is_behind && (feeder.has_lease || several) {
            // What else is committed now comes along.
            let gathered = feeder.pace.gather(Instant::now());
            asked = tokio::select! { asked = stop.recv() => Some(asked), () = sleep_until(gathered) => None };
        }
        match asked {
            None => feeder.turn(&intake).await,
            Some(None) => return intake.heard.begin(Writing::Nothing),
            Some(Some(done)) => {
                feeder.end(&intake).await;
                intake.heard.begin(Writing::Nothing);
                // Who asked may be gone.
                let _ = done.send(());
                return;
            }
        }
    }
}

struct Feeder {
    /// Held only for as long as it takes to ask: who lets go of a store does not wait for the feed.
    database: Weak<Database>,
    holder: u64,
    /// Whether others may write to the rooms too, without telling.
    several: bool,
    has_lease: bool,
    /// Whether nothing was written yet, or something went wrong since.
    anew: bool,
    /// The look through all rooms; none when there is no need.
    sweep: Option<Sweep>,
    /// When there is something to do though nothing was heard.
    beat: Instant,
    indexer: Indexer,
    pace: Pace,
    /// Whether the index has more to take in.
    is_behind: bool,
}

/// After which room a look through all of them goes on, or when the next one is due.
enum Sweep {
    After(i64),
    Due(Instant),
}

impl Feeder {
    async fn turn(&mut self, intake: &Intake) {
        let now = Instant::now();
        if now >= self.beat {
            self.take_lease(now).await;
        }
        intake.heard.begin(self.writing());
        // While the index is behind it goes on beside what gathers.
        let mut heard = if !self.is_behind || now >= self.pace.write { intake.heard.take() } else { Rooms::default() };
        if !self.has_lease && !self.several {
            // Whoever takes it looks through all rooms.
            return;
        }
        self.pace.writes(now, heard.named.len());
        if heard.some_were_missed || matches!(self.sweep, Some(Sweep::Due(at)) if at <= now) {
            self.sweep = Some(Sweep::After(0));
        }
        let named: Vec<_> = std::mem::take(&mut heard.named).into_iter().collect();
        let done = async {
            self.write(&named).await?;
            drop(heard);
            if !self.has_lease {
                return Ok(false);
            }
            self.look_through().await?;
            self.indexer.step(&self.database).await
        };
        let done = done.await;
        self.is_behind = matches!(done, Ok(true));
        self.pace.steps(now, intake.heard.has_some());
        if done.is_err() {
            // What was heard is found again, whoever has the lease then.
            (self.has_lease, self.anew) = (false, true);
            self.beat = self.beat.min(Instant::now() + AGAIN);
        }
        intake.heard.begin(self.writing());
    }

    fn writing(&self) -> Writing {
        match (self.has_lease, self.several) {
            (true, _) => Writing::All(self.holder),
            (false, true) => Writing::Own,
            (false, false) => Writing::Nothing,
        }
    }

    async fn take_lease(&mut self, now: Instant) {
        let (holder, anew) = (self.holder, !self.has_lease);
        let taken =
            self.ask(|database| database.write_beside(move |conn| Box::pin(feed::take(conn, holder, anew)))).await;
        self.has_lease = taken.unwrap_or(false);
        if anew && self.has_lease {
            self.sweep = Some(Sweep::After(0));
        }
        // Where nobody else wants it, it need not be renewed.
        self.beat = now + if self.several || !self.has_lease { BEAT } else { NEVER };
    }

    async fn look_through(&mut self) -> Result<(), Failure> {
        while let Some(Sweep::After(after)) = self.sweep {
            let looked = self.ask(|database| database.search(move |conn| Box::pin(feed::behind(conn, after))));
            let (behind, more) = looked.await?;
            self.write(&behind).await?;
            if after == 0 {
                // Of reports it costs no more to write than to look.
                self.write(&[None]).await?;
            }
            let next = self.several.then(|| Sweep::Due(Instant::now() + SWEEP));
            self.sweep = more.map(Sweep::After).or(next);
        }
        Ok(())
    }

    async fn write(&mut self, rooms: &[Option<RoomId>]) -> Result<(), Failure> {
        for rooms in rooms.chunks(ROOMS_AT_ONCE) {
            let (anew, rooms) = (self.anew, rooms.to_vec());
            let written = self.ask(|database| {
                database.write_beside(move |conn| Box::pin(async move { feed::write(conn, &rooms, anew).await }))
            });
            if !written.await? {
                return Err(Failure::Unavailable);
            }
            self.anew = false;
        }
        Ok(())
    }

    /// Writes what was heard, and gives the lease back.
    async fn end(&mut self, intake: &Intake) {
        self.is_behind = false;
        if self.has_lease || self.several {
            self.turn(intake).await;
        }
        if self.has_lease {
            let holder = self.holder;
            // Without an answer it ends by itself.
            let _ = self.ask(|database| database.write_beside(move |conn| Box::pin(feed::leave(conn, holder)))).await;
        }
    }

    async fn ask<T>(&self, question: impl FnOnce(&Database) -> Answer<'static, T>) -> Result<T, Failure> {
        ask(&self.database, question).await
    }
}

/// How often it is looked whether somebody wants the index made anew.
const GLANCE: Duration = Duration::from_secs(5);

/// How often it is looked whether others have written something.
const OTHERS: Duration = Duration::from_millis(400);

/// How often the lease is renewed, or asked for.
const BEAT: Duration = Duration::from_secs(3);

/// How long nothing is to be done by itself, where nobody else is.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// How soon a turn that failed is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// How often all rooms are looked through where others write too.
const SWEEP: Duration = Duration::from_secs(15);

/// For how many rooms rows are written in one transaction.
const ROOMS_AT_ONCE: usize = 500;

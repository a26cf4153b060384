//! The task that writes the feed. Each node writes what it has committed; the holder of the lease writes everything
//! else, and keeps the index of words.

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

/// Writes the feed until it is told to stop, or the database is gone. It answers when it has stopped.
pub(crate) async fn run(
    database: Weak<Database>,
    intake: Arc<Intake>,
    holder: u64,
    mut stop: mpsc::Receiver<oneshot::Sender<()>>,
) {
    let mut feeder = Feeder::new(database, &intake, holder);
    loop {
        match feeder.wait(&intake, &mut stop).await {
            None => feeder.step(&intake).await,
            Some(None) => return intake.heard.begin(Writing::Nothing),
            Some(Some(done)) => {
                feeder.end(&intake).await;
                intake.heard.begin(Writing::Nothing);
                // Whoever asked may be gone.
                let _ = done.send(());
                return;
            }
        }
    }
}

struct Feeder {
    /// Held only while a question is asked, so that closing a store does not wait for the feed.
    database: Weak<Database>,
    holder: u64,
    /// Whether other nodes may write to the rooms, too, without this one being told.
    several: bool,
    has_lease: bool,
    /// Whether nothing was written yet, or something failed since.
    anew: bool,
    /// The look through all rooms; `None` if it is not needed.
    sweep: Option<Sweep>,
    /// When there is something to do even if nothing was heard.
    beat: Instant,
    indexer: Indexer,
    pace: Pace,
    /// Whether there is more for the index to take in.
    is_behind: bool,
}

/// Who is told that the feed is no longer written; nobody if the store was dropped.
type Stop = Option<oneshot::Sender<()>>;

/// The room after which the look through all rooms goes on, or when the next look is due.
enum Sweep {
    After(i64),
    Due(Instant),
}

impl Feeder {
    fn new(database: Weak<Database>, intake: &Intake, holder: u64) -> Feeder {
        let now = Instant::now();
        Feeder {
            database,
            holder,
            several: Conn::SHARED && intake.options.several_nodes && intake.options.feeds,
            has_lease: false,
            anew: true,
            sweep: None,
            beat: now + if intake.options.feeds { Duration::ZERO } else { NEVER },
            indexer: Indexer::new(holder),
            pace: Pace::begin(now),
            is_behind: false,
        }
    }

    /// Waits until there is something to do (`None`), or until it is told to stop.
    async fn wait(&self, intake: &Intake, stop: &mut mpsc::Receiver<oneshot::Sender<()>>) -> Option<Stop> {
        let writes = self.has_lease || self.several;
        let asked = tokio::select! {
            biased;
            asked = stop.recv() => Some(asked),
            () = sleep_until(self.pace.step), if self.is_behind => None,
            () = intake.heard.news(), if !self.is_behind && writes => None,
            () = sleep(if self.several { OTHERS } else { GLANCE }), if self.has_lease => None,
            () = sleep_until(self.beat) => None,
        };
        if asked.is_some() || self.is_behind || !writes {
            return asked;
        }
        // What is committed in the meantime is written at once with it.
        let gathered = self.pace.gather(Instant::now());
        tokio::select! { asked = stop.recv() => Some(asked), () = sleep_until(gathered) => None }
    }

    /// Renews the lease if it is due, writes what was heard, and lets the index take in some of what there is.
    async fn step(&mut self, intake: &Intake) {
        let now = Instant::now();
        if now >= self.beat {
            self.take_lease(now).await;
        }
        intake.heard.begin(self.writing());
        // While the index is behind, it goes on taking in; what was heard waits until the feed may be written.
        let mut heard = if !self.is_behind || now >= self.pace.write { intake.heard.take() } else { Rooms::default() };
        if !self.has_lease && !self.several {
            // Whoever takes the lease next looks through all rooms.
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
            // Whoever has the lease next finds again what was heard.
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
        // Where no other node wants the lease, it need not be renewed.
        self.beat = now + if self.several || !self.has_lease { BEAT } else { NEVER };
    }

    async fn look_through(&mut self) -> Result<(), Failure> {
        while let Some(Sweep::After(after)) = self.sweep {
            let looked = self.ask(|database| database.search(move |conn| Box::pin(feed::behind(conn, after))));
            let (behind, more) = looked.await?;
            self.write(&behind).await?;
            if after == 0 {
                // Writing reports costs no more than looking whether there are any.
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
            self.step(intake).await;
        }
        if self.has_lease {
            let holder = self.holder;
            // Without an answer, the lease expires by itself.
            let _ = self.ask(|database| database.write_beside(move |conn| Box::pin(feed::leave(conn, holder)))).await;
        }
    }

    async fn ask<T>(&self, question: impl FnOnce(&Database) -> Answer<'static, T>) -> Result<T, Failure> {
        ask(&self.database, question).await
    }
}

/// How often to look whether somebody asked to make the index anew.
const GLANCE: Duration = Duration::from_secs(5);

/// How often to look whether other nodes have written something.
const OTHERS: Duration = Duration::from_millis(400);

/// How often the lease is renewed, or tried to be taken.
const BEAT: Duration = Duration::from_secs(3);

/// How long to do nothing by itself if there is no other node.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// After how long a failed step is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// How often all rooms are looked through if other nodes write, too.
const SWEEP: Duration = Duration::from_secs(15);

/// For how many rooms entries are written in one transaction.
const ROOMS_AT_ONCE: usize = 500;

//! Overwriting the bytes of what was deleted. Free pages of the database are overwritten at once (`secure_delete`), but
//! the log of writes still has them, and so does the index of words until it is merged.

use std::time::{Duration, Instant};

use chat_domain::Failure;
use tokio::time::sleep;

use super::queries::feed;
use super::writer::Work;
use super::{Conn, Database, ready, task};
use crate::sql::Sql;
use crate::work_error::{WorkError, Worked};

/// The steps, one after another.
#[derive(Clone, Copy)]
enum Step {
    /// Wait until the index has taken in what was deleted, which this entry of the feed tells.
    Index(u64),
    /// Merge the index.
    Merge,
    /// Empty the logs of writes of the index and of the database.
    Logs,
}

impl Database {
    /// Overwrites everything that was deleted up to now, so that it can no longer be read in the files of the database
    /// and of its index. Does not wait longer than a minute for readers of older states.
    pub(crate) async fn scrub(&self) -> Result<(), Failure> {
        if self.index.is_none() {
            return Ok(());
        }
        self.intake.heard.written().await;
        let newest = self.read(|conn| Box::pin(feed::newest(conn))).await?;
        for step in [Step::Index(newest), Step::Merge, Step::Logs] {
            let began = Instant::now();
            while !self.has_done(step).await? {
                if !matches!(step, Step::Merge) && began.elapsed() > LONG {
                    return Err(Failure::Unavailable);
                }
                sleep(BREATH).await;
            }
        }
        Ok(())
    }

    async fn has_done(&self, step: Step) -> Result<bool, Failure> {
        match step {
            Step::Index(newest) => self.search(move |conn| Box::pin(has_come(conn, newest))).await,
            Step::Merge => self.index(|conn| Box::pin(conn.merge_index())).await.map(|more| !more),
            Step::Logs => Ok(self.empty_index_log().await? && self.empty_log().await?),
        }
    }

    /// Empties the database's log between two batches, unless somebody reads an older state. Returns whether it did.
    async fn empty_log(&self) -> Result<bool, Failure> {
        let (task, answer) = task(|conn: &Conn| ready(conn.try_to_empty_log("main")).map_err(WorkError::from));
        // If there is no room in the queue, dropping the task answers it.
        drop(self.queue.try_send(Work::Look(task)));
        answer.await
    }

    async fn empty_index_log(&self) -> Result<bool, Failure> {
        let Some(index) = self.index.clone() else { return Ok(true) };
        let emptied = tokio::task::spawn_blocking(move || {
            let index = index.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let conn = index.as_ref().ok_or(Failure::Unavailable)?;
            ready(conn.try_to_empty_log("search")).map_err(|_| Failure::Unavailable)
        });
        emptied.await.unwrap_or(Err(Failure::Unavailable))
    }
}

impl Conn {
    /// Merges a piece of the index, which leaves out what was deleted. Returns whether there may be more.
    async fn merge_index(&self) -> Worked<bool> {
        let before = self.written().await?;
        self.batch(&format!("INSERT INTO search.words (words, rank) VALUES ('merge', -{PAGES})"))?;
        Ok(self.written().await? > before + 1)
    }

    async fn written(&self) -> Worked<i64> {
        Ok(self.first::<(i64,)>(Sql::new("SELECT total_changes()")).await?.map_or(0, |(rows,)| rows))
    }

    /// Empties a log of writes, unless somebody reads an older state.
    async fn try_to_empty_log(&self, of: &str) -> diesel::QueryResult<bool> {
        self.batch("PRAGMA busy_timeout = 0")?;
        let sql = Sql::new(format!("PRAGMA {of}.wal_checkpoint(TRUNCATE)"));
        let emptied = self.first::<(i64, i64, i64)>(sql).await;
        self.batch("PRAGMA busy_timeout = 5000")?;
        Ok(emptied?.is_some_and(|(busy, ..)| busy == 0))
    }
}

/// Whether the index has taken in this entry of the feed.
async fn has_come(conn: &Conn, newest: u64) -> Worked<bool> {
    let sql = Sql::new(format!("SELECT f.no FROM {}followers f WHERE f.name = 'search'", Conn::INDEX));
    Ok(conn.first::<(i64,)>(sql).await?.is_some_and(|(no,)| no as u64 >= newest))
}

/// How many pages of the index are merged at a time, and how long others are let through in between.
const PAGES: usize = 250;
const BREATH: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(60);

//! A connection to SQLite. It answers at once, on the thread that asks.

use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use chat_domain::fact::Written;
use diesel::connection::SimpleConnection;
use diesel::query_dsl::methods::{ExecuteDsl, LoadQuery};
use diesel::{Connection, ConnectionResult, QueryResult, RunQueryDsl, SqliteConnection};

use crate::sql::{Readable, Sql, Typed, Write};
use crate::work_error::Unkept;

/// A connection whose futures are ready when they are first polled.
pub(crate) struct Conn(Mutex<SqliteConnection>);

impl Conn {
    /// Whether others write to the database, too.
    pub(crate) const SHARED: bool = false;

    /// The end of a question whose rows are going to be changed.
    pub(crate) const LOCK: &str = "";

    /// The database's clock, in microseconds.
    pub(crate) const CLOCK: &str = "CAST(unixepoch('subsec') * 1000000 AS INTEGER)";

    /// Lets a transaction wait longer for others. Here there are none.
    pub(crate) const PATIENT: &str = "";

    /// The migrations of this database.
    pub(crate) const MIGRATIONS: &[&str] = crate::migrations::SQLITE;

    /// Opens the file, which is made if it does not exist, with the settings of every connection.
    pub(crate) fn open(path: &str) -> ConnectionResult<Conn> {
        let conn = Conn(Mutex::new(SqliteConnection::establish(path)?));
        conn.batch(SETTINGS).map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
        Ok(conn)
    }

    /// Lets the connection cache more pages. A writer often needs the pages that it wrote. A reader of a long history
    /// does not, and what several readers need is in the system's cache.
    pub(super) fn with_large_cache(self) -> QueryResult<Conn> {
        self.batch("PRAGMA cache_size = -16384")?;
        Ok(self)
    }

    /// Returns the connection. Nobody waits for this lock, because only one thread uses the connection; it lets
    /// questions be asked side by side, as on Postgres.
    fn inner(&self) -> MutexGuard<'_, SqliteConnection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs several statements without values.
    pub(crate) fn batch(&self, statements: &str) -> QueryResult<()> {
        self.inner().batch_execute(statements)
    }

    /// Runs several statements without values; with the signature that it has on Postgres.
    pub(crate) async fn script(&self, statements: &str) -> QueryResult<()> {
        self.batch(statements)
    }

    /// Asks a question.
    pub(crate) async fn load<R>(&self, sql: Sql<'_>) -> QueryResult<Vec<R>>
    where
        R: Readable,
        for<'q> Typed<'q, R::Sql>: LoadQuery<'q, SqliteConnection, R>,
    {
        sql.padded().typed::<R::Sql>().load(&mut *self.inner())
    }

    /// Asks a question that has at most one answer.
    pub(crate) async fn first<R>(&self, sql: Sql<'_>) -> QueryResult<Option<R>>
    where
        R: Readable,
        for<'q> Typed<'q, R::Sql>: LoadQuery<'q, SqliteConnection, R>,
    {
        Ok(self.load(sql).await?.pop())
    }

    /// Changes something; returns the number of rows.
    pub(crate) async fn run(&self, sql: Sql<'_>) -> QueryResult<usize> {
        ExecuteDsl::execute(sql.typed::<()>(), &mut *self.inner())
    }

    /// Writes rows. If one fails, those before it stay, because the whole transaction is rolled back anyway: so SQLite
    /// need not copy every page first to undo the one statement.
    pub(crate) async fn write(&self, write: Write<'_>) -> QueryResult<()> {
        let Write { verb, rows, tail } = write;
        for rows in rows.chunks(MOST_ROWS) {
            self.run(Write { verb, rows, tail }.into_sql(" OR FAIL")).await?;
        }
        Ok(())
    }

    /// Begins a transaction that writes. Nobody else writes before its end.
    pub(crate) async fn begin(&self) -> QueryResult<()> {
        self.run(Sql::new("BEGIN IMMEDIATE")).await.map(drop)
    }

    /// Begins a transaction that reads everything as of one moment.
    pub(crate) async fn begin_reading(&self) -> QueryResult<()> {
        self.run(Sql::new("BEGIN")).await.map(drop)
    }

    /// Sets whether commits wait for the disk. A commit that does not wait survives the death of the process, and a
    /// power cut if a later commit has waited.
    pub(super) fn wait_for_disk(&self, wait: bool) -> QueryResult<()> {
        self.batch(if wait { "PRAGMA synchronous = FULL" } else { "PRAGMA synchronous = NORMAL" })
    }

    /// Makes durable what was written.
    pub(crate) async fn commit(&self) -> QueryResult<()> {
        self.run(Sql::new("COMMIT")).await.map(drop)
    }

    /// Undoes what was written.
    pub(crate) async fn rollback(&self) -> QueryResult<()> {
        self.run(Sql::new("ROLLBACK")).await.map(drop)
    }

    /// Nothing takes the place of a file.
    pub(crate) fn reached(&self, _: &Written) {}

    /// Writes these rows and commits. If the COMMIT fails, only a look at the file tells whether it succeeded
    /// nevertheless.
    pub(crate) async fn keep(&self, writes: Vec<Write<'_>>, mark: i64) -> Result<(), Unkept> {
        let written = async {
            for write in writes {
                self.write(write).await?;
            }
            self.run(Sql::new("UPDATE ids SET last = ? WHERE name = 'commits'").bind(mark)).await
        };
        written.await.map_err(|error| Unkept { error, open: false })?;
        self.commit().await.map_err(|error| Unkept { error, open: true })
    }

    /// Brings the log of writes into the file, except for what readers of older states hold back. Returns whether
    /// somebody else was just doing that, so that nothing was done.
    pub(crate) async fn checkpoint(&self) -> QueryResult<bool> {
        let sql = Sql::new("PRAGMA wal_checkpoint(PASSIVE)");
        Ok(self.first::<(i64, i64, i64)>(sql).await?.is_some_and(|(busy, ..)| busy != 0))
    }

    /// Brings all of the log into the file and empties it. To be called while nobody reads.
    pub(super) fn empty_log(&self) -> QueryResult<()> {
        self.batch("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// Returns how many pages the log has had since it began anew.
    pub(super) async fn log_pages(&self) -> QueryResult<i64> {
        let sql = Sql::new("PRAGMA wal_checkpoint(NOOP)");
        Ok(self.first::<(i64, i64, i64)>(sql).await?.map_or(0, |(_, pages, _)| pages))
    }

    /// Returns the next numbers of this kind.
    pub(crate) async fn take_ids(&self, sort: &'static str, how_many: usize) -> QueryResult<Vec<i64>> {
        if how_many == 0 {
            return Ok(Vec::new());
        }
        let sql = Sql::new("UPDATE ids SET last = last + ? WHERE name = ? RETURNING last").bind(how_many).bind(sort);
        let last = self.first::<(i64,)>(sql).await?.ok_or(diesel::result::Error::NotFound)?.0;
        Ok((last - how_many as i64 + 1..=last).collect())
    }

    /// Returns the mark by which it can be found out later whether this transaction was committed.
    pub(crate) async fn mark(&self) -> QueryResult<i64> {
        Ok(self.last_mark().await? + 1)
    }

    /// Returns the mark of the last transaction that was committed.
    pub(crate) async fn last_mark(&self) -> QueryResult<i64> {
        let sql = Sql::new("SELECT last FROM ids WHERE name = 'commits'");
        Ok(self.first::<(i64,)>(sql).await?.map_or(0, |(last,)| last))
    }

    /// Locks nothing: nobody else writes.
    pub(crate) async fn lock_names(&self, _: &[i64]) -> QueryResult<()> {
        Ok(())
    }

    /// Locks nothing: nobody else writes.
    pub(crate) async fn lock_rooms(&self, _: impl IntoIterator<Item = i64>) -> QueryResult<()> {
        Ok(())
    }
}

/// Returns the result of a future that waits for nothing but a [`Conn`].
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("SQLite answers at once"),
    }
}

const SETTINGS: &str = "
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 25165824;
    PRAGMA cache_size = -2048;
    PRAGMA temp_store = MEMORY;
";

/// The largest number of rows in one statement. With 16 columns this is well below SQLite's limit of 32,766 values.
const MOST_ROWS: usize = 256;

//! A connection to Postgres.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use chat_domain::RoomId;
use chat_domain::fact::Written;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::methods::{ExecuteDsl, LoadQuery};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::address::NAME;
use super::life::Life;
use super::vouch::Place;
use crate::sql::{Readable, Rows, Sql, Typed, Write};
use crate::work_error::Unkept;

/// An answer on its way. It is boxed because the compiler does not see through the connection's own types that they are
/// `Send`.
type Answering<'c, T> = Pin<Box<dyn Future<Output = QueryResult<T>> + Send + 'c>>;

/// The rooms that were written to, with the `moves` of each.
pub(super) type Kept = BTreeMap<RoomId, u64>;

/// A connection for one user at a time. Questions that are asked side by side go in one round trip.
pub(crate) struct Conn {
    inner: AsyncPgConnection,
    pub(super) life: Arc<Life>,
    /// How long to wait for an answer, except that to a commit.
    patience: Duration,
    /// The epoch that the database had when this connection was made; zero before it was looked at.
    pub(super) epoch: u64,
    /// The timeline of the server likewise: the numbers of transactions mean something on it alone.
    pub(super) line: i64,
}

impl Conn {
    /// Whether others write to the database, too.
    pub(crate) const SHARED: bool = true;

    /// The end of a question whose rows are going to be changed.
    pub(crate) const LOCK: &str = " FOR UPDATE";

    /// The database's clock, in microseconds.
    pub(crate) const CLOCK: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    /// Lets a transaction wait longer for others: until whoever brings the tables up to date is done, or the server
    /// gives that connection up because it is silent.
    pub(crate) const PATIENT: &str = "SET LOCAL lock_timeout = '12s'";

    /// The migrations of this database.
    pub(crate) const MIGRATIONS: &[&str] = crate::migrations::POSTGRES;

    pub(super) fn new(inner: AsyncPgConnection, life: Arc<Life>) -> Conn {
        Conn { inner, life, patience: FIRST, epoch: 0, line: 0 }
    }

    /// From now on, tells those who wait soon if the server does not answer.
    pub(super) fn hurry(&mut self) {
        self.patience = PROMPT;
    }

    /// Whether the database is still in the life in which this connection was made.
    pub(super) fn is_current(&self) -> bool {
        self.epoch == self.life.epoch()
    }

    /// Runs several statements without values.
    pub(crate) async fn script(&self, statements: &str) -> QueryResult<()> {
        in_time(self.patience, (&mut &self.inner).batch_execute(statements)).await
    }

    /// Asks a question.
    pub(crate) fn load<'c, R>(&'c self, sql: Sql<'c>) -> Answering<'c, Vec<R>>
    where
        R: Readable,
        Typed<'c, R::Sql>: LoadQuery<'c, &'c AsyncPgConnection, R>,
    {
        self.load_within(self.patience, sql)
    }

    /// Asks a question that has at most one answer.
    pub(crate) async fn first<'c, R>(&'c self, sql: Sql<'c>) -> QueryResult<Option<R>>
    where
        R: Readable,
        Typed<'c, R::Sql>: LoadQuery<'c, &'c AsyncPgConnection, R>,
    {
        Ok(self.load(sql).await?.pop())
    }

    /// Changes something; returns the number of rows.
    pub(crate) fn run<'c>(&'c self, sql: Sql<'c>) -> Answering<'c, usize> {
        self.run_within(self.patience, sql)
    }

    pub(super) fn load_within<'c, R>(&'c self, patience: Duration, sql: Sql<'c>) -> Answering<'c, Vec<R>>
    where
        R: Readable,
        Typed<'c, R::Sql>: LoadQuery<'c, &'c AsyncPgConnection, R>,
    {
        Box::pin(async move { in_time(patience, sql.typed::<R::Sql>().load(&mut &self.inner)).await })
    }

    fn run_within<'c>(&'c self, patience: Duration, sql: Sql<'c>) -> Answering<'c, usize> {
        Box::pin(async move { in_time(patience, ExecuteDsl::execute(sql.typed::<()>(), &mut &self.inner)).await })
    }

    /// Writes the rows of a statement.
    pub(crate) async fn write(&self, write: Write<'_>) -> QueryResult<()> {
        if write.rows.is_empty() { Ok(()) } else { self.run(write.into_sql("")).await.map(drop) }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> QueryResult<()> {
        self.run(Sql::new("BEGIN ISOLATION LEVEL READ COMMITTED")).await.map(drop)
    }

    /// Begins a transaction that reads everything as of one moment.
    pub(crate) async fn begin_reading(&self) -> QueryResult<()> {
        self.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Makes durable what was written.
    pub(crate) async fn commit(&self) -> QueryResult<()> {
        self.run_within(COMMIT, Sql::new("COMMIT")).await.map(drop)
    }

    /// Writes these rows and commits, in one round trip. The COMMIT is sent last, and the server makes it a ROLLBACK if
    /// anything before it failed.
    pub(crate) async fn keep(&self, writes: Vec<Write<'_>>, mark: i64) -> Result<(), Unkept> {
        let asked = writes
            .into_iter()
            .map(|write| write.into_sql(""))
            .chain([Sql::new("COMMIT")])
            .map(|sql| self.run_within(COMMIT, sql))
            .collect();
        in_order(asked).await.map_err(|error| Unkept { open: leaves_open(&error), error })?;
        self.life.committed(self.epoch, mark);
        Ok(())
    }

    /// Writes with one statement and its own transaction. Returns the rooms that it wrote to, with the `moves` of each.
    pub(super) async fn keep_at_once(&self, sql: Sql<'_>) -> QueryResult<Kept> {
        let kept = self.load_within::<(i64, i64, i64)>(COMMIT, sql).await?;
        kept.iter().take(1).for_each(|&(.., mark)| self.life.committed(self.epoch, mark));
        Ok(kept.into_iter().filter_map(|(room, moves, _)| Some((RoomId::new(room)?, moves as u64))).collect())
    }

    /// This was kept.
    pub(crate) fn reached(&self, written: &Written) {
        written.rooms.iter().take(1).for_each(|room| self.life.reached(self.epoch, room.id, room.head.seq));
    }

    /// Undoes what was written.
    pub(crate) async fn rollback(&self) -> QueryResult<()> {
        self.script("ROLLBACK").await
    }

    /// Returns the next numbers of this kind in increasing order; others may take numbers in between.
    pub(crate) async fn take_ids(&self, sort: &'static str, how_many: usize) -> QueryResult<Vec<i64>> {
        if how_many == 0 {
            return Ok(Vec::new());
        }
        let sql =
            Sql::new("SELECT nextval((? || '_ids')::regclass) FROM generate_series(1, ?)").bind(sort).bind(how_many);
        Ok(self.load::<(i64,)>(sql).await?.into_iter().map(|(id,)| id).collect())
    }

    /// Returns what differs if the database was restored or copied: made of the database's own number, its cluster's
    /// number, and the timeline, which changes when a cluster goes back. A role that may not read the cluster's number
    /// does without.
    pub(crate) async fn identity(&self) -> Option<i64> {
        self.place().await.map(|place| place.number)
    }

    pub(super) async fn place(&self) -> Option<Place> {
        let own = "SELECT d.oid::bigint, has_function_privilege('pg_control_system()', 'EXECUTE'),
            ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint
            FROM pg_database d WHERE d.datname = current_database()";
        let (own, may_ask, line) = self.first::<(i64, bool, i64)>(Sql::new(own)).await.ok()??;
        let cluster = match may_ask {
            true => {
                self.first::<(i64,)>(Sql::new("SELECT s.system_identifier FROM pg_control_system() s")).await.ok()??.0
            }
            false => 0,
        };
        Some(Place { number: cluster.rotate_left(32) ^ own.rotate_left(16) ^ line, line })
    }

    /// Returns the mark by which it can be found out later whether this transaction was committed.
    pub(crate) async fn mark(&self) -> QueryResult<i64> {
        let sql = Sql::new("SELECT pg_current_xact_id()::text::bigint");
        Ok(self.first::<(i64,)>(sql).await?.ok_or(diesel::result::Error::NotFound)?.0)
    }

    /// Whether the server is a standby or is still recovering, so that it shows the past.
    pub(super) async fn is_standby(&self) -> QueryResult<bool> {
        Ok(self.first::<(bool,)>(Sql::new("SELECT pg_is_in_recovery()")).await?.is_some_and(|(is,)| is))
    }

    /// Ends the connections of all other nodes, so that they connect anew and notice that another life has begun.
    pub(super) async fn send_others_away(&self) -> QueryResult<()> {
        let sql = Sql::new(
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.datname = current_database()
             AND a.usename = current_user AND a.application_name LIKE ?
             AND a.application_name <> current_setting('application_name')",
        )
        .bind(format!("{NAME} %"));
        self.load::<(bool,)>(sql).await.map(drop)
    }

    /// Ends the connections of nodes that have no row any more. Those of living nodes stay, because ending them would
    /// be an outage.
    pub(super) async fn send_the_dead_away(&self) -> QueryResult<()> {
        let sql = Sql::new(
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.datname = current_database()
             AND a.usename = current_user AND a.application_name LIKE ?
             AND NOT EXISTS (SELECT FROM nodes n WHERE a.application_name = ? || to_hex(n.node))",
        );
        let named = sql.bind(format!("{NAME} %")).bind(format!("{NAME} "));
        self.load::<(bool,)>(named).await.map(drop)
    }

    /// Locks these numbers until the end of the transaction, in this order.
    pub(crate) async fn lock_names(&self, names: &[i64]) -> QueryResult<()> {
        let names = Rows::ints(names.iter().copied());
        self.run(Sql::new("SELECT pg_advisory_xact_lock(name) FROM ({}) held (name)").rows(names)).await.map(drop)
    }

    /// Locks these rooms against other transactions that write to them, in the order of their ids. LATERAL makes the
    /// planner look up each room by itself; for a plain join it would walk through all rooms, which an index has in
    /// this order.
    pub(crate) async fn lock_rooms(&self, rooms: impl IntoIterator<Item = i64>) -> QueryResult<()> {
        let rooms = Rows::ints(rooms.into_iter().collect::<BTreeSet<_>>());
        if rooms.is_empty() {
            return Ok(());
        }
        let sql = Sql::new(
            "SELECT held.id FROM ({}) wanted (id) CROSS JOIN LATERAL
                (SELECT r.id FROM rooms r WHERE r.id = wanted.id FOR NO KEY UPDATE) held",
        );
        self.run(sql.rows(rooms)).await.map(drop)
    }
}

/// Sends these statements at once, in this order; returns the first error. A statement is sent when it is first polled
/// and has its turn at the connection's prepared statements, so the order of polling is the order of sending.
async fn in_order(mut asked: Vec<Answering<'_, usize>>) -> QueryResult<()> {
    std::future::poll_fn(|context| {
        let mut at = 0;
        while let Some(answer) = asked.get_mut(at) {
            match answer.as_mut().poll(context) {
                Poll::Ready(Ok(_)) => drop(asked.remove(at)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => at += 1,
            }
        }
        if asked.is_empty() { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await
}

/// Whether a COMMIT that failed in this way may have succeeded: it may if no answer came, but not if the server
/// refused.
pub(super) fn leaves_open(error: &Error) -> bool {
    let no_answer = [DatabaseErrorKind::UnableToSendCommand, DatabaseErrorKind::ClosedConnection];
    !matches!(error, Error::DatabaseError(kind, _) if !no_answer.contains(kind))
}

/// Waits for an answer for at most `patience`, whatever the server promised. Statements that are sent side by side all
/// wait from that moment, so this is the time for a whole round trip.
async fn in_time<T>(patience: Duration, answer: impl Future<Output = QueryResult<T>>) -> QueryResult<T> {
    let silent =
        || Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new("no answer in time".to_owned()));
    tokio::time::timeout(patience, answer).await.unwrap_or_else(|_| Err(silent()))
}

/// How long to wait for an answer while others wait.
const PROMPT: Duration = Duration::from_secs(2);

/// How long to wait while the tables are made, when nobody waits yet.
const FIRST: Duration = Duration::from_secs(15);

/// How long to wait for the answer to a commit. Until it comes nobody knows whether the commit succeeded. If the disk
/// is only slow, waiting is better than asking.
pub(super) const COMMIT: Duration = Duration::from_secs(5);

//! This store among those that are open on the same database: each keeps a row, fresh by the database's clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::Conn;
use super::address::Address;
use super::doubt::Backend;
use crate::error::OpenError;
use crate::sql::Sql;
use crate::work::Options;
use crate::work_error::{WorkError, Worked};

/// One store, and whether it stands others beside it.
#[derive(Clone)]
pub(super) struct Node {
    /// Its number.
    pub(super) id: u64,
    who: Arc<str>,
    is_alone: bool,
}

/// Another store that has the database.
pub(super) struct Other {
    who: String,
    seconds: i64,
    /// Nothing of it is connected any more, but it may be about to come back.
    is_cut_off: bool,
}

impl Node {
    /// A new one, by its number.
    pub(super) fn new(id: u64, options: &Options) -> Node {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = if host.trim().is_empty() { "this machine" } else { host.trim() };
        let who = format!("process {} on {host}", std::process::id()).into();
        Node { id, who, is_alone: !options.several_nodes }
    }

    /// Takes its place at the start. Another store may be about to end, or has died a moment ago, and is waited for; one that is
    /// taken over from is not.
    pub(super) async fn begin(&self, conn: &Conn, take_over: bool) -> Result<(), OpenError> {
        let began = Instant::now();
        loop {
            let claimed = self.claim(conn, take_over).await.map_err(OpenError::away)?;
            let Err(Other { who, seconds, is_cut_off }) = claimed else { return Ok(()) };
            if began.elapsed() > if is_cut_off { CUT_OFF_FOR } else { ABOUT_TO_END_FOR } {
                return Err(OpenError::Taken { who, seconds });
            }
            sleep(GLANCE).await;
        }
    }

    /// Sees on a new connection that nobody else has taken the database meanwhile.
    pub(super) async fn check(&self, conn: &Conn) -> Worked<()> {
        let sql = Sql::new("SELECT n.node FROM nodes n WHERE n.node = ?").bind(self.id);
        if conn.first::<(i64,)>(sql).await?.is_some() {
            return Ok(());
        }
        let claimed = self.claim(conn, false).await?;
        claimed.map_err(|other| WorkError::Broken(format!("the database was taken over by {}", other.who)))
    }

    /// Writes the row, if no other store is alive that this one does not stand; whoever is dead has no row afterwards, and no
    /// connection.
    async fn claim(&self, conn: &Conn, take_over: bool) -> Worked<Result<(), Other>> {
        conn.begin().await?;
        let work = async {
            conn.lock_names(&[NODES_LOCK]).await?;
            let dead = Sql::new(DEAD).bind(self.id).bind(take_over && self.is_alone);
            let gone = conn.run(dead).await?;
            if self.is_alone
                && let Some(other) = self.other(conn).await?
            {
                return Ok((Err(other), gone));
            }
            self.write(conn).await?;
            Ok((Ok(()), gone))
        };
        let done: Worked<_> = work.await;
        let ended = if done.is_ok() { conn.commit().await } else { conn.rollback().await };
        let (claimed, gone) = done?;
        ended?;
        if gone > 0 && claimed.is_ok() {
            // A frozen one that wakes up has nothing left to write with.
            conn.send_others_away().await?;
        }
        Ok(claimed)
    }

    async fn other(&self, conn: &Conn) -> QueryResult<Option<Other>> {
        let sql = Sql::new(
            "SELECT n.who, extract(epoch FROM clock_timestamp() - n.seen)::bigint, n.backend IS NOT NULL AND NOT EXISTS (
                SELECT FROM pg_stat_get_activity(n.backend::int) a
                WHERE (extract(epoch FROM a.backend_start) * 1000000)::bigint = n.since)
             FROM nodes n WHERE n.node <> ? ORDER BY n.seen DESC LIMIT 1",
        );
        let found = conn.first::<(String, i64, bool)>(sql.bind(self.id)).await?;
        Ok(found.map(|(who, seconds, is_cut_off)| Other { who, seconds, is_cut_off }))
    }

    async fn write(&self, conn: &Conn) -> QueryResult<()> {
        let (pid, since) = split(conn.backend().await?);
        let sql = Sql::new(
            "INSERT INTO nodes (node, who, seen, backend, since) VALUES (?, ?, clock_timestamp(), ?, ?)
             ON CONFLICT (node) DO UPDATE SET seen = excluded.seen, backend = excluded.backend, since = excluded.since",
        );
        conn.run(sql.bind(self.id).bind(&*self.who).bind(pid).bind(since)).await.map(drop)
    }

    /// Keeps the row fresh; says whether it is still there.
    async fn beat(&self, conn: &Conn, backend: Option<Backend>) -> QueryResult<bool> {
        let (pid, since) = split(backend);
        let sql = Sql::new("UPDATE nodes SET seen = clock_timestamp(), backend = ?, since = ? WHERE node = ?");
        Ok(conn.run(sql.bind(pid).bind(since).bind(self.id)).await? == 1)
    }

    async fn leave(&self, conn: &Conn) -> QueryResult<()> {
        conn.run(Sql::new("DELETE FROM nodes WHERE node = ?").bind(self.id)).await.map(drop)
    }
}

/// Keeps the row of a store fresh until the store is told to go, or is gone.
pub(super) async fn keep_alive(address: Address, mut stop: mpsc::Receiver<oneshot::Sender<()>>) {
    let mut conn: Option<(Conn, Option<Backend>)> = None;
    loop {
        match timeout(BEAT, stop.recv()).await {
            Ok(Some(done)) => {
                if let Some((conn, _)) = &conn {
                    // Otherwise the row ends by itself.
                    let _ = address.node().leave(conn).await;
                }
                // Who asked may be gone.
                let _ = done.send(());
                return;
            }
            Ok(None) => return,
            Err(_) => {}
        }
        if conn.is_none() {
            conn = timeout(PATIENCE, connect(&address)).await.ok().flatten();
        }
        conn = match conn {
            Some((conn, backend)) if conn.is_current() => {
                address.node().beat(&conn, backend).await.is_ok_and(|is_there| is_there).then_some((conn, backend))
            }
            _ => None,
        };
    }
}

async fn connect(address: &Address) -> Option<(Conn, Option<Backend>)> {
    let conn = address.connect().await.ok()?;
    // A row that is fresh for a second need not reach the disk, nor a standby.
    conn.script("SET synchronous_commit = off").await.ok()?;
    let backend = conn.backend().await.ok()?;
    Some((conn, backend))
}

fn split(backend: Option<Backend>) -> (Option<i64>, Option<i64>) {
    (backend.map(|(pid, _)| pid), backend.map(|(_, since)| since))
}

/// Takes the rows of the dead away: of those that were not seen for long, and of those that have not come back soon after the
/// server has ended their connection. Or those of all others.
const DEAD: &str = "DELETE FROM nodes n WHERE n.node <> ? AND (? OR n.seen < clock_timestamp() - interval '15 s'
    OR n.seen < clock_timestamp() - interval '4 s' AND n.backend IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_stat_get_activity(n.backend::int) a
        WHERE (extract(epoch FROM a.backend_start) * 1000000)::bigint = n.since))";

/// How often the row is made fresh.
const BEAT: Duration = Duration::from_secs(1);

/// How long a connection may take to come.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long another store is waited for at the start: one that is about to end, and one that was cut off.
const ABOUT_TO_END_FOR: Duration = Duration::from_secs(1);
const CUT_OFF_FOR: Duration = Duration::from_secs(6);
const GLANCE: Duration = Duration::from_millis(100);

/// The number under which the rows are held while somebody takes a place.
const NODES_LOCK: i64 = 0x6e_6f64_6573;

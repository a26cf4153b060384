//! This node among the nodes that have the same database open. Each keeps a row in `nodes` fresh, by the database's
//! clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::backplane::Neighbour;
use diesel::QueryResult;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::Conn;
use super::address::Address;
use super::clock::Clock;
use super::doubt::Backend;
use super::meet::Neighbours;
use super::notify::Hearers;
use super::process;
use super::vouch::VOUCHES_WITHIN;
use crate::by_name::given;
use crate::error::OpenError;
use crate::sql::{Rows, Sql};
use crate::tables::nodes::OtherRow;
use crate::work::{Options, now};
use crate::work_error::{WorkError, Worked};

/// A node, and whether it must be alone on its database.
#[derive(Clone)]
pub(super) struct Node {
    /// The number of the node.
    pub(super) id: u64,
    who: Arc<str>,
    is_alone: bool,
    process: Option<Arc<str>>,
    /// The digests of the secrets of access tokens; the first one signs.
    secrets: Arc<[String]>,
    address: Option<Arc<str>>,
    pub(super) clock: Clock,
}

/// Another node that has the database open, and why this one must not be beside it.
pub(super) struct Other {
    who: String,
    seconds: i64,
    /// Whether the server has lost its connection. It may be about to come back.
    is_cut_off: bool,
    /// Whether one of the two must be alone. Otherwise, their secrets differ.
    is_about_being_alone: bool,
}

impl Node {
    /// Makes the node with this number.
    pub(super) fn new(id: u64, options: &Options) -> Node {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = if host.trim().is_empty() { "this machine" } else { host.trim() };
        let who = format!("process {} on {host}", std::process::id()).into();
        let process = process::own().map(Arc::from);
        let address = options.node_address.as_deref().map(Arc::from);
        Node {
            id,
            who,
            is_alone: !options.several_nodes,
            process,
            secrets: options.secrets.clone().into(),
            address,
            clock: Clock::default(),
        }
    }

    /// Takes the node's place at the start. Waits for another node that is about to end or has just died, unless the
    /// database is taken over from it.
    pub(super) async fn begin(&self, conn: &Conn, take_over: bool) -> Result<(), OpenError> {
        let began = Instant::now();
        loop {
            let claimed = self.claim(conn, take_over).await.map_err(OpenError::away)?;
            let Err(Other { who, seconds, is_cut_off, is_about_being_alone }) = claimed else { return Ok(()) };
            if began.elapsed() > if is_cut_off { CUT_OFF_FOR } else { ABOUT_TO_END_FOR } {
                return Err(match is_about_being_alone {
                    true => OpenError::Taken { who, seconds },
                    false => OpenError::OtherSecret { who },
                });
            }
            sleep(GLANCE).await;
        }
    }

    /// Checks over a new connection that no other node has taken the database meanwhile.
    pub(super) async fn check(&self, conn: &Conn) -> Worked<()> {
        let sql = Sql::new("SELECT n.node FROM nodes n WHERE n.node = ?").bind(self.id);
        if conn.first::<(i64,)>(sql).await?.is_some() {
            return Ok(());
        }
        let claimed = self.claim(conn, false).await?;
        claimed.map_err(|other| WorkError::Broken(format!("the database was taken over by {}", other.who)))
    }

    /// Writes the node's row, unless a node is alive that it must not be beside. Deletes the rows of dead nodes, and
    /// ends their connections.
    async fn claim(&self, conn: &Conn, take_over: bool) -> Worked<Result<(), Other>> {
        conn.begin().await?;
        let work = async {
            conn.lock_names(&[NODES_LOCK]).await?;
            let ended = self.bury(conn).await?;
            let dead = Sql::new(DEAD).bind(self.id).bind(take_over && self.is_alone);
            let gone = conn.run(dead).await? + ended;
            if let Some(other) = self.other(conn).await? {
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
            // A frozen node that wakes up then has no connection left to write over.
            conn.send_the_dead_away().await?;
        }
        Ok(claimed)
    }

    /// Deletes the rows of nodes whose process on this machine has ended; returns how many there were.
    async fn bury(&self, conn: &Conn) -> QueryResult<usize> {
        let sql = Sql::new("SELECT n.node, n.process FROM nodes n WHERE n.node <> ? AND n.process IS NOT NULL");
        let others = conn.load::<(i64, String)>(sql.bind(self.id)).await?;
        let ended: Vec<i64> =
            others.into_iter().filter_map(|(node, process)| process::has_ended(&process).then_some(node)).collect();
        if ended.is_empty() {
            return Ok(0);
        }
        conn.run(Sql::new("DELETE FROM nodes WHERE node IN ({})").rows(Rows::ints(ended))).await
    }

    /// Returns a node that this one must not be beside.
    async fn other(&self, conn: &Conn) -> QueryResult<Option<Other>> {
        let sql = Sql::new(
            "SELECT n.who, extract(epoch FROM clock_timestamp() - n.seen)::bigint, n.backend IS NOT NULL AND NOT EXISTS (
                SELECT FROM pg_stat_get_activity(n.backend::int) a
                WHERE (extract(epoch FROM a.backend_start) * 1000000)::bigint = n.since), n.alone, n.secrets
             FROM nodes n WHERE n.node <> ? ORDER BY n.seen DESC",
        );
        let others = conn.load::<OtherRow>(sql.bind(self.id)).await?;
        Ok(others.into_iter().find_map(|OtherRow { who, seconds, is_cut_off, alone, secrets }| {
            let is_about_being_alone = self.is_alone || alone;
            (is_about_being_alone || !self.shares(secrets.as_deref())).then_some(Other {
                who,
                seconds,
                is_cut_off,
                is_about_being_alone,
            })
        }))
    }

    /// Whether each node accepts the tokens that the other one signs. (A new secret is first given to all nodes as a
    /// second one.)
    fn shares(&self, theirs: Option<&str>) -> bool {
        let theirs: Vec<&str> = theirs.unwrap_or_default().split(' ').filter(|secret| !secret.is_empty()).collect();
        match (self.secrets.first(), theirs.first()) {
            (Some(own), Some(first)) => theirs.contains(&own.as_str()) && self.secrets.iter().any(|own| own == first),
            (None, Some(_)) => false,
            (_, None) => true,
        }
    }

    async fn write(&self, conn: &Conn) -> QueryResult<()> {
        let (pid, since) = split(conn.backend().await?);
        let (own, row) = given!("own", [self].into_iter(), |own| {
            node: own.id,
            who: &*own.who,
            backend: pid,
            since: since,
            alone: own.is_alone,
            process: own.process.as_deref(),
            secrets: own.secrets.join(" "),
            address: own.address.as_deref(),
        });
        let sql = Sql::new(format!(
            "WITH {own} AS ({{}}) INSERT INTO nodes (node, who, seen, backend, since, alone, process, secrets, address)
             SELECT o.node, o.who, clock_timestamp(), o.backend, o.since, o.alone, o.process, o.secrets, o.address FROM own o
             ON CONFLICT (node) DO UPDATE SET seen = excluded.seen, backend = excluded.backend, since = excluded.since"
        ));
        conn.run(sql.rows(row)).await.map(drop)
    }

    /// Keeps the row fresh, and returns the other nodes; `None` if the own row is gone.
    async fn beat(&self, conn: &Conn, backend: Option<Backend>) -> QueryResult<Option<Vec<Neighbour>>> {
        let (pid, since) = split(backend);
        let sql = Sql::new(format!(
            "WITH own AS (UPDATE nodes SET seen = clock_timestamp(), backend = ?, since = ? WHERE node = ? RETURNING node)
             SELECT o.node, NULL, {clock} FROM own o
             UNION ALL SELECT n.node, n.address, 0 FROM nodes n WHERE n.seen > clock_timestamp() - interval '7 s'",
            clock = Conn::CLOCK
        ));
        let asked = now();
        let rows = conn.load::<(i64, Option<String>, i64)>(sql.bind(pid).bind(since).bind(self.id)).await?;
        let Some(&(_, _, theirs)) = rows.first().filter(|(node, ..)| *node == self.id as i64) else { return Ok(None) };
        self.clock.compare(asked, theirs);
        Ok(Some(self.others(rows.into_iter().map(|(node, address, _)| (node, address)))))
    }

    /// Returns the other nodes that have the database open now.
    pub(super) async fn neighbours(&self, conn: &Conn) -> QueryResult<Vec<Neighbour>> {
        let sql = "SELECT n.node, n.address FROM nodes n WHERE n.seen > clock_timestamp() - interval '7 s'";
        Ok(self.others(conn.load(Sql::new(sql)).await?.into_iter()))
    }

    fn others(&self, rows: impl Iterator<Item = (i64, Option<String>)>) -> Vec<Neighbour> {
        let all = rows.map(|(node, address)| Neighbour { node: node as u64, address });
        all.filter(|other| other.node != self.id).collect()
    }

    async fn leave(&self, conn: &Conn) -> QueryResult<()> {
        conn.run(Sql::new("DELETE FROM nodes WHERE node = ?").bind(self.id)).await.map(drop)
    }
}

/// Keeps the node's row fresh until the store is told to close, or is gone.
pub(super) async fn keep_alive(
    address: Address,
    heard: Arc<Hearers>,
    neighbours: Arc<Neighbours>,
    mut stop: mpsc::Receiver<oneshot::Sender<()>>,
) {
    let mut conn: Option<(Conn, Option<Backend>)> = None;
    loop {
        match timeout(BEAT, stop.recv()).await {
            Ok(Some(done)) => {
                if conn.is_none() {
                    conn = timeout(PATIENCE, connect(&address)).await.ok().flatten();
                }
                if let Some((conn, _)) = &conn {
                    // Without this, the row is deleted by other nodes after a while.
                    let _ = address.node().leave(conn).await;
                }
                // Whoever asked may be gone.
                let _ = done.send(());
                return;
            }
            Ok(None) => return,
            Err(_) => {}
        }
        if conn.is_none() {
            conn = timeout(PATIENCE + VOUCHES_WITHIN, connect(&address)).await.ok().flatten();
        }
        conn = match conn {
            Some((conn, backend)) if conn.is_current() => {
                let living = address.node().beat(&conn, backend).await.ok().flatten();
                living.map(|living| {
                    neighbours.put(&living);
                    heard.living(living.iter().map(|other| other.node).collect());
                    (conn, backend)
                })
            }
            _ => None,
        };
    }
}

async fn connect(address: &Address) -> Option<(Conn, Option<Backend>)> {
    let conn = address.connect().await.ok()?;
    // The row is fresh for a second only, so it need not reach the disk or a standby.
    conn.script("SET synchronous_commit = off").await.ok()?;
    let backend = conn.backend().await.ok()?;
    Some((conn, backend))
}

fn split(backend: Option<Backend>) -> (Option<i64>, Option<i64>) {
    (backend.map(|(pid, _)| pid), backend.map(|(_, since)| since))
}

/// Deletes the rows of dead nodes: those that were not seen for long, and those that have not come back soon after the
/// server lost their connection. Or, for a takeover, the rows of all other nodes.
const DEAD: &str = "DELETE FROM nodes n WHERE n.node <> ? AND (? OR n.seen < clock_timestamp() - interval '15 s'
    OR n.seen < clock_timestamp() - interval '4 s' AND n.backend IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_stat_get_activity(n.backend::int) a
        WHERE (extract(epoch FROM a.backend_start) * 1000000)::bigint = n.since))";

/// How often the row is renewed.
const BEAT: Duration = Duration::from_secs(1);

/// How long making a connection may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait at the start for another node: for one that may be about to end, and for one that has lost its
/// connection.
const ABOUT_TO_END_FOR: Duration = Duration::from_secs(1);
const CUT_OFF_FOR: Duration = Duration::from_secs(6);
const GLANCE: Duration = Duration::from_millis(100);

/// The number that is locked while a node takes its place.
const NODES_LOCK: i64 = 0x6e_6f64_6573;

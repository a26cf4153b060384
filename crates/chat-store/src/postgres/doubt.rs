//! Finding out over a new connection what became of a commit whose answer was lost with the old one.

use chat_domain::{Message, RoomId};
use diesel::QueryResult;

use super::Conn;
use super::conn::{COMMIT, Kept};
use crate::sql::{Rows, Sql};

/// The server's process for a connection: its number, and when it began.
pub(super) type Backend = (i64, i64);

impl Conn {
    /// Whether the transaction with this mark was committed; `None` while it still runs.
    pub(crate) async fn was_committed(&self, mark: i64) -> QueryResult<Option<bool>> {
        let sql = Sql::new("SELECT pg_xact_status(?::text::xid8)").bind(mark.to_string());
        let status = self.first::<(Option<String>,)>(sql).await?.and_then(|(status,)| status);
        Ok(match status.as_deref() {
            Some("in progress") => None,
            Some("committed") => {
                self.life.committed(self.epoch, mark);
                Some(true)
            }
            _ => Some(false),
        })
    }

    /// Whether the database has this transaction, which was committed here. One that is so old that the server has
    /// forgotten about it counts as had.
    pub(super) async fn knows(&self, mark: i64) -> QueryResult<bool> {
        let sql = Sql::new(
            "SELECT CASE WHEN known.mark >= pg_snapshot_xmax(pg_current_snapshot()) THEN FALSE
             ELSE COALESCE(pg_xact_status(known.mark) = 'committed', TRUE) END FROM (SELECT ?::text::xid8) known (mark)",
        );
        Ok(self.first::<(bool,)>(sql.bind(mark.to_string())).await?.is_some_and(|(knows,)| knows))
    }

    /// Returns the server's process for this connection; `None` if our role may not see when it began, and so could not
    /// end it safely.
    pub(super) async fn backend(&self) -> QueryResult<Option<Backend>> {
        let sql = Sql::new(
            "SELECT a.pid::bigint, (extract(epoch FROM a.backend_start) * 1000000)::bigint
             FROM pg_stat_get_activity(pg_backend_pid()) a",
        );
        let found = self.first::<(i64, Option<i64>)>(sql).await?;
        Ok(found.and_then(|(pid, since)| Some((pid, since?))))
    }

    /// Whether the server's process of an older connection has ended. If not, the process is told to end.
    pub(super) async fn has_ended(&self, (pid, since): Backend) -> QueryResult<bool> {
        let sql = Sql::new(
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_get_activity(?::bigint::int) a
             WHERE (extract(epoch FROM a.backend_start) * 1000000)::bigint = ?",
        );
        Ok(self.first::<(bool,)>(sql.bind(pid).bind(since)).await?.is_none())
    }

    /// Returns the rooms of those messages that are in the database as they were sent; give one message of each room.
    /// The rows are locked, which writes to the server's log: where commits wait for a standby, the answer comes only
    /// when the standby has both.
    pub(super) async fn rooms_that_have<'m>(&self, messages: impl Iterator<Item = &'m Message>) -> QueryResult<Kept> {
        let sql = Sql::new(
            "SELECT there.room, (SELECT r.moves FROM rooms r WHERE r.id = there.room) FROM ({}) said (room, id, sender, seq) CROSS JOIN LATERAL (SELECT m.room FROM messages m
                WHERE m.room = said.room AND m.id = said.id AND m.sender = said.sender AND m.seq = said.seq
                FOR KEY SHARE) there",
        );
        let said = messages.map(|said| [said.room.into(), said.id.into(), said.sender.id().into(), said.seq.into()]);
        let there = self.load_within::<(i64, i64)>(COMMIT, sql.rows(Rows::new(said))).await?;
        Ok(there.into_iter().filter_map(|(room, moves)| Some((RoomId::new(room)?, moves as u64))).collect())
    }
}

//! What a new connection is asked when the answer to a commit was lost with an old one.

use chat_domain::{Message, RoomId};
use diesel::QueryResult;

use super::Conn;
use super::conn::{COMMIT, Kept};
use crate::sql::{Rows, Sql};

/// The server's side of a connection.
pub(super) type Backend = (i64, i64);

impl Conn {
    /// Whether the transaction of this mark was committed; `None` while it runs.
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

    /// Whether the database has this transaction, which was committed, or has forgotten of one so old.
    pub(super) async fn knows(&self, mark: i64) -> QueryResult<bool> {
        let sql = Sql::new(
            "SELECT CASE WHEN known.mark >= pg_snapshot_xmax(pg_current_snapshot()) THEN FALSE
             ELSE COALESCE(pg_xact_status(known.mark) = 'committed', TRUE) END FROM (SELECT ?::text::xid8) known (mark)",
        );
        Ok(self.first::<(bool,)>(sql.bind(mark.to_string())).await?.is_some_and(|(knows,)| knows))
    }

    /// Who answers on the server's side of this connection: its number, and since when it has it. Nobody whom we might end, where
    /// the role that we act as may not see that of the one that has connected.
    pub(super) async fn backend(&self) -> QueryResult<Option<Backend>> {
        let sql = Sql::new(
            "SELECT a.pid::bigint, (extract(epoch FROM a.backend_start) * 1000000)::bigint
             FROM pg_stat_get_activity(pg_backend_pid()) a",
        );
        let found = self.first::<(i64, Option<i64>)>(sql).await?;
        Ok(found.and_then(|(pid, since)| Some((pid, since?))))
    }

    /// Whether that backend of an older connection is gone; if not, it is told to go.
    pub(super) async fn has_ended(&self, (pid, since): Backend) -> QueryResult<bool> {
        let sql = Sql::new(
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_get_activity(?::bigint::int) a
             WHERE (extract(epoch FROM a.backend_start) * 1000000)::bigint = ?",
        );
        Ok(self.first::<(bool,)>(sql.bind(pid).bind(since)).await?.is_none())
    }

    /// The rooms of those among these messages, one of a room, that are there as they were said, and to stay. The lock is written
    /// down behind them: where commits wait for a standby, the answer comes once that has both.
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

//! Deciding whether the life of a database goes on after a standby was promoted: it does if every node that was alive before
//! finds everything that it has committed. Each node vouches for itself, by an advisory lock that it holds until all have. No room
//! is written to before that.

use std::time::Duration;

use chat_domain::RoomId;
use diesel::QueryResult;

use super::Conn;
use crate::sql::{Rows, Sql};

/// The place of a database.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// A number that differs for a copy, and for a promoted standby.
    pub(crate) number: i64,
    /// The timeline, which is part of it.
    pub(super) line: i64,
}

impl Place {
    /// Whether a standby of the database at a former place was promoted to this one.
    pub(super) fn follows(self, before: i64) -> bool {
        (1..self.line).contains(&(before ^ self.number ^ self.line))
    }
}

impl Conn {
    /// Vouches, for as long as this connection lasts, that nothing is missing that this node has committed.
    pub(super) async fn vouch(&self, node: u64) -> QueryResult<()> {
        let sql = Sql::new("SELECT pg_advisory_lock_shared(?) IS NOT NULL").bind(VOUCH ^ node as i64);
        self.load::<(bool,)>(sql).await.map(drop)
    }

    /// Whether these rooms have come at least so far.
    pub(super) async fn has_come_to(&self, heads: &[(RoomId, u64)]) -> QueryResult<bool> {
        if heads.is_empty() {
            return Ok(true);
        }
        let sql = Sql::new(
            "SELECT COALESCE(bool_and(COALESCE((SELECT r.seq FROM rooms r WHERE r.id = known.room), 0) >= known.seq), TRUE)
             FROM ({}) known (room, seq)",
        );
        let known = Rows::new(heads.iter().map(|(room, seq)| [(*room).into(), (*seq).into()]));
        Ok(self.first::<(bool,)>(sql.rows(known)).await?.is_some_and(|(has,)| has))
    }

    /// Whether all nodes vouch that were alive before: those whose rows were fresh when the newest was written.
    pub(super) async fn every_node_vouches(&self) -> QueryResult<bool> {
        let sql = Sql::new(
            "SELECT NOT EXISTS (SELECT FROM nodes n WHERE n.seen > (SELECT MAX(m.seen) FROM nodes m) - interval '7 s'
             AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
                AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                AND (l.classid::bigint << 32 | l.objid::bigint) = (n.node # ?)))",
        );
        Ok(self.first::<(bool,)>(sql.bind(VOUCH)).await?.is_some_and(|(all,)| all))
    }
}

/// The number of a node is combined with this to the number of the lock by which it vouches.
const VOUCH: i64 = 0x766f_7563_6800_0000;
/// How long to wait for the other nodes. A dead one does not vouch.
pub(super) const VOUCHES_WITHIN: Duration = Duration::from_secs(12);
/// How often to look whether all vouch.
pub(super) const GLANCE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promoted_standby_is_of_the_same_cluster_and_on_a_later_line() {
        let place = |cluster: i64, own: i64, line: i64| Place {
            number: cluster.rotate_left(32) ^ own.rotate_left(16) ^ line,
            line,
        };
        let (cluster, own) = (7_301_234_567_890_123_456, 16_384);
        for (before, now, follows) in [
            (place(cluster, own, 1), place(cluster, own, 2), true),
            (place(cluster, own, 1), place(cluster, own, 5), true),
            (place(cluster, own, 2), place(cluster, own, 1), false),
            (place(cluster, own, 2), place(cluster, own, 2), false),
            (place(cluster + 1, own, 1), place(cluster, own, 2), false),
            (place(cluster, own + 1, 1), place(cluster, own, 2), false),
        ] {
            assert_eq!(now.follows(before.number), follows);
        }
    }
}

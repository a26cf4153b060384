//! The feed: everything that was committed in all rooms, in one order.
//!
//! Commits in different rooms have no common order, but some readers want to follow everything. So after its commits,
//! each node writes an entry for each of its rooms, which says which changes of the room are new. Entries become
//! visible in the order of their numbers, because each transaction that writes some locks the row of the lease. The
//! holder of the lease also writes what nobody else has written, and follows the feed for all nodes.

use chat_domain::{FeedEntry, RoomId};

use super::Conn;
use crate::by_name::{insert, upsert};
use crate::rows::{count, room_id};
use crate::sql::{Rows, Sql};
use crate::work::now;
use crate::work_error::Worked;

/// Takes the lease or renews it; returns whether this holder has it now. If another holder died without giving it back,
/// it stays taken for a while; but on a database that only one process can open, the other holder was an earlier
/// process and is dead.
pub(crate) async fn take(conn: &Conn, holder: u64, anew: bool) -> Worked<bool> {
    let gap = if anew { GAP } else { 0 };
    let sql = Sql::new(format!(
        "INSERT INTO leases (name, holder, until, last) VALUES ('feed', ?, {clock} + ?, 0)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until, last = leases.last + ?
         WHERE leases.holder = excluded.holder OR leases.until < {clock} OR ?",
        clock = Conn::CLOCK
    ));
    let taken = conn.run(sql.bind(holder).bind(LEASE).bind(gap).bind(!Conn::SHARED)).await?;
    Ok(taken > 0)
}

/// Gives the lease back.
pub(crate) async fn leave(conn: &Conn, holder: u64) -> Worked<()> {
    let sql = Sql::new("UPDATE leases SET until = 0 WHERE name = 'feed' AND holder = ?");
    conn.run(sql.bind(holder)).await?;
    Ok(())
}

/// Locks the lease until the end of the transaction. Returns whether this holder has it.
pub(crate) async fn hold(conn: &Conn, holder: u64) -> Worked<bool> {
    let sql = Sql::new("UPDATE leases SET last = last WHERE name = 'feed' AND holder = ?");
    Ok(conn.run(sql.bind(holder)).await? > 0)
}

/// Writes what is new in these rooms (`None` for reports). Returns `false` if nobody has ever taken the lease. With
/// `anew` it leaves a gap in the numbers: a writer that begins, or failed before, does not know which numbers were
/// given out and lost.
pub(crate) async fn write(conn: &Conn, rooms: &[Option<RoomId>], anew: bool) -> Worked<bool> {
    let sql = Sql::new("UPDATE leases SET last = last + ? + ? WHERE name = 'feed' RETURNING last");
    let taken = conn.first::<(i64,)>(sql.bind(rooms.len()).bind(if anew { GAP } else { 0 })).await?;
    let Some((last,)) = taken.map(|(last,)| (last - rooms.len() as i64,)) else { return Ok(false) };
    let sql = Sql::new(
        "WITH need (room) AS ({}) SELECT r.id, COALESCE((SELECT f.seq FROM fed f WHERE f.room = r.id), 0), r.seq
         FROM need CROSS JOIN rooms r WHERE r.id = need.room
         UNION ALL SELECT need.room, COALESCE((SELECT f.seq FROM fed f WHERE f.room = need.room), 0),
            (SELECT COALESCE(MAX(p.id), 0) FROM reports p) FROM need WHERE need.room = 0",
    );
    let need = Rows::ints(rooms.iter().map(|room| room.map_or(REPORTS, RoomId::number)));
    let found = conn.load::<(i64, i64, i64)>(sql.rows(need)).await?;
    let fresh: Vec<_> = found.into_iter().filter(|(_, fed, seq)| seq > fed).collect();
    let at = now();
    conn.write(insert!(feed, (last + 1..).zip(&fresh), |(no, &(room, fed, seq))| {
        no: no,
        room: room,
        from_seq: fed + 1,
        to_seq: seq,
        at: at,
    }))
    .await?;
    conn.write(upsert!(fed, fresh.iter(), |&(room, _, seq)| { key { room: room } set { seq: seq } })).await?;
    Ok(true)
}

/// Looks through the next rooms after `after`. Returns those whose changes are not all in the feed, and the last room
/// that was looked at if there are more.
pub(crate) async fn behind(conn: &Conn, after: i64) -> Worked<(Vec<Option<RoomId>>, Option<i64>)> {
    let sql = Sql::new(
        "SELECT w.id, w.seq > COALESCE((SELECT f.seq FROM fed f WHERE f.room = w.id), 0)
         FROM (SELECT r.id, r.seq FROM rooms r WHERE r.id > ? ORDER BY r.id LIMIT ?) w",
    );
    let found = conn.load::<(i64, bool)>(sql.bind(after).bind(LOOKED_THROUGH)).await?;
    let more = (found.len() == LOOKED_THROUGH).then(|| found.iter().map(|(room, _)| *room).max()).flatten();
    let behind = found.into_iter().filter(|(_, is_behind)| *is_behind).map(|(room, _)| room_id(room).map(Some));
    Ok((behind.collect::<Worked<_>>()?, more))
}

/// Returns the newest number of the feed.
pub(crate) async fn newest(conn: &Conn) -> Worked<u64> {
    let found = conn.first::<(Option<i64>,)>(Sql::new("SELECT MAX(f.no) FROM feed f")).await?;
    Ok(found.and_then(|(no,)| no).map_or(0, |no| no as u64))
}

/// Returns the entries of the feed after this number.
pub(crate) async fn after(conn: &Conn, no: u64, limit: usize) -> Worked<Vec<FeedEntry>> {
    let sql = Sql::new("SELECT f.no, f.room, f.from_seq, f.to_seq FROM feed f WHERE f.no > ? ORDER BY f.no LIMIT ?");
    let rows = conn.load::<(i64, i64, i64, i64)>(sql.bind(no).bind(limit)).await?;
    let entry = |(no, room, from, upto)| {
        let room = (room != REPORTS).then(|| room_id(room)).transpose()?;
        Ok(FeedEntry { no: count(no)?, room, from: count(from)?, upto: count(upto)? })
    };
    rows.into_iter().map(entry).collect()
}

/// The number of a room that stands for reports.
pub(super) const REPORTS: i64 = 0;

/// How long the lease lasts without being renewed, in microseconds.
const LEASE: i64 = 10_000_000;

/// How many numbers are skipped whenever somebody takes the lease or fails. Entries are written without waiting for the
/// disk. Somebody may have seen those that a power cut took away, so their numbers must not be used again.
const GAP: i64 = 1_000_000;

/// How many rooms are looked through at a time.
const LOOKED_THROUGH: usize = 2_000;

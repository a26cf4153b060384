//! Deleting what is too old, slice by slice. Each slice raises the watermark up to which rows may be missing.

use chat_domain::Time;

use super::{Conn, schema, sessions, tells};
use crate::sql::{Rows, Sql, Write};
use crate::work_error::Worked;

/// The kinds of old rows. Each is deleted in transactions of its own, because a transaction locks its rooms in one
/// order only.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Changes,
    Receipts,
    Sessions,
    Feed,
    Tells,
}

impl Part {
    /// All kinds.
    pub(crate) const ALL: [Part; 5] = [Part::Changes, Part::Receipts, Part::Sessions, Part::Feed, Part::Tells];
}

/// Deletes a slice of what happened before `old`, or of sessions that ended before `now`. Returns whether nothing is
/// left.
pub(crate) async fn slice(conn: &Conn, part: Part, old: Time, now: Time) -> Worked<bool> {
    conn.lock_names(&[PRUNE_LOCK]).await?;
    match part {
        Part::Changes => changes(conn, old, SLICE).await,
        Part::Receipts => receipts(conn, old, SLICE).await,
        Part::Sessions => sessions::forget_expired(conn, now, SLICE).await,
        Part::Feed => feed(conn, old, SLICE).await,
        Part::Tells => tells::forget(conn, SLICE).await,
    }
}

/// Deletes old changes, room by room. A room's watermark is the `seq` up to which changes may be missing.
async fn changes(conn: &Conn, old: Time, most: usize) -> Worked<bool> {
    let sql = Sql::new("SELECT c.room, c.seq FROM changes c WHERE c.at < ? ORDER BY c.at, c.room, c.seq LIMIT ?");
    let mut slice = conn.load::<(i64, i64)>(sql.bind(old).bind(most)).await?;
    slice.sort_unstable();
    let mut marks = slice.clone();
    marks.reverse();
    marks.dedup_by_key(|(room, _)| *room);
    marks.reverse();
    conn.lock_rooms(marks.iter().map(|(room, _)| *room)).await?;
    conn.write(Write::other(
        "WITH mark (room, seq) AS (",
        Rows::new(marks.iter().map(|&(room, seq)| [room.into(), seq.into()])),
        ") UPDATE rooms SET pruned = mark.seq FROM mark WHERE rooms.id = mark.room AND rooms.pruned < mark.seq",
    ))
    .await?;
    let gone = Rows::new(slice.iter().map(|&(room, seq)| [room.into(), seq.into()]));
    conn.write(Write::other("DELETE FROM changes WHERE (room, seq) IN (", gone, ")")).await?;
    Ok(slice.len() < most)
}

/// Deletes an old receipt once a later one of the same user is old, too. So what a user had read at any moment that may
/// still be asked for stays known. How far receipts were looked through is noted.
async fn receipts(conn: &Conn, old: Time, most: usize) -> Worked<bool> {
    let from = schema::fact(conn, "receipts_pruned").await?.unwrap_or(i64::MIN);
    let sql = Sql::new(
        "SELECT c.room, c.person, c.number, c.at FROM receipts c WHERE c.at >= ? AND c.at < ?
         ORDER BY c.at, c.room, c.person, c.number LIMIT ?",
    );
    let slice = conn.load::<(i64, i64, i64, i64)>(sql.bind(from).bind(old).bind(most)).await?;
    let before = "WITH mark (room, person, number) AS (";
    let marks =
        || Rows::new(slice.iter().map(|&(room, person, number, _)| [room.into(), person.into(), number.into()]));
    conn.lock_rooms(slice.iter().map(|row| row.0)).await?;
    conn.write(Write::other(
        before,
        marks(),
        "), gone (room, moves) AS (SELECT c.room, MAX(c.moves) FROM mark CROSS JOIN receipts c
            WHERE c.room = mark.room AND c.person = mark.person AND c.number < mark.number GROUP BY c.room)
         UPDATE rooms SET pruned_moves = gone.moves FROM gone WHERE rooms.id = gone.room
         AND rooms.pruned_moves < gone.moves",
    ))
    .await?;
    conn.write(Write::other(
        before,
        marks(),
        ") DELETE FROM receipts WHERE (room, person, number) IN
         (SELECT c.room, c.person, c.number FROM mark CROSS JOIN receipts c
          WHERE c.room = mark.room AND c.person = mark.person AND c.number < mark.number)",
    ))
    .await?;
    let left = slice.len() < most;
    let last = slice.last().map_or(old.0, |row| row.3);
    // A slice that has one moment alone would otherwise be the next slice again.
    let next = if left { old.0 } else { last.max(from.saturating_add(1)) };
    schema::put(conn, "receipts_pruned", next).await?;
    Ok(left)
}

/// Deletes the oldest entries of the feed. They are about in order of age.
async fn feed(conn: &Conn, old: Time, most: usize) -> Worked<bool> {
    let sql = Sql::new("SELECT f.no, f.at < ? FROM feed f WHERE f.no > 0 ORDER BY f.no LIMIT ?");
    let slice = conn.load::<(i64, bool)>(sql.bind(old).bind(most)).await?;
    let gone: Vec<_> = slice.iter().take_while(|(_, is_old)| *is_old).map(|(no, _)| *no).collect();
    let done = gone.len() < most;
    if let Some(upto) = gone.last() {
        conn.run(Sql::new("DELETE FROM feed WHERE no <= ?").bind(*upto)).await?;
    }
    Ok(done)
}

/// How many rows are deleted at a time.
const SLICE: usize = 500;

/// The number that is locked while old rows are deleted, because one node at a time is enough.
const PRUNE_LOCK: i64 = 0x70_7275_6e65;

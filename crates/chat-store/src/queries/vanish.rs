//! Keeping messages only for a while. An older message leaves a stub, which counts as read; nobody is told.

use std::time::Duration;

use chat_domain::backplane::Tell;
use chat_domain::{Message, Refusal, RoomId, Time, Vanished};

use super::{Conn, tells};
use crate::rows::{MESSAGE, MORE, PERSON, SaidRow, message, message_id, room_id};
use crate::sql::{Rows, Sql, Write};
use crate::work_error::Worked;

/// Sets for how long a room's messages are kept; without a span, as long as those of other rooms.
pub(super) async fn keep(conn: &Conn, room: RoomId, span: Option<Duration>) -> Worked<()> {
    let sql = Sql::new("UPDATE rooms SET keep = ? WHERE id = ?").bind(span.map(micros)).bind(room);
    match conn.run(sql).await? {
        0 => Err(Refusal::UnknownRoom.into()),
        _ => Ok(()),
    }
}

/// Returns rooms in which messages may have been kept for long enough, each with the moment before which those were
/// sent. Rooms with a span of their own come first.
pub(super) async fn due(conn: &Conn, keep: Option<Duration>, at: Time) -> Worked<Vec<(RoomId, Time)>> {
    let own = Sql::new(
        "SELECT r.id, r.keep FROM rooms r WHERE r.keep IS NOT NULL AND r.due < ? - r.keep ORDER BY r.id LIMIT ?",
    );
    let mut rooms = conn.load::<(i64, i64)>(own.bind(at).bind(ROOMS_AT_ONCE)).await?;
    if let Some(keep) = keep {
        let others = Sql::new("SELECT r.id FROM rooms r WHERE r.keep IS NULL AND r.due < ? ORDER BY r.due LIMIT ?");
        let others = conn.load::<(i64,)>(others.bind(at.before(keep)).bind(ROOMS_AT_ONCE)).await?;
        rooms.extend(others.into_iter().map(|(room,)| (room, micros(keep))));
    }
    rooms.into_iter().map(|(room, keep)| Ok((room_id(room)?, Time(at.0.saturating_sub(keep))))).collect()
}

/// Lets about `most` messages of these rooms vanish.
pub(super) async fn slice(conn: &Conn, due: &[(RoomId, Time)], at: Time, most: usize) -> Worked<Vec<Vanished>> {
    conn.lock_names(&[VANISH_LOCK]).await?;
    conn.lock_rooms(due.iter().map(|(room, _)| room.number())).await?;
    let (mut gone, mut left) = (Vec::new(), most);
    for &(room, old) in due {
        let (vanished, many) = of_room(conn, room, old, at, left).await?;
        gone.extend(vanished);
        left -= many;
        if left == 0 {
            break;
        }
    }
    Ok(gone)
}

/// Lets the oldest messages of a room vanish that were sent before `old`. Returns them, and how many they are.
async fn of_room(conn: &Conn, room: RoomId, old: Time, at: Time, most: usize) -> Worked<(Option<Vanished>, usize)> {
    let sql = Sql::new("SELECT r.vanished FROM rooms r WHERE r.id = ?").bind(room);
    let Some((from,)) = conn.first::<(i64,)>(sql).await? else { return Ok((None, 0)) };
    let sql = Sql::new(
        "SELECT m.id, m.seq, m.created_at, m.pinned IS NOT NULL FROM messages m WHERE m.room = ? AND m.id > ?
         ORDER BY m.id LIMIT ?",
    );
    let rows = conn.load::<(i64, i64, i64, bool)>(sql.bind(room).bind(from).bind(most + 1)).await?;
    let gone: Vec<_> = rows.iter().take(most).take_while(|(_, _, sent, _)| *sent < old.0).collect();
    // A message is never sent before one that is there already, and clocks differ by no more than `CLOCKS`.
    let next = rows.get(gone.len()).map_or(at.before(CLOCKS).max(old), |(_, _, sent, _)| Time(*sent));
    let Some(&&(upto, seq, ..)) = gone.last() else {
        conn.run(Sql::new("UPDATE rooms SET due = ? WHERE id = ?").bind(next).bind(room)).await?;
        return Ok((None, 0));
    };
    leave_stubs(conn, room, (from, upto), at).await?;
    let pins = gone.iter().filter(|(.., is_pinned)| *is_pinned).count();
    let sql = Sql::new(
        "UPDATE rooms SET vanished = ?, due = ?, pins = pins - ?, pruned = CASE WHEN pruned < ? THEN ? ELSE pruned END
         WHERE id = ?",
    );
    conn.run(sql.bind(upto).bind(next).bind(pins).bind(seq).bind(seq).bind(room)).await?;
    let vanished = Vanished { room, upto: message_id(upto)? };
    tells::note(conn, &Tell::Vanished(vanished)).await?;
    Ok((Some(vanished), gone.len()))
}

/// Empties the messages between two ids, deletes what belongs to them, and notes that the index must forget them.
async fn leave_stubs(conn: &Conn, room: RoomId, (from, upto): (i64, i64), at: Time) -> Worked<()> {
    let between = |sql: &'static str| Sql::new(sql).bind(room).bind(from).bind(upto);
    for sql in [
        "INSERT INTO unfound (room, message) SELECT m.room, m.id FROM messages m
            WHERE m.room = ? AND m.id > ? AND m.id <= ? AND m.deleted_at IS NULL",
        "DELETE FROM reactions WHERE room = ? AND message > ? AND message <= ?",
        "DELETE FROM mentions WHERE room = ? AND message > ? AND message <= ?",
        "UPDATE files SET gone = 1, name = '', mime = '' WHERE gone = 0 AND room = ? AND message > ? AND message <= ?",
    ] {
        conn.run(between(sql)).await?;
    }
    let sql = Sql::new(
        "UPDATE messages SET replies = replies - gone.many FROM
            (SELECT m.thread, COUNT(*) AS many FROM messages m WHERE m.room = ? AND m.id > ? AND m.id <= ?
             AND m.thread IS NOT NULL AND m.deleted_at IS NULL GROUP BY m.thread) gone
         WHERE messages.room = ? AND messages.id = gone.thread",
    );
    conn.run(sql.bind(room).bind(from).bind(upto).bind(room)).await?;
    let sql = Sql::new(
        "UPDATE messages SET content = '', metadata = ?, reactions = '', mentions = NULL, pinned = NULL, deleted_at = ?,
            deleted_seq = seq WHERE room = ? AND id > ? AND id <= ? AND deleted_at IS NULL",
    );
    conn.run(sql.bind("{}").bind(at).bind(room).bind(from).bind(upto)).await?;
    Ok(())
}

/// Returns some of the stubs that the index of words must forget.
pub(super) async fn unfound(conn: &Conn, most: usize) -> Worked<Vec<Message>> {
    let sql = Sql::new(format!(
        "SELECT {MESSAGE}, {MORE}, {PERSON} FROM (SELECT q.room, q.message FROM unfound q ORDER BY q.room, q.message LIMIT ?) n
         CROSS JOIN messages m CROSS JOIN users u WHERE m.room = n.room AND m.id = n.message AND u.id = m.sender"
    ));
    conn.load::<SaidRow>(sql.bind(most)).await?.into_iter().map(message).collect()
}

/// Notes that the index has forgotten these.
pub(super) async fn are_unfound(conn: &Conn, stubs: &[(RoomId, i64)]) -> Worked<()> {
    let rows = Rows::new(stubs.iter().map(|&(room, message)| [room.into(), message.into()]));
    Ok(conn.write(Write::other("DELETE FROM unfound WHERE (room, message) IN (", rows, ")")).await?)
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// The number of rooms in one transaction.
const ROOMS_AT_ONCE: usize = 50;

/// How far apart clocks may be.
const CLOCKS: Duration = Duration::from_secs(60);

/// The number that is locked while messages vanish, because one node at a time is enough.
const VANISH_LOCK: i64 = 0x7661_6e69_7368;

//! What the index of words takes in at once: messages that were sent or changed, or the next ones when it is made anew.

use std::collections::BTreeSet;

use chat_domain::{FeedEntry, Message, MessageId, RoomId};

use super::find::said;
use super::replay::{CEILING, FLOOR};
use super::{Conn, vanish};
use crate::index::{Known, moment};
use crate::pace::AT_ONCE;
use crate::rows::{MESSAGE, MORE, PERSON, SaidRow, message, message_id, room_id};
use crate::sql::{Rows, Sql, Write};
use crate::work_error::Worked;

/// What is written to the index at once, beside how far it has come.
#[derive(Default)]
pub(super) struct Piece {
    pub(super) messages: Vec<Message>,
    /// The bundles that these messages belong to, which are replaced.
    pub(super) known: Vec<Known>,
    /// The moment of the last bundle of the index.
    pub(super) newest: Option<i64>,
    /// The keys that were collected, as when a message was sent, its id and its room.
    pub(super) gathered: Vec<(i64, i64, i64)>,
    /// The last of the collected keys whose messages are in this piece.
    pub(super) done: Option<(i64, MessageId)>,
}

/// Returns what these entries of the feed change in the index.
pub(super) async fn heard(conn: &Conn, entries: Vec<FeedEntry>) -> Worked<Piece> {
    touched(conn, fed(conn, entries).await?).await
}

/// Returns some of the stubs that the index is to forget, and what that changes.
pub(super) async fn vanished(conn: &Conn) -> Worked<(Vec<(RoomId, i64)>, Piece)> {
    let stubs = vanish::unfound(conn, AT_ONCE).await?;
    let keys = stubs.iter().map(|stub| (stub.room, stub.id.number())).collect();
    Ok((keys, touched(conn, stubs).await?))
}

/// Returns the keys of the next messages of all rooms.
pub(super) async fn keys(conn: &Conn, after: (i64, i64)) -> Worked<Piece> {
    let sql = Sql::new(
        "SELECT m.created_at, m.id, m.room FROM messages m WHERE (m.room, m.id) > (?, ?) ORDER BY m.room, m.id LIMIT ?",
    );
    let gathered = conn.load(sql.bind(after.0).bind(after.1).bind(KEYS_AT_ONCE)).await?;
    Ok(Piece { gathered, ..Piece::default() })
}

/// Returns the oldest messages whose keys were collected.
pub(super) async fn oldest(conn: &Conn) -> Worked<Piece> {
    let sql = Sql::new(format!(
        "SELECT g.at, g.room, g.message FROM {}gathered g ORDER BY g.at, g.message LIMIT ?",
        Conn::INDEX
    ));
    let (mut keys, mut done) = (Vec::new(), None);
    for (at, room, message) in conn.load::<(i64, i64, i64)>(sql.bind(AT_ONCE)).await? {
        let message = message_id(message)?;
        keys.push((room_id(room)?, message));
        done = Some((at, message));
    }
    let piece = touched(conn, said(conn, &keys).await?).await?;
    Ok(Piece { done, ..piece })
}

/// Notes the keys that were collected, and deletes those that are done.
pub(super) async fn gather(conn: &Conn, piece: &Piece) -> Worked<()> {
    let rows = piece.gathered.iter().map(|&(at, message, room)| [at.into(), message.into(), room.into()]);
    conn.write(Write::insert(Conn::GATHERED, Rows::new(rows), "ON CONFLICT DO NOTHING")).await?;
    if let Some((at, message)) = piece.done {
        let sql = Sql::new(format!("DELETE FROM {}gathered WHERE (at, message) <= (?, ?)", Conn::INDEX));
        conn.run(sql.bind(at).bind(message)).await?;
    }
    Ok(())
}

/// Returns the messages that these entries of the feed are about, as they are now.
async fn fed(conn: &Conn, entries: Vec<FeedEntry>) -> Worked<Vec<Message>> {
    let need = || {
        let rows = entries.iter().map(|entry| [entry.room.into(), entry.from.into(), entry.upto.into()]);
        Rows::new(rows)
    };
    let bound = |bound: &str, seq: &str| bound.replacen('?', "need.room", 1).replacen('?', seq, 1);
    let sent = format!(
        "WITH need (room, low, high) AS ({{}}) SELECT {MESSAGE}, {MORE}, {PERSON}
         FROM need CROSS JOIN messages m CROSS JOIN users u
         WHERE m.room = need.room AND m.id > {} AND m.id <= {}
         AND m.seq >= need.low AND m.seq <= need.high AND u.id = m.sender",
        bound(FLOOR, "need.low"),
        bound(CEILING, "need.high")
    );
    let changed = format!(
        "WITH need (room, low, high) AS ({{}}) SELECT {MESSAGE}, {MORE}, {PERSON}
         FROM need CROSS JOIN changes c CROSS JOIN messages m CROSS JOIN users u
         WHERE c.room = need.room AND c.seq >= need.low AND c.seq <= need.high AND c.kind IN ('edited', 'deleted')
         AND m.room = c.room AND m.id = c.message AND u.id = m.sender"
    );
    let mut rows = conn.load::<SaidRow>(Sql::new(sent).rows(need())).await?;
    rows.extend(conn.load::<SaidRow>(Sql::new(changed).rows(need())).await?);
    let mut messages = rows.into_iter().map(message).collect::<Worked<Vec<_>>>()?;
    messages.sort_by_key(|message| message.id);
    messages.dedup_by_key(|message| message.id);
    Ok(messages)
}

/// Returns these messages with all others of the bundles that they belong to.
async fn touched(conn: &Conn, mut messages: Vec<Message>) -> Worked<Piece> {
    let moments: BTreeSet<_> = messages.iter().map(|message| moment(message.created_at)).collect();
    let sql = Sql::new(format!(
        "WITH need (moment) AS ({{}}), touched AS (SELECT DISTINCT (SELECT MAX(x.id) FROM {0}indexed x WHERE x.id <= need.moment) AS id
            FROM need)
         SELECT i.id, i.messages FROM touched CROSS JOIN {0}indexed i WHERE i.id = touched.id",
        Conn::INDEX
    ));
    let mut known = Vec::new();
    if !moments.is_empty() {
        for row in conn.load(sql.rows(Rows::ints(moments))).await? {
            known.push(Known::read(row)?);
        }
    }
    let sql = Sql::new(format!("SELECT MAX(i.id) FROM {}indexed i", Conn::INDEX));
    let newest = conn.first::<(Option<i64>,)>(sql).await?.and_then(|(newest,)| newest);
    let at_hand: BTreeSet<_> = messages.iter().map(|message| message.id).collect();
    let others = known.iter().flat_map(|known| known.messages.iter().copied());
    let others: Vec<_> = others.filter(|(_, message)| !at_hand.contains(message)).collect();
    messages.extend(said(conn, &others).await?);
    Ok(Piece { messages, known, newest, ..Piece::default() })
}

/// How many keys are collected at once.
const KEYS_AT_ONCE: usize = 5_000;

//! A bare loop that does the least possible: it inserts the rows of messages in batches, and asks nothing.

use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection, insert_into, prelude::*, upsert::excluded};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use crate::TURN;

diesel::table! {
    messages (room, id) {
        room -> BigInt,
        id -> BigInt,
        seq -> BigInt,
        number -> BigInt,
        sender -> BigInt,
        own_number -> BigInt,
        kind -> Text,
        content -> Text,
        metadata -> Text,
        created_at -> BigInt,
        likes -> BigInt,
    }
}

diesel::table! {
    members (room, person) {
        room -> BigInt,
        person -> BigInt,
        sent -> BigInt,
    }
}

/// Inserts batches for one round, with a prepared statement for every row; returns rows a second.
pub(crate) fn sqlite(path: &Path, batch: usize) -> f64 {
    let mut conn = SqliteConnection::establish(&path.display().to_string()).unwrap();
    conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;").unwrap();
    conn.batch_execute(&tables("WITHOUT ROWID")).unwrap();
    let (began, before) = (Instant::now(), unused());
    let mut sent = before;
    while began.elapsed() < TURN {
        conn.batch_execute("BEGIN IMMEDIATE").unwrap();
        for n in sent..sent + batch as i64 {
            message(&mut conn, n);
        }
        conn.batch_execute("COMMIT").unwrap();
        sent += batch as i64;
    }
    (sent - before) as f64 / began.elapsed().as_secs_f64()
}

fn message(conn: &mut SqliteConnection, n: i64) {
    let row = (
        messages::room.eq(1),
        messages::id.eq(n),
        messages::seq.eq(n),
        messages::number.eq(n),
        messages::sender.eq(n % 256),
        messages::own_number.eq(n),
        messages::kind.eq("text"),
        messages::content.eq(CONTENT),
        messages::metadata.eq("{}"),
        messages::created_at.eq(2_000_000),
        messages::likes.eq(0),
    );
    insert_into(messages::table).values(row).execute(conn).unwrap();
    insert_into(members::table)
        .values((members::room.eq(1), members::person.eq(n % 256), members::sent.eq(n)))
        .on_conflict((members::room, members::person))
        .do_update()
        .set(members::sent.eq(excluded(members::sent)))
        .execute(conn)
        .unwrap();
}

/// Does the same on Postgres, where a batch with its BEGIN and COMMIT is one round trip.
pub(crate) async fn postgres(url: &str, batch: usize) -> f64 {
    let mut conn = AsyncPgConnection::establish(url).await.unwrap();
    conn.batch_execute(&tables("")).await.unwrap();
    let (began, before) = (Instant::now(), unused());
    let mut sent = before;
    while began.elapsed() < TURN {
        conn.batch_execute(&script(sent, batch as i64)).await.unwrap();
        sent += batch as i64;
    }
    (sent - before) as f64 / began.elapsed().as_secs_f64()
}

fn script(from: i64, batch: i64) -> String {
    let messages: Vec<String> = (from..from + batch)
        .map(|n| format!("(1,{n},{n},{n},{},{n},'text','{CONTENT}','{{}}',2000000,NULL,NULL,NULL,NULL,0)", n % 256))
        .collect();
    let members: Vec<String> = (0..batch).map(|n| format!("(1,{n},{from})")).collect();
    format!(
        "BEGIN; INSERT INTO messages VALUES {};
         INSERT INTO members VALUES {} ON CONFLICT (room, person) DO UPDATE SET sent = excluded.sent; COMMIT",
        messages.join(","),
        members.join(",")
    )
}

/// Returns a number above all that were used before: the microsecond.
fn unused() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64
}

/// The tables to which a message is written, with their indexes.
fn tables(how: &str) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS messages (room BIGINT, id BIGINT, seq BIGINT, number BIGINT, sender BIGINT,
            own_number BIGINT, kind TEXT, content TEXT, metadata TEXT, created_at BIGINT, edited_at BIGINT,
            edited_seq BIGINT, deleted_at BIGINT, deleted_seq BIGINT, likes BIGINT, PRIMARY KEY (room, id)) {how};
         CREATE UNIQUE INDEX IF NOT EXISTS messages_by_seq ON messages (room, seq);
         CREATE INDEX IF NOT EXISTS messages_by_sender ON messages (room, sender, id, own_number);
         CREATE TABLE IF NOT EXISTS members (room BIGINT, person BIGINT, sent BIGINT, PRIMARY KEY (room, person)) {how};"
    )
}

const CONTENT: &str = "a message as long as most of them are, give or take";

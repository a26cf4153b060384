//! The least that could be done: the rows of a message in batches, in one prepared statement each, and nothing asked.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

/// Inserts batches for three seconds; so many rows a second.
pub fn sqlite(path: &Path, batch: usize) -> f64 {
    let mut conn = SqliteConnection::establish(&path.display().to_string()).unwrap();
    conn.batch_execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;").unwrap();
    conn.batch_execute(&tables("WITHOUT ROWID")).unwrap();
    let (began, mut sent) = (Instant::now(), first(&mut conn));
    let before = sent;
    while began.elapsed() < Duration::from_secs(3) {
        sql_query("BEGIN IMMEDIATE").execute(&mut conn).unwrap();
        for statement in statements(sent, batch) {
            sql_query(statement).execute(&mut conn).unwrap();
        }
        sql_query("COMMIT").execute(&mut conn).unwrap();
        sent += batch;
    }
    (sent - before) as f64 / began.elapsed().as_secs_f64()
}

/// The same on Postgres.
pub async fn postgres(url: &str, batch: usize) -> f64 {
    let mut conn = AsyncPgConnection::establish(url).await.unwrap();
    conn.batch_execute(&tables("")).await.unwrap();
    let began = Instant::now();
    let before = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as usize;
    let mut sent = before;
    while began.elapsed() < Duration::from_secs(3) {
        let statements: Vec<String> = statements(sent, batch).into();
        conn.batch_execute("BEGIN").await.unwrap();
        for statement in statements {
            diesel_async::RunQueryDsl::execute(sql_query(statement), &mut conn).await.unwrap();
        }
        conn.batch_execute("COMMIT").await.unwrap();
        sent += batch;
    }
    (sent - before) as f64 / began.elapsed().as_secs_f64()
}

/// Where the numbers go on when there are rows already.
fn first(conn: &mut SqliteConnection) -> usize {
    #[derive(diesel::QueryableByName)]
    struct Last {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        last: i64,
    }
    let last: Vec<Last> = sql_query("SELECT COALESCE(MAX(id), 0) AS last FROM messages").load(conn).unwrap();
    last[0].last as usize + 1
}

/// The tables that a message goes to, with their indexes.
fn tables(how: &str) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS messages (room BIGINT, id BIGINT, seq BIGINT, number BIGINT, sender BIGINT,
            own_number BIGINT, kind TEXT, content TEXT, metadata TEXT, created_at BIGINT, edited_at BIGINT,
            edited_seq BIGINT, deleted_at BIGINT, deleted_seq BIGINT, likes BIGINT, PRIMARY KEY (room, id)) {how};
         CREATE UNIQUE INDEX IF NOT EXISTS messages_by_seq ON messages (room, seq);
         CREATE INDEX IF NOT EXISTS messages_by_sender ON messages (room, sender, id, own_number);
         CREATE TABLE IF NOT EXISTS members (room BIGINT, person BIGINT, sent BIGINT, PRIMARY KEY (room, person)) {how};
         CREATE TABLE IF NOT EXISTS rooms (id BIGINT PRIMARY KEY, seq BIGINT);"
    )
}

/// A row a message, a row a member, and the room.
fn statements(from: usize, batch: usize) -> [String; 3] {
    let messages: Vec<String> = (from..from + batch)
        .map(|n| {
            format!(
                "(1,{n},{n},{n},{},{n},'text','a message as long as most of them are, give or take','{{}}',2000000,NULL,NULL,NULL,NULL,0)",
                n % 256
            )
        })
        .collect();
    let members: Vec<String> = (0..batch).map(|n| format!("(1,{n},{from})")).collect();
    [
        format!("INSERT INTO messages VALUES {}", messages.join(",")),
        format!(
            "INSERT INTO members VALUES {} ON CONFLICT (room, person) DO UPDATE SET sent = excluded.sent",
            members.join(",")
        ),
        format!("INSERT INTO rooms VALUES (1, {from}) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq"),
    ]
}

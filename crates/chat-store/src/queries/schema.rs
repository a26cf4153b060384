//! The tables: made and brought up to date at opening, in one transaction.

use super::Conn;
use super::refold::refold;
use crate::error::OpenError;
use crate::outage;
use crate::sql::Sql;
use crate::work::life_after;
use crate::work_error::{WorkError, Worked};

/// Brings the tables up to date; `life` is the epoch of a database that is new, or in another place than it was: such a one
/// was restored or imported.
pub(crate) async fn migrate(conn: &Conn, life: u64, identity: Option<i64>) -> Result<(), OpenError> {
    conn.begin().await.map_err(|error| OpenError::away(error.into()))?;
    let done = steps(conn, life, identity).await;
    let ended = if done.is_ok() { conn.commit().await } else { conn.rollback().await };
    done?;
    ended.map_err(|error| OpenError::away(error.into()))
}

async fn steps(conn: &Conn, life: u64, identity: Option<i64>) -> Result<(), OpenError> {
    conn.script(Conn::PATIENT).await.map_err(|error| OpenError::away(error.into()))?;
    let version = version(conn).await.map_err(OpenError::away)?;
    let newest = Conn::MIGRATIONS.len();
    if version > newest {
        return Err(OpenError::Newer { version, newest });
    }
    for step in &Conn::MIGRATIONS[version..] {
        conn.script(step).await.map_err(|error| match OpenError::away(error.into()) {
            OpenError::Unready(said) if version == 0 && said.contains("already exists") => OpenError::Foreign(said),
            error => error,
        })?;
    }
    if version < newest {
        put(conn, "version", newest as i64).await.map_err(OpenError::away)?;
    }
    if fact(conn, "folding").await.map_err(OpenError::away)?.unwrap_or(0) < FOLDING {
        refold(conn).await.map_err(OpenError::away)?;
        put(conn, "folding", FOLDING).await.map_err(OpenError::away)?;
    }
    // A copy that is only looked at gets none.
    if life > 0 && fact(conn, "house").await.map_err(OpenError::away)?.is_none() {
        put(conn, "house", life as i64).await.map_err(OpenError::away)?;
    }
    if version == 0 {
        put(conn, "epoch", life as i64).await.map_err(OpenError::away)?;
    }
    match identity {
        Some(identity) => settle_in(conn, life, identity).await.map_err(OpenError::away),
        None => Ok(()),
    }
}

/// Notes where the database is; where it has moved, cursors may be of a later time than its own.
async fn settle_in(conn: &Conn, life: u64, identity: i64) -> Worked<()> {
    let before = fact(conn, "place").await?;
    if before.is_some_and(|before| before != identity) {
        tracing::warn!("the database was restored, copied or moved: whoever comes back loads anew");
        renew(conn, life, 0).await?;
    }
    if before != Some(identity) { put(conn, "place", identity).await } else { Ok(()) }
}

/// How many steps the tables have come through already.
async fn version(conn: &Conn) -> Worked<usize> {
    lock(conn).await?;
    conn.script("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value BIGINT NOT NULL)").await?;
    Ok(fact(conn, "version").await?.unwrap_or(0) as usize)
}

/// What tells this life of the database from every other.
pub(crate) async fn epoch(conn: &Conn) -> Worked<u64> {
    Ok(epoch_and_identity(conn).await?.0)
}

/// The same, with where the database was when somebody last looked: of one moment.
pub(crate) async fn epoch_and_identity(conn: &Conn) -> Worked<(u64, Option<i64>)> {
    let sql = Sql::new(
        "SELECT f.value, (SELECT p.value FROM facts p WHERE p.name = 'place') FROM facts f WHERE f.name = 'epoch'",
    );
    let found = conn.first::<(i64, Option<i64>)>(sql).await?;
    let (epoch, identity) = found.ok_or_else(|| WorkError::Broken("the database has no epoch".into()))?;
    Ok((epoch as u64, identity))
}

/// Begins another life: no cursor of before is good any more. Its epoch is higher than the database's, and than one that is
/// known of.
pub(crate) async fn renew(conn: &Conn, life: u64, known: u64) -> Worked<u64> {
    lock(conn).await?;
    let epoch = life_after(known.max(epoch(conn).await?), life);
    put(conn, "epoch", epoch as i64).await?;
    Ok(epoch)
}

/// Whether the database answers; and whether it can be written to, if it could not be a moment ago: a disk may be full.
pub(crate) async fn answers(conn: &Conn) -> Worked<()> {
    if !outage::is_on() {
        return Ok(conn.script("SELECT 1").await?);
    }
    put(conn, "answers", epoch(conn).await? as i64).await
}

/// Holds the facts about the database as a whole against others, until the transaction's end.
pub(crate) async fn lock(conn: &Conn) -> Worked<()> {
    Ok(conn.lock_names(&[SCHEMA_LOCK]).await?)
}

/// A number that is known about the database as a whole.
pub(crate) async fn fact(conn: &Conn, name: &'static str) -> Worked<Option<i64>> {
    let found = conn.first::<(i64,)>(Sql::new("SELECT value FROM facts WHERE name = ?").bind(name)).await?;
    Ok(found.map(|(value,)| value))
}

/// Notes such a number.
pub(crate) async fn put(conn: &Conn, name: &'static str, value: i64) -> Worked<()> {
    let sql = Sql::new(
        "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    conn.run(sql.bind(name).bind(value)).await?;
    Ok(())
}

/// How names are spelled to be compared; another number spells those that are there anew.
const FOLDING: i64 = 1;
/// The number under which the tables are held while they are brought up to date, or begin another life.
const SCHEMA_LOCK: i64 = 0x7363_6865_6d61;

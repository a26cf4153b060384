//! Making the tables and bringing them up to date, in one transaction when the database is opened.

use super::Conn;
use super::refold::refold;
use crate::error::OpenError;
use crate::outage;
use crate::sql::Sql;
use crate::work::life_after;
use crate::work_error::{WorkError, Worked};

/// Brings the tables up to date. `life` becomes the epoch of a database that is new, or that is in another place than
/// before because it was restored or imported.
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
    // A copy that is only checked gets none.
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

/// Notes where the database is. If it has moved, another life begins, because cursors may be of a later time than the
/// database.
async fn settle_in(conn: &Conn, life: u64, identity: i64) -> Worked<()> {
    let before = fact(conn, "place").await?;
    if before.is_some_and(|before| before != identity) {
        tracing::warn!("the database was restored, copied or moved: whoever comes back loads anew");
        renew(conn, life, 0).await?;
    }
    if before != Some(identity) { put(conn, "place", identity).await } else { Ok(()) }
}

/// Returns how many migrations the tables have had.
async fn version(conn: &Conn) -> Worked<usize> {
    lock(conn).await?;
    conn.script("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value BIGINT NOT NULL)").await?;
    Ok(fact(conn, "version").await?.unwrap_or(0) as usize)
}

/// Returns the epoch of the database.
pub(crate) async fn epoch(conn: &Conn) -> Worked<u64> {
    Ok(epoch_and_identity(conn).await?.0)
}

/// Returns the epoch, and where the database was when somebody last looked, as of the same moment.
pub(crate) async fn epoch_and_identity(conn: &Conn) -> Worked<(u64, Option<i64>)> {
    let sql = Sql::new(
        "SELECT f.value, (SELECT p.value FROM facts p WHERE p.name = 'place') FROM facts f WHERE f.name = 'epoch'",
    );
    let found = conn.first::<(i64, Option<i64>)>(sql).await?;
    let (epoch, identity) = found.ok_or_else(|| WorkError::Broken("the database has no epoch".into()))?;
    Ok((epoch as u64, identity))
}

/// Begins another life, so that no earlier cursor is good any more. Its epoch is higher than the database's own and
/// than `known`.
pub(crate) async fn renew(conn: &Conn, life: u64, known: u64) -> Worked<u64> {
    lock(conn).await?;
    let epoch = life_after(known.max(epoch(conn).await?), life);
    put(conn, "epoch", epoch as i64).await?;
    Ok(epoch)
}

/// Fails if the database does not answer; and if it could not be written to a moment ago, also if it still cannot, as
/// on a full disk.
pub(crate) async fn answers(conn: &Conn) -> Worked<()> {
    if !outage::is_on() {
        return Ok(conn.script("SELECT 1").await?);
    }
    put(conn, "answers", epoch(conn).await? as i64).await
}

/// Locks the facts about the database as a whole until the end of the transaction.
pub(crate) async fn lock(conn: &Conn) -> Worked<()> {
    Ok(conn.lock_names(&[SCHEMA_LOCK]).await?)
}

/// Returns a fact about the database as a whole.
pub(crate) async fn fact(conn: &Conn, name: &'static str) -> Worked<Option<i64>> {
    let found = conn.first::<(i64,)>(Sql::new("SELECT value FROM facts WHERE name = ?").bind(name)).await?;
    Ok(found.map(|(value,)| value))
}

/// Notes a fact about the database as a whole.
pub(crate) async fn put(conn: &Conn, name: &'static str, value: i64) -> Worked<()> {
    let sql = Sql::new(
        "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    conn.run(sql.bind(name).bind(value)).await?;
    Ok(())
}

/// The way in which usernames are compared. After another number, all usernames are folded anew.
const FOLDING: i64 = 1;
/// The number that is locked while the tables are brought up to date, or another life begins.
const SCHEMA_LOCK: i64 = 0x7363_6865_6d61;

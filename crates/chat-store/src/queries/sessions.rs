//! What proves who somebody is: families of refresh tokens and cookie sessions, known by their digests.

use chat_domain::directory::Rotation;
use chat_domain::{Account, Time, UserId};

use super::{Conn, people};
use crate::rows::{PERSON, PersonRow, account};
use crate::sql::Sql;
use crate::work_error::Worked;

/// Begins a family of refresh tokens.
pub(super) async fn open_family(conn: &Conn, user: UserId, digest: &str, expires: Time) -> Worked<()> {
    let family = conn.take_ids("families", 1).await?.pop().unwrap_or(0);
    let sql = Sql::new("INSERT INTO families (id, person, expires, revoked) VALUES (?, ?, ?, ?)");
    conn.run(sql.bind(family).bind(user).bind(expires).bind(false)).await?;
    add_token(conn, family, digest, expires).await
}

/// Puts a new token in the place of an old one; an old one shown twice ends its family.
pub(super) async fn rotate(conn: &Conn, old: &str, new: &str, now: Time, expires: Time) -> Worked<Rotation> {
    let sql = Sql::new(format!(
        "SELECT t.family, t.used, f.revoked, t.expires, f.person FROM refresh_tokens t JOIN families f ON f.id = t.family
         WHERE t.digest = ?{}",
        Conn::LOCK
    ));
    let Some((family, used, revoked, until, person)) = conn.first::<(i64, bool, bool, i64, i64)>(sql.bind(old)).await?
    else {
        return Ok(Rotation::Unknown);
    };
    if used {
        revoke(conn, family).await?;
        return Ok(Rotation::Reused);
    }
    conn.run(Sql::new("UPDATE refresh_tokens SET used = ? WHERE digest = ?").bind(true).bind(old)).await?;
    if revoked || until <= now.0 {
        return Ok(Rotation::Unknown);
    }
    conn.run(Sql::new("UPDATE families SET expires = ? WHERE id = ?").bind(expires).bind(family)).await?;
    add_token(conn, family, new, expires).await?;
    let account = people::people(conn, UserId::new(person)).await?.pop();
    Ok(account.map_or(Rotation::Unknown, Rotation::Rotated))
}

/// Ends the family that this token belongs to, if it is this user's.
pub(super) async fn close_family(conn: &Conn, user: UserId, digest: &str) -> Worked<()> {
    let sql = Sql::new(
        "UPDATE families SET revoked = ? WHERE person = ? AND id = (SELECT family FROM refresh_tokens WHERE digest = ?)",
    );
    conn.run(sql.bind(true).bind(user).bind(digest)).await?;
    Ok(())
}

/// Begins a cookie session.
pub(super) async fn open_session(conn: &Conn, user: UserId, digest: &str, expires: Time) -> Worked<()> {
    let sql = Sql::new("INSERT INTO sessions (digest, person, expires) VALUES (?, ?, ?)");
    conn.run(sql.bind(digest).bind(user).bind(expires)).await?;
    Ok(())
}

/// Whose cookie session this is, and when it ends.
pub(super) async fn session(conn: &Conn, digest: &str, now: Time) -> Worked<Option<(Account, Time)>> {
    let sql = Sql::new(format!(
        "SELECT {PERSON}, u.last_seen, s.expires FROM sessions s JOIN users u ON u.id = s.person WHERE s.digest = ? AND s.expires > ?"
    ));
    let row = conn.first::<(PersonRow, Option<i64>, i64)>(sql.bind(digest).bind(now)).await?;
    row.map(|(person, seen, expires)| Ok((account((person, seen))?, Time(expires)))).transpose()
}

/// Lets a cookie session go on for longer; it never becomes shorter.
pub(super) async fn prolong(conn: &Conn, digest: &str, expires: Time) -> Worked<()> {
    let sql = Sql::new("UPDATE sessions SET expires = ? WHERE digest = ? AND expires < ?");
    conn.run(sql.bind(expires).bind(digest).bind(expires)).await?;
    Ok(())
}

/// Ends a cookie session.
pub(super) async fn close_session(conn: &Conn, digest: &str) -> Worked<()> {
    conn.run(Sql::new("DELETE FROM sessions WHERE digest = ?").bind(digest)).await?;
    Ok(())
}

/// Forgets what ended before this moment, at most so many rows of a sort; says whether there was less.
pub(super) async fn forget_expired(conn: &Conn, now: Time, most: usize) -> Worked<bool> {
    let sessions = Sql::new(
        "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE expires <= ? ORDER BY expires LIMIT ?)",
    );
    let families = Sql::new(
        "DELETE FROM families WHERE id IN (SELECT id FROM families WHERE expires <= ? ORDER BY expires LIMIT ?)",
    );
    let gone = conn.run(sessions.bind(now).bind(most)).await? + conn.run(families.bind(now).bind(most)).await?;
    Ok(gone < most)
}

async fn add_token(conn: &Conn, family: i64, digest: &str, expires: Time) -> Worked<()> {
    let sql = Sql::new("INSERT INTO refresh_tokens (digest, family, expires, used) VALUES (?, ?, ?, ?)");
    conn.run(sql.bind(digest).bind(family).bind(expires).bind(false)).await?;
    Ok(())
}

async fn revoke(conn: &Conn, family: i64) -> Worked<()> {
    conn.run(Sql::new("UPDATE families SET revoked = ? WHERE id = ?").bind(true).bind(family)).await?;
    Ok(())
}

//! Credentials: families of refresh tokens, and cookie sessions, both by the digests of their secrets.

use chat_domain::backplane::Tell;
use chat_domain::grant::{Family, Grant, Holder, Rotation};
use chat_domain::{Account, Time, UserId};

use super::{Conn, devices, people, tells};
use crate::rows::{self, PERSON, PersonRow, TokenRow, account};
use crate::sql::Sql;
use crate::work_error::Worked;

/// Begins a family of refresh tokens.
pub(super) async fn open_family(conn: &Conn, user: UserId, digest: &str, expires: Time) -> Worked<Grant> {
    let family = conn.take_ids("families", 1).await?.pop().unwrap_or(0);
    let sql = Sql::new("INSERT INTO families (id, person, expires, revoked) VALUES (?, ?, ?, ?)");
    conn.run(sql.bind(family).bind(user).bind(expires).bind(false)).await?;
    add_token(conn, family, digest, expires).await?;
    grant(conn, user, family).await
}

/// Replaces a refresh token by a new one. If the old one was used before, ends its family.
pub(super) async fn rotate(conn: &Conn, old: &str, new: &str, now: Time, expires: Time) -> Worked<Rotation> {
    let sql = Sql::new(format!(
        "SELECT t.family, t.used, f.revoked, t.expires, f.person FROM refresh_tokens t JOIN families f ON f.id = t.family
         WHERE t.digest = ?{}",
        Conn::LOCK
    ));
    let Some(token) = conn.first::<TokenRow>(sql.bind(old)).await? else { return Ok(Rotation::Unknown) };
    let TokenRow { family, used, revoked, expires: until, person } = token;
    let user = rows::user(person)?;
    if used {
        revoke(conn, family).await?;
        tells::note(conn, &Tell::EndFamily(user, Family(family), now)).await?;
        return Ok(if revoked { Rotation::Unknown } else { Rotation::Reused(user, Family(family)) });
    }
    conn.run(Sql::new("UPDATE refresh_tokens SET used = ? WHERE digest = ?").bind(true).bind(old)).await?;
    if revoked || until <= now.0 {
        return Ok(Rotation::Unknown);
    }
    conn.run(Sql::new("UPDATE families SET expires = ? WHERE id = ?").bind(expires).bind(family)).await?;
    add_token(conn, family, new, expires).await?;
    let Some(account) = people::people(conn, [user]).await?.pop() else { return Ok(Rotation::Unknown) };
    Ok(Rotation::Rotated(account, grant(conn, user, family).await?))
}

/// Returns the family of a token and its user, unless it was revoked.
pub(super) async fn family(conn: &Conn, digest: &str) -> Worked<Option<(UserId, Family)>> {
    let sql = Sql::new(
        "SELECT f.person, f.id FROM refresh_tokens t JOIN families f ON f.id = t.family WHERE t.digest = ? AND f.revoked = ?",
    );
    let found = conn.first::<(i64, i64)>(sql.bind(digest).bind(false)).await?;
    found.map(|(person, family)| Ok((rows::user(person)?, Family(family)))).transpose()
}

/// Ends a family, if it is this user's.
pub(super) async fn close_family(conn: &Conn, user: UserId, Family(family): Family) -> Worked<()> {
    let sql = Sql::new("UPDATE families SET revoked = ? WHERE person = ? AND id = ?");
    if conn.run(sql.bind(true).bind(user).bind(family)).await? > 0 {
        devices::forget_of_family(conn, family).await?;
    }
    tells::note(conn, &Tell::EndFamily(user, Family(family), Time::default())).await
}

/// Returns a user's account and token generation. If a family is named that is not theirs or was revoked, returns
/// `None`.
pub(super) async fn holder(conn: &Conn, user: UserId, family: Option<Family>) -> Worked<Option<Holder>> {
    let select = format!("SELECT {PERSON}, u.last_seen, u.generation, u.tokens_since FROM users u");
    let sql = match family {
        None => Sql::new(format!("{select} WHERE u.id = ? AND u.erased_at IS NULL")).bind(user),
        Some(Family(family)) => {
            let sql = Sql::new(format!(
                "{select} JOIN families f ON f.person = u.id WHERE u.id = ? AND f.id = ? AND f.revoked = ?"
            ));
            sql.bind(user).bind(family).bind(false)
        }
    };
    let row = conn.first::<(PersonRow, Option<i64>, i64, i64)>(sql).await?;
    row.map(|(person, seen, generation, since)| {
        Ok(Holder { account: account((person, seen))?, generation, since: Time(since) })
    })
    .transpose()
}

/// Ends all tokens that were made for a user until now.
pub(super) async fn end_tokens(conn: &Conn, user: UserId, now: Time) -> Worked<Option<Holder>> {
    let sql = Sql::new(
        "UPDATE users SET generation = generation + 1,
             tokens_since = CASE WHEN tokens_since > ? THEN tokens_since ELSE ? END WHERE id = ?",
    );
    conn.run(sql.bind(now).bind(now).bind(user)).await?;
    let holder = holder(conn, user, None).await?;
    if let Some(holder) = &holder {
        tells::note(conn, &Tell::Now(holder.account.person.clone())).await?;
    }
    Ok(holder)
}

/// Begins a cookie session.
pub(super) async fn open_session(conn: &Conn, user: UserId, digest: &str, expires: Time) -> Worked<()> {
    let sql = Sql::new("INSERT INTO sessions (digest, person, expires) VALUES (?, ?, ?)");
    conn.run(sql.bind(digest).bind(user).bind(expires)).await?;
    Ok(())
}

/// Returns the user of a cookie session, and when it ends.
pub(super) async fn session(conn: &Conn, digest: &str, now: Time) -> Worked<Option<(Account, Time)>> {
    let sql = Sql::new(format!(
        "SELECT {PERSON}, u.last_seen, s.expires FROM sessions s JOIN users u ON u.id = s.person WHERE s.digest = ? AND s.expires > ?"
    ));
    let row = conn.first::<(PersonRow, Option<i64>, i64)>(sql.bind(digest).bind(now)).await?;
    row.map(|(person, seen, expires)| Ok((account((person, seen))?, Time(expires)))).transpose()
}

/// Prolongs a cookie session; it never becomes shorter.
pub(super) async fn prolong(conn: &Conn, digest: &str, expires: Time) -> Worked<()> {
    let sql = Sql::new("UPDATE sessions SET expires = ? WHERE digest = ? AND expires < ?");
    conn.run(sql.bind(expires).bind(digest).bind(expires)).await?;
    Ok(())
}

/// Ends a cookie session.
pub(super) async fn close_session(conn: &Conn, digest: &str) -> Worked<()> {
    conn.run(Sql::new("DELETE FROM sessions WHERE digest = ?").bind(digest)).await?;
    devices::forget_of_session(conn, digest).await?;
    tells::note(conn, &Tell::EndSession(digest.to_owned())).await
}

/// Deletes what ended before this moment, at most `most` rows of a kind. Returns whether nothing is left.
pub(super) async fn forget_expired(conn: &Conn, now: Time, most: usize) -> Worked<bool> {
    devices::forget_expired(conn, now, most).await?;
    let sessions = Sql::new(
        "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE expires <= ? ORDER BY expires LIMIT ?)",
    );
    let families = Sql::new(
        "DELETE FROM families WHERE id IN (SELECT id FROM families WHERE expires <= ? ORDER BY expires LIMIT ?)",
    );
    let gone = conn.run(sessions.bind(now).bind(most)).await? + conn.run(families.bind(now).bind(most)).await?;
    Ok(gone < most)
}

/// Returns the grant for tokens of a family that are made now.
async fn grant(conn: &Conn, user: UserId, family: i64) -> Worked<Grant> {
    let sql = Sql::new("SELECT generation FROM users WHERE id = ?").bind(user);
    let generation = conn.first::<(i64,)>(sql).await?.map_or(0, |(generation,)| generation);
    Ok(Grant { family: Some(Family(family)), generation })
}

async fn add_token(conn: &Conn, family: i64, digest: &str, expires: Time) -> Worked<()> {
    let sql = Sql::new("INSERT INTO refresh_tokens (digest, family, expires, used) VALUES (?, ?, ?, ?)");
    conn.run(sql.bind(digest).bind(family).bind(expires).bind(false)).await?;
    Ok(())
}

async fn revoke(conn: &Conn, family: i64) -> Worked<()> {
    conn.run(Sql::new("UPDATE families SET revoked = ? WHERE id = ?").bind(true).bind(family)).await?;
    devices::forget_of_family(conn, family).await
}

//! Erasing people. What is to go becomes unreadable at once; its rows are deleted afterwards.

use chat_domain::backplane::Tell;
use chat_domain::grant::{Ended, Kept};
use chat_domain::id::MAX_ID;
use chat_domain::{Digest, Erasing, Erasure, MessageId, Refusal, RoomId, Time, UserId};

use super::{Conn, Database, devices, endings, people, schema, tells};
use crate::rows::{ErasureRow, count, message_id, room_id, spelled, user as user_id};
use crate::sql::Sql;
use crate::work_error::Worked;

/// Erases a user. Their username becomes free: they get one that nobody can choose, which comes after all others in
/// order.
pub(super) async fn erase(conn: &Conn, erasure: Erasure) -> Worked<Ended> {
    let Erasure { user, at, unsaid } = erasure;
    conn.lock_names(&[people::USERS_LOCK]).await?;
    let sql = Sql::new("SELECT issuer, subject FROM users WHERE id = ?").bind(user);
    let named = conn.first::<(Option<String>, Option<String>)>(sql).await?.and_then(|(by, as_)| by.zip(as_));
    let nobody = format!("{NOBODY}{user}");
    let sql = Sql::new(
        "UPDATE users SET username = '', folded = ?, name = '', shown = ?, avatar = '', password = NULL, subject = ?,
            erased_at = ?, unsaid = ? WHERE id = ? AND erased_at IS NULL",
    );
    let subject = named.map(|(issuer, subject)| subject_of_erased(&issuer, &subject));
    let sql = sql.bind(nobody.clone()).bind(nobody).bind(subject).bind(at).bind(unsaid).bind(user);
    if conn.run(sql).await? == 0 {
        return Err(Refusal::UnknownUser.into());
    }
    // Their files go with them, and so do the reasons that they gave or that were given for suspending them.
    conn.run(Sql::new("UPDATE files SET gone = 1, name = '', mime = '' WHERE owner = ? AND gone = 0").bind(user))
        .await?;
    devices::forget_all_of(conn, user).await?;
    conn.run(Sql::new("UPDATE audit SET reason = NULL WHERE actor = ? AND reason IS NOT NULL").bind(user)).await?;
    conn.run(Sql::new("UPDATE reports SET reason = '' WHERE person = ? AND reason <> ''").bind(user)).await?;
    conn.run(Sql::new("UPDATE suspensions SET reason = '' WHERE person = ?").bind(user)).await?;
    let said = if unsaid { order(conn, user).await? } else { 0 };
    let sql = Sql::new("INSERT INTO erasures (person, at, unsaid, said) VALUES (?, ?, ?, ?)");
    conn.run(sql.bind(user).bind(at).bind(unsaid).bind(said)).await?;
    tells::note(conn, &Tell::EndAll(user, at)).await?;
    if let Some(account) = people::people(conn, [user]).await?.pop() {
        tells::note(conn, &Tell::Now(account.person)).await?;
    }
    if unsaid {
        tells::note(conn, &Tell::Unsaid(user)).await?;
    }
    endings::end_log_ins(conn, user, &Kept::default()).await
}

/// Orders that everything a user said is deleted, in every room where they are or were. Returns how many messages that
/// is.
async fn order(conn: &Conn, user: UserId) -> Worked<i64> {
    let sql = format!(
        "INSERT INTO purges (room, person, actor, since, upto)
         SELECT w.room, w.person, w.person, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM ({WHEREVER}) w WHERE w.sent > 0
         ON CONFLICT (room, person) DO UPDATE SET actor = excluded.actor, since = excluded.since, upto = excluded.upto"
    );
    conn.run(Sql::new(sql).bind(i64::MIN).bind(MAX_ID).bind(user).bind(user)).await?;
    let sql = format!("SELECT CAST(SUM(w.sent) AS BIGINT) FROM ({WHEREVER}) w");
    let sum = conn.first::<(Option<i64>,)>(Sql::new(sql).bind(user).bind(user)).await?;
    Ok(sum.and_then(|(sum,)| sum).unwrap_or(0))
}

/// Returns messages that are to be deleted after bans and erasures, newest first in each room. An order without
/// messages left is removed. Returns `None` if none were found, but there may be more orders.
pub(super) async fn purging(conn: &Conn, limit: usize) -> Worked<Option<Vec<(RoomId, UserId, MessageId)>>> {
    let sql =
        Sql::new("SELECT room, person, actor, since, upto FROM purges WHERE room > 0 ORDER BY room, person LIMIT ?");
    let orders = conn.load::<((i64, i64, i64), (i64, i64))>(sql.bind(ORDERS_AT_ONCE)).await?;
    let (mut due, many) = (Vec::new(), orders.len());
    for ((room, person, actor), (since, upto)) in orders {
        let sql = Sql::new(
            "SELECT m.id FROM messages m WHERE m.room = ? AND m.sender = ? AND m.id <= ? AND m.created_at >= ?
             AND m.deleted_at IS NULL ORDER BY m.id DESC LIMIT ?",
        );
        let sql = sql.bind(room).bind(person).bind(upto).bind(since).bind(limit - due.len());
        let ids = conn.load::<(i64,)>(sql).await?;
        // Everything above the first one is deleted already, so it is not looked at again.
        let sql = match ids.first() {
            None => Sql::new("DELETE FROM purges WHERE room = ? AND person = ?").bind(room).bind(person),
            Some((first,)) => Sql::new("UPDATE purges SET upto = ? WHERE room = ? AND person = ?")
                .bind(*first)
                .bind(room)
                .bind(person),
        };
        conn.run(sql).await?;
        for (id,) in ids {
            due.push((room_id(room)?, user_id(actor)?, message_id(id)?));
        }
        if due.len() >= limit {
            break;
        }
    }
    Ok(Some(due).filter(|due| !due.is_empty() || many < ORDERS_AT_ONCE))
}

/// Deletes some of what is left of a user whose messages are gone. Returns whether nothing is left.
pub(super) async fn tidy(conn: &Conn, user: UserId, limit: usize) -> Worked<bool> {
    let sql = Sql::new("SELECT room FROM purges WHERE person = ? AND actor = ? LIMIT 1").bind(user).bind(user);
    if conn.first::<(i64,)>(sql).await?.is_some() {
        return Ok(false);
    }
    let names = format!(
        "DELETE FROM sent WHERE (room, person, client_id) IN (SELECT s.room, s.person, s.client_id
            FROM ({WHEREVER}) w CROSS JOIN sent s WHERE s.room = w.room AND s.person = w.person LIMIT ?)"
    );
    let mut gone = conn.run(Sql::new(names).bind(user).bind(user).bind(limit)).await?;
    for rest in [
        "DELETE FROM notifications WHERE person = ? AND id IN (SELECT n.id FROM notifications n WHERE n.person = ? LIMIT ?)",
        "DELETE FROM made WHERE person = ? AND client_id IN (SELECT d.client_id FROM made d WHERE d.person = ? LIMIT ?)",
    ] {
        if gone == 0 {
            gone = conn.run(Sql::new(rest).bind(user).bind(user).bind(limit)).await?;
        }
    }
    Ok(gone == 0)
}

/// Notes that nothing is left of a user, in the database and outside of it.
pub(super) async fn done(conn: &Conn, user: UserId, now: Time) -> Worked<()> {
    conn.run(Sql::new("UPDATE erasures SET done = ? WHERE person = ? AND done IS NULL").bind(now).bind(user)).await?;
    Ok(())
}

/// Returns how far the erasing of a user has come.
pub(super) async fn one(conn: &Conn, user: UserId) -> Worked<Option<Erasing>> {
    let sql = Sql::new(select("WHERE e.person = ?")).bind(user);
    conn.first::<(ErasureRow, Option<i64>)>(sql).await?.map(erasing).transpose()
}

/// Returns how far erasing has come for everybody, first for those who are not done.
pub(super) async fn all(conn: &Conn, limit: usize) -> Worked<Vec<Erasing>> {
    let sql = Sql::new(select("WHERE e.done IS NULL ORDER BY e.at DESC, e.person DESC LIMIT ?")).bind(limit);
    let mut rows = conn.load::<(ErasureRow, Option<i64>)>(sql).await?;
    let sql = Sql::new(select("WHERE e.done > ? ORDER BY e.done DESC, e.at DESC, e.person DESC LIMIT ?"));
    rows.extend(conn.load::<(ErasureRow, Option<i64>)>(sql.bind(i64::MIN).bind(limit - rows.len())).await?);
    rows.into_iter().map(erasing).collect()
}

impl Database {
    /// Returns the number of this database, which its copies share, and no other has.
    pub(crate) async fn house(&self) -> Result<i64, chat_domain::Failure> {
        let house = self.read(|conn| Box::pin(schema::fact(conn, "house"))).await?;
        house.ok_or(chat_domain::Failure::Unavailable)
    }
}

/// Selects erasures. How much is left follows from the numbers of the sender's messages that are not deleted yet.
fn select(which: &str) -> String {
    let columns = ErasureRow::COLUMNS;
    format!(
        "SELECT {columns}, (SELECT CAST(SUM((SELECT m.own_number FROM messages m
            WHERE m.room = p.room AND m.sender = p.person AND m.id <= p.upto ORDER BY m.id DESC LIMIT 1)) AS BIGINT)
            FROM purges p WHERE p.person = e.person AND p.actor = e.person AND e.done IS NULL) FROM erasures e {which}"
    )
}

fn erasing((row, left): (ErasureRow, Option<i64>)) -> Worked<Erasing> {
    let erasure = Erasure { user: user_id(row.person)?, at: Time(row.at), unsaid: row.unsaid };
    Ok(Erasing { erasure, said: count(row.said)?, left: count(left.unwrap_or(0))?, done: row.done.map(Time) })
}

/// Returns the note that the user of an issuer's subject was erased. By it the user is recognised when they come again,
/// but the subject cannot be read from it.
pub(super) fn subject_of_erased(issuer: &str, subject: &str) -> String {
    format!("{NOBODY}{}", spelled(Digest::of_subject(issuer, subject)))
}

/// The beginning of usernames that nobody can have.
const NOBODY: char = '\u{10ffff}';

/// The rooms in which a user is or was, with the number of messages that they sent there.
const WHEREVER: &str = "SELECT m.room, m.person, m.sent FROM members m WHERE m.person = ? AND m.active
    UNION ALL SELECT m.room, m.person, m.sent FROM members m WHERE m.person = ? AND NOT m.active";

/// How many orders are looked at in one transaction.
const ORDERS_AT_ONCE: usize = 64;

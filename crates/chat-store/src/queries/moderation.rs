//! Bans, audits and blocks.

use std::collections::HashMap;
use std::sync::Arc;

use chat_domain::fact::Fact;
use chat_domain::moderation::{Act, Audited, Banned};
use chat_domain::{MessageId, Person, Refusal, RoomId, Time, UserId};

use super::Conn;
use super::load::people;
use super::reads::visible;
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::tables::moderation::AuditedRow;
use crate::work_error::Worked;

/// Returns whether these pairs of users block each other.
pub(super) async fn blocks(conn: &Conn, asked: &[(UserId, UserId)]) -> Worked<Vec<Fact>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new(
        "WITH need (person, blocked) AS ({}) SELECT b.person, b.blocked FROM need CROSS JOIN blocks b
         WHERE b.person = need.person AND b.blocked = need.blocked",
    );
    let both = asked.iter().flat_map(|&(low, high)| [[low.into(), high.into()], [high.into(), low.into()]]);
    let rows = conn.load::<(i64, i64)>(sql.rows(Rows::new(both))).await?;
    let known = asked.iter().map(|&(low, high)| {
        let stands = |who: UserId, whom: UserId| rows.contains(&(who.number(), whom.number()));
        Fact::Blocks(low, high, [stands(low, high), stands(high, low)])
    });
    Ok(known.collect())
}

/// Returns whom these users block, and who blocks them.
pub(super) async fn apart(conn: &Conn, asked: &[UserId]) -> Worked<Vec<Fact>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new(
        "WITH need (person) AS ({})
         SELECT b.person, b.blocked FROM need CROSS JOIN blocks b WHERE b.person = need.person
         UNION SELECT b.person, b.blocked FROM need CROSS JOIN blocks b WHERE b.blocked = need.person
         ORDER BY 1, 2",
    );
    let rows = conn.load::<(i64, i64)>(sql.rows(Rows::ints(asked.iter().map(|user| user.number())))).await?;
    let pairs = rows.into_iter().map(|(who, whom)| Ok((user(who)?, user(whom)?))).collect::<Worked<Vec<_>>>()?;
    let known = asked.iter().map(|&user| {
        let about = pairs.iter().copied().filter(|&(who, whom)| who == user || whom == user);
        Fact::Apart(user, about.collect())
    });
    Ok(known.collect())
}

/// Returns the rows of the users who sent these messages.
pub(super) async fn authors(conn: &Conn, asked: &[(RoomId, MessageId)]) -> Worked<Vec<Fact>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    // The messages come first: otherwise Postgres would read everything that the room's members have said, if it took
    // the room for a small one.
    let sql = Sql::new(format!(
        "WITH need (room, message) AS ({{}}), said AS MATERIALIZED (
             SELECT x.id, x.room, x.sender FROM need CROSS JOIN messages x WHERE x.room = need.room AND x.id = need.message
         )
         SELECT said.id, {MEMBER}, {STANDING} FROM said CROSS JOIN members m WHERE m.room = said.room AND m.person = said.sender"
    ));
    let need = Rows::new(asked.iter().map(|&(room, message)| [room.into(), message.into()]));
    let mut found = HashMap::new();
    for (message, row) in conn.load::<(i64, WholeMemberRow)>(sql.rows(need)).await? {
        let (room, member) = member(row)?;
        found.insert((room, message_id(message)?), member);
    }
    Ok(asked.iter().map(|&(room, id)| Fact::Author(room, id, found.get(&(room, id)).copied())).collect())
}

/// Returns the bans of a group, newest first.
pub(super) async fn bans(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    at: Time,
    (before, limit): (Option<UserId>, usize),
) -> Worked<Vec<Banned>> {
    led(conn, reader, room).await?;
    let newest = "(SELECT MAX(a.seq) FROM audit a WHERE a.room = m.room AND a.person = m.person AND a.action = 'ban')";
    let below = match before {
        Some(user) => {
            let sql = Sql::new(format!("SELECT {newest} FROM members m WHERE m.room = ? AND m.person = ?"));
            let row = conn.first::<(Option<i64>,)>(sql.bind(room).bind(user)).await?;
            row.and_then(|(seq,)| seq).ok_or(Refusal::UnknownUser)?
        }
        None => i64::MAX,
    };
    let sql = Sql::new(format!(
        "SELECT {PERSON}, m.banned, a.reason FROM members m JOIN users u ON u.id = m.person
            JOIN audit a ON a.room = m.room AND a.seq = {newest}
         WHERE m.room = ? AND m.banned IS NOT NULL AND m.banned > ? AND a.seq < ? ORDER BY a.seq DESC LIMIT ?"
    ));
    let rows = conn.load::<(PersonRow, i64, Option<String>)>(sql.bind(room).bind(at).bind(below).bind(limit)).await?;
    rows.into_iter()
        .map(|(who, until, reason)| Ok(Banned { person: person(who)?, until: Time(until), reason }))
        .collect()
}

/// Returns the audit of a group, newest line first.
pub(super) async fn audit(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    before: Option<u64>,
    limit: usize,
) -> Worked<Vec<Audited>> {
    led(conn, reader, room).await?;
    let columns = AuditedRow::COLUMNS;
    let sql =
        Sql::new(format!("SELECT {columns} FROM audit a WHERE a.room = ? AND a.seq < ? ORDER BY a.seq DESC LIMIT ?"));
    let below = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
    let rows = conn.load::<AuditedRow>(sql.bind(room).bind(below).bind(limit)).await?;
    let users = rows.iter().flat_map(|row| [Some(row.actor), row.person]).flatten();
    let users = users.map(user).collect::<Worked<Vec<_>>>()?;
    let known = people(conn, users.into_iter().collect::<std::collections::BTreeSet<_>>()).await?;
    let told = rows.into_iter().map(|row| {
        let handle = |id: i64| Ok::<_, crate::work_error::WorkError>(known.get(&user(id)?).map(|one| one.handle));
        Ok(Audited {
            seq: count(row.seq)?,
            at: Time(row.at),
            act: Act::from_word(&row.action).ok_or_else(|| bad("an act", &row.action))?,
            by: handle(row.actor)?.ok_or_else(|| bad("a user", &row.actor))?,
            user: row.person.map(handle).transpose()?.flatten(),
            message: row.message.map(message_id).transpose()?,
            reason: row.reason,
        })
    });
    told.collect()
}

/// Returns whom a user blocks, newest block first.
pub(super) async fn blocked_by(
    conn: &Conn,
    person: UserId,
    before: Option<UserId>,
    limit: usize,
) -> Worked<Vec<Arc<Person>>> {
    let below = match before {
        Some(user) => {
            let sql = Sql::new("SELECT b.at FROM blocks b WHERE b.person = ? AND b.blocked = ?");
            let row = conn.first::<(i64,)>(sql.bind(person).bind(user)).await?.ok_or(Refusal::UnknownUser)?;
            (row.0, user.number())
        }
        None => (i64::MAX, i64::MAX),
    };
    let sql = Sql::new(format!(
        "SELECT {PERSON} FROM blocks b JOIN users u ON u.id = b.blocked
         WHERE b.person = ? AND (b.at, b.blocked) < (?, ?) ORDER BY b.at DESC, b.blocked DESC LIMIT ?"
    ));
    let rows = conn.load::<PersonRow>(sql.bind(person).bind(below.0).bind(below.1).bind(limit)).await?;
    rows.into_iter().map(crate::rows::person).collect()
}

/// Fails unless the reader leads this group.
async fn led(conn: &Conn, reader: UserId, id: RoomId) -> Worked<()> {
    let room = visible(conn, reader, id).await?;
    let sql = Sql::new(format!("SELECT {MEMBER}, {STANDING} FROM members m WHERE m.room = ? AND m.person = ?"));
    let row = conn.first::<WholeMemberRow>(sql.bind(id).bind(reader)).await?;
    let own = row.map(member).transpose()?.map(|(_, member)| member);
    Ok(room.is_led_by(reader, own.as_ref())?)
}

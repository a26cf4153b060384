//! The lobby: who waits for a stranger, and who talks to one.

use std::collections::BTreeSet;

use chat_domain::Limits;
use chat_domain::fact::Written;
use chat_domain::view::Match;
use chat_domain::{Time, UserId};

use super::previous::Previous;
use super::{Conn, locks, named, save};
use crate::rows::*;
use crate::sql::Sql;
use crate::work_error::Worked;

/// Returns a user's open roulette chat.
pub(super) async fn open(conn: &Conn, user: UserId) -> Worked<Option<Match>> {
    let sql = Sql::new(format!(
        "SELECT y.room, {PERSON}, u.last_seen FROM lobby y JOIN users u ON u.id = y.partner
         WHERE y.person = ? AND y.room IS NOT NULL"
    ));
    let row = conn.first::<(i64, PersonRow, Option<i64>)>(sql.bind(user)).await?;
    row.map(|(room, who, seen)| Ok(Match { room: room_id(room)?, partner: person(who)?, last_seen: seen.map(Time) }))
        .transpose()
}

/// Whether a user waits for a stranger.
pub(super) async fn searching(conn: &Conn, user: UserId) -> Worked<bool> {
    let sql = Sql::new("SELECT y.person FROM lobby y WHERE y.person = ? AND y.waiting IS NOT NULL");
    Ok(conn.first::<(i64,)>(sql.bind(user)).await?.is_some())
}

/// Renews the leases of these users.
pub(super) async fn renew(conn: &Conn, users: Vec<UserId>, at: Time, limits: &Limits) -> Worked<()> {
    conn.lock_names(&[locks::LOBBY_LOCK]).await?;
    let users: Vec<_> = users.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let until = at.after(limits.lease);
    let rows = named::lobby_rows(conn, &users).await?.into_values();
    let lobby = rows.map(|row| (row, row.renewed(at, until))).filter(|(old, new)| old != new).map(|(_, new)| new);
    let written = Written { lobby: lobby.collect(), ..Written::default() };
    for write in save::statements(&written, &Previous::of(&[])) {
        conn.write(write).await?;
    }
    Ok(())
}

/// Returns the users whose leases ended before this moment, in order of their ids.
pub(super) async fn expired(conn: &Conn, at: Time) -> Worked<Vec<UserId>> {
    let sql = Sql::new(
        "SELECT y.person FROM lobby y WHERE (y.waiting IS NOT NULL OR y.room IS NOT NULL) AND y.lease < ? ORDER BY y.lease",
    );
    let rows = conn.load::<(i64,)>(sql.bind(at)).await?;
    let mut users = rows.into_iter().map(|(person,)| user(person)).collect::<Worked<Vec<_>>>()?;
    users.sort_unstable();
    Ok(users)
}

//! The facts about names of requests, direct chats and the lobby: first the row, then the room to which it leads.

use std::collections::HashMap;

use chat_domain::fact::{Fact, FirstMade, FirstSent, InLobby};
use chat_domain::reception::NEWEST;
use chat_domain::rows::LobbyRow;
use chat_domain::{ClientId, Emoji, RoomId, UserId};

use super::rosters::rosters;
use super::{Conn, reactions, reception};
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

pub(super) async fn sent(conn: &Conn, asked: &[(RoomId, UserId, ClientId)]) -> Worked<Vec<Fact>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new(
        "WITH need (room, person, client_id) AS ({}) SELECT s.room, s.person, s.client_id, s.digest, s.message
         FROM need CROSS JOIN sent s
         WHERE s.room = need.room AND s.person = need.person AND s.client_id = need.client_id",
    );
    let need = asked.iter().map(|(room, user, name)| [(*room).into(), (*user).into(), name.as_str().into()]);
    let rows = conn.load::<NamedRow>(sql.rows(Rows::new(need))).await?;
    let keys = rows.iter().map(|row| Ok((room_id(row.room)?, message_id(row.message)?))).collect::<Worked<Vec<_>>>()?;
    let messages = reception::messages(conn, &keys).await?;
    let likes =
        reactions::newest(conn, keys.iter().map(|&(room, message)| (room, message, Emoji::LIKE)).collect(), NEWEST)
            .await?;
    let seen = reception::readerships(conn, messages.values().cloned().collect()).await?;
    let seen: HashMap<_, _> = seen.into_iter().map(|seen| (seen.message.id, seen)).collect();
    let mut found = HashMap::new();
    for ((room, message), row) in keys.into_iter().zip(rows) {
        let Some(seen) = seen.get(&message).cloned() else { continue };
        let likes = likes.get(&(room, message, Emoji::LIKE)).cloned().unwrap_or_default();
        found.insert((room, user(row.person)?, row.client_id), FirstSent { digest: digest(&row.digest)?, seen, likes });
    }
    let known = asked.iter().map(|(room, user, name)| {
        let first = found.get(&(*room, *user, name.as_str().to_owned())).cloned();
        Fact::Sent(*room, *user, name.clone(), first)
    });
    Ok(known.collect())
}

/// Whether a user has sent a message to a room under this name.
pub(super) async fn was_said(conn: &Conn, sender: UserId, room: RoomId, name: &ClientId) -> Worked<bool> {
    let sql = Sql::new("SELECT s.message FROM sent s WHERE s.room = ? AND s.person = ? AND s.client_id = ?");
    Ok(conn.first::<(i64,)>(sql.bind(room).bind(sender).bind(name.as_str())).await?.is_some())
}

pub(super) async fn directs(conn: &Conn, asked: &[(UserId, UserId)]) -> Worked<Vec<Fact>> {
    let found = direct_rooms(conn, asked).await?;
    let rosters = rosters(conn, found.values().copied().collect()).await?;
    let known = asked.iter().map(|&(low, high)| {
        Fact::Direct(low, high, found.get(&(low, high)).and_then(|room| rosters.get(room)).cloned())
    });
    Ok(known.collect())
}

/// Returns the direct chats of these pairs.
pub(super) async fn direct_rooms(conn: &Conn, pairs: &[(UserId, UserId)]) -> Worked<HashMap<(UserId, UserId), RoomId>> {
    if pairs.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(
        "WITH need (low, high) AS ({}) SELECT d.low, d.high, d.room FROM need CROSS JOIN directs d
         WHERE d.low = need.low AND d.high = need.high",
    );
    let need = Rows::new(pairs.iter().map(|&(low, high)| [low.into(), high.into()]));
    let rows = conn.load::<(i64, i64, i64)>(sql.rows(need)).await?;
    rows.into_iter().map(|(low, high, room)| Ok(((user(low)?, user(high)?), room_id(room)?))).collect()
}

pub(super) async fn made(conn: &Conn, asked: &[(UserId, ClientId)]) -> Worked<Vec<Fact>> {
    let found = made_rooms(conn, asked).await?;
    let rosters = rosters(conn, found.values().map(|(_, room)| *room).collect()).await?;
    let mut known = Vec::with_capacity(asked.len());
    for (user, name) in asked {
        let made = found.get(&(*user, name.as_str().to_owned()));
        let first = match made.and_then(|(said, room)| Some((said, rosters.get(room)?))) {
            Some((said, roster)) => Some(FirstMade { digest: digest(said)?, roster: roster.clone() }),
            None => None,
        };
        known.push(Fact::Made(*user, name.clone(), first));
    }
    Ok(known)
}

/// Returns the groups that were made under these names, with the digests of the requests.
pub(super) async fn made_rooms(
    conn: &Conn,
    names: &[(UserId, ClientId)],
) -> Worked<HashMap<(UserId, String), (String, RoomId)>> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(
        "WITH need (person, client_id) AS ({}) SELECT d.person, d.client_id, d.digest, d.room FROM need CROSS JOIN made d
         WHERE d.person = need.person AND d.client_id = need.client_id",
    );
    let need = Rows::new(names.iter().map(|(user, name)| [(*user).into(), name.as_str().into()]));
    let rows = conn.load::<(i64, String, String, i64)>(sql.rows(need)).await?;
    rows.into_iter().map(|(person, name, digest, room)| Ok(((user(person)?, name), (digest, room_id(room)?)))).collect()
}

pub(super) async fn lobby(conn: &Conn, asked: &[UserId]) -> Worked<Vec<Fact>> {
    let own = lobby_rows(conn, asked).await?;
    let rosters = rosters(conn, own.values().filter_map(|row| row.room).collect()).await?;
    let partners: Vec<_> = own.values().filter(|row| row.room.is_some()).filter_map(|row| row.partner).collect();
    let partners = lobby_rows(conn, &partners).await?;
    let known = asked.iter().map(|user| {
        let place = own.get(user).map(|&row| {
            let roster = row.room.and_then(|room| rosters.get(&room)).cloned();
            let partner = row.partner.and_then(|partner| partners.get(&partner)).copied();
            InLobby { row, open: roster.zip(partner) }
        });
        Fact::Lobby(*user, place)
    });
    Ok(known.collect())
}

/// Returns the rows of these users in the lobby.
pub(super) async fn lobby_rows(conn: &Conn, users: &[UserId]) -> Worked<HashMap<UserId, LobbyRow>> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!("SELECT {LOBBY} FROM lobby y WHERE y.person IN ({{}})"));
    let rows = conn.load::<LobbySeat>(sql.rows(Rows::ints(users.iter().map(|user| user.number())))).await?;
    rows.into_iter().map(|row| crate::rows::lobby(row).map(|row| (row.user, row))).collect()
}

pub(super) async fn waiting(conn: &Conn, asked: bool) -> Worked<Vec<Fact>> {
    if !asked {
        return Ok(Vec::new());
    }
    let sql = Sql::new(format!(
        "SELECT {LOBBY}, {PERSON} FROM lobby y JOIN users u ON u.id = y.person WHERE y.waiting IS NOT NULL
         ORDER BY y.waiting, y.person"
    ));
    let rows = conn.load::<(LobbySeat, PersonRow)>(sql).await?;
    let rows = rows.into_iter().map(|(row, who)| Ok((crate::rows::lobby(row)?, person(who)?)));
    Ok(vec![Fact::Waiting(rows.collect::<Worked<_>>()?)])
}

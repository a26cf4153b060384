//! Rooms, and the rows of everybody who is or was in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chat_domain::fact::Fact;
use chat_domain::rows::Roster;
use chat_domain::{Member, Room, RoomId, UserId};

use super::Conn;
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// The rows of members.
pub(super) type Slots = HashMap<(RoomId, UserId), Member>;

/// Returns these rooms. Unknown ones are left out.
pub(super) async fn rooms(conn: &Conn, asked: &[RoomId]) -> Worked<HashMap<RoomId, Room>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!("SELECT {ROOM} FROM rooms r WHERE r.id IN ({{}})"));
    let rows = conn.load::<RoomRow>(sql.rows(Rows::ints(asked.iter().map(|room| room.number())))).await?;
    rows.into_iter().map(|row| room(row).map(|room| (room.id, room))).collect()
}

/// Returns the rows of these users in these rooms, whether or not they are still members.
pub(super) async fn slots(conn: &Conn, of: &[(RoomId, UserId)]) -> Worked<Slots> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room, person) AS ({{}}) SELECT {MEMBER}, {STANDING} FROM need CROSS JOIN members m
         WHERE m.room = need.room AND m.person = need.person"
    ));
    let need = Rows::new(of.iter().map(|&(room, user)| [room.into(), user.into()]));
    let rows = conn.load::<WholeMemberRow>(sql.rows(need)).await?;
    rows.into_iter().map(|row| member(row).map(|(room, member)| ((room, member.user), member))).collect()
}

/// Returns the members of each room who come first in its succession, without the owner: one more than may leave in
/// this batch.
pub(super) async fn heirs(conn: &Conn, rooms: &[RoomId], leaving: &BTreeMap<RoomId, usize>) -> Worked<Vec<Fact>> {
    let mut known = Vec::with_capacity(rooms.len());
    for &room in rooms {
        let most = leaving.get(&room).copied().unwrap_or(0) + 1;
        let sql = Sql::new(format!(
            "SELECT {MEMBER}, {STANDING}, {PERSON} FROM members m JOIN users u ON u.id = m.person
             WHERE m.room = ? AND m.active AND m.moderator = ?
             AND m.person <> COALESCE((SELECT r.owner FROM rooms r WHERE r.id = ?), 0)
             ORDER BY m.joined, m.person LIMIT ?"
        ));
        // Moderators come first. It takes two questions, so that both go along the index of joining.
        let mut heirs = Vec::new();
        for moderator in [true, false] {
            let sql = sql.clone().bind(room).bind(moderator).bind(room).bind(most - heirs.len());
            for (row, who) in conn.load::<(WholeMemberRow, PersonRow)>(sql).await? {
                heirs.push((member(row)?.1, person(who)?));
            }
            if heirs.len() >= most {
                break;
            }
        }
        known.push(Fact::Heir(room, heirs));
    }
    Ok(known)
}

/// Returns these rooms with everybody who is in them.
pub(super) async fn rosters(conn: &Conn, asked: BTreeSet<RoomId>) -> Worked<HashMap<RoomId, Roster>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let asked: Vec<_> = asked.into_iter().collect();
    let mut rosters: HashMap<_, _> =
        rooms(conn, &asked).await?.into_iter().map(|(id, room)| (id, Roster { room, members: Vec::new() })).collect();
    let sql = Sql::new(format!(
        "SELECT {MEMBER}, {STANDING}, {PERSON} FROM members m JOIN users u ON u.id = m.person
         WHERE m.room IN ({{}}) AND m.active ORDER BY m.room, m.joined, m.person"
    ));
    let rows = Rows::ints(asked.iter().map(|room| room.number()));
    for (row, who) in conn.load::<(WholeMemberRow, PersonRow)>(sql.rows(rows)).await? {
        let (room, member) = member(row)?;
        if let Some(roster) = rosters.get_mut(&room) {
            roster.members.push((member, person(who)?));
        }
    }
    Ok(rosters)
}

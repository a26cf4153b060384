//! What operators ask about rooms, whether they are members or not.

use std::sync::Arc;

use chat_domain::fact::Fact;
use chat_domain::oversight::{FoundRooms, Inspected, Trace};
use chat_domain::view::MEMBERS_IN_CHAT;
use chat_domain::{Member, MessageId, Refusal, RoomId, Time, UserId};

use super::chats::first_members;
use super::{Conn, moderation, reception};
use crate::rows::*;
use crate::sql::Sql;
use crate::work_error::Worked;

/// Returns a room and its first members.
pub(super) async fn inspect(conn: &Conn, id: RoomId) -> Worked<Inspected> {
    let sql = Sql::new(format!("SELECT {ROOM}, {STANDS} FROM rooms r WHERE r.id = ?")).bind(id);
    let (row, stands) = conn.first::<(RoomRow, bool)>(sql).await?.ok_or(Refusal::UnknownRoom)?;
    let room = Arc::new(room(row)?);
    let mut members = first_members(conn, std::slice::from_ref(&room), MEMBERS_IN_CHAT).await?;
    let members = if stands { members.remove(&id).unwrap_or_default() } else { Vec::new() };
    Ok(Inspected { room, members })
}

/// Returns rooms whose titles contain this. Titles are compared here, because each database folds letters in its own
/// way.
pub(super) async fn find_rooms(conn: &Conn, title: &str, before: Option<RoomId>, limit: usize) -> Worked<FoundRooms> {
    let (mut rooms, mut below) = (Vec::new(), before.map_or(i64::MAX, RoomId::number));
    for _ in 0..LOOKS {
        let sql = Sql::new(format!("SELECT {ROOM} FROM rooms r WHERE r.id < ? ORDER BY r.id DESC LIMIT ?"));
        let rows = conn.load::<RoomRow>(sql.bind(below).bind(LOOK)).await?;
        let is_last = rows.len() < LOOK;
        for row in rows {
            below = row.id;
            let room = room(row)?;
            if room.is_titled(title) {
                rooms.push(Arc::new(room));
            }
            if rooms.len() > limit {
                rooms.pop();
                return Ok(FoundRooms { next: rooms.last().map(|room| room.id), rooms });
            }
        }
        if is_last {
            return Ok(FoundRooms { rooms, next: None });
        }
    }
    Ok(FoundRooms { rooms, next: Some(room_id(below)?) })
}

/// Returns what is known of a message, and of a user's row in its room.
pub(super) async fn trace(conn: &Conn, user: UserId, id: MessageId) -> Worked<Trace> {
    // There is no index of messages by id alone, so every room is asked; a room whose newest message is older cannot
    // have it.
    let sql = Sql::new(
        "SELECT m.room FROM rooms r CROSS JOIN messages m WHERE r.last_message >= ? AND m.room = r.id AND m.id = ?",
    );
    let (room,) = conn.first::<(i64,)>(sql.bind(id).bind(id)).await?.ok_or(Refusal::UnknownMessage)?;
    let key = (room_id(room)?, id);
    let message = reception::messages(conn, &[key]).await?.remove(&key).ok_or(Refusal::UnknownMessage)?;
    let sql = Sql::new(format!(
        "SELECT {MEMBER}, {STANDING}, {STANDS} FROM members m JOIN rooms r ON r.id = m.room WHERE m.room = ? AND m.person = ?"
    ));
    let sender = message.sender.id();
    let pair = (user.min(sender), user.max(sender));
    let known = moderation::blocks(conn, &[pair]).await?.pop();
    let Some(Fact::Blocks(low, _, by)) = known else { return Err(Refusal::UnknownUser.into()) };
    let (blocks, blocked) = if low == user { (by[0], by[1]) } else { (by[1], by[0]) };
    let Some((row, stands)) = conn.first::<(WholeMemberRow, bool)>(sql.bind(message.room).bind(user)).await? else {
        return Ok(Trace { message, member: None, since: None, blocks, blocked });
    };
    let (room, member) = member(row)?;
    let since = if member.active && stands { Some(since(conn, room, &member).await?) } else { None };
    Ok(Trace { message, member: Some(member), since, blocks, blocked })
}

/// Returns when a member came. If that change was deleted already, it was no later than the next message.
async fn since(conn: &Conn, room: RoomId, member: &Member) -> Worked<Time> {
    let sql = Sql::new(
        "SELECT COALESCE((SELECT c.at FROM changes c WHERE c.room = r.id AND c.seq = ?),
            (SELECT x.created_at FROM messages x WHERE x.room = r.id AND x.seq > ? ORDER BY x.seq LIMIT 1), r.last_at)
         FROM rooms r WHERE r.id = ?",
    );
    let joined = member.joined as i64;
    let row = conn.first::<(i64,)>(sql.bind(joined).bind(joined).bind(room)).await?;
    Ok(Time(row.ok_or(Refusal::UnknownRoom)?.0))
}

/// How many rooms are looked at in one go, and how many goes one question takes.
const LOOK: usize = 1_000;
const LOOKS: usize = 10;

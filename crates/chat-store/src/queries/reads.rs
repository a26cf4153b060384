//! What members ask about a room.

use std::collections::HashMap;
use std::sync::Arc;

use chat_domain::view::{History, Mark, MemberView, Page, Shown};
use chat_domain::{Head, Message, MessageId, Refusal, Role, Room, RoomId, Time, UserId};

use super::reception::{self, shown_to};
use super::{Conn, threads};
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// Returns the room, if this reader may see it.
pub(super) async fn visible(conn: &Conn, reader: UserId, id: RoomId) -> Worked<Room> {
    let sql = Sql::new(format!(
        "SELECT {ROOM}, {STANDS} AND EXISTS (SELECT 1 FROM members m WHERE m.room = r.id AND m.person = ? AND m.active)
         FROM rooms r WHERE r.id = ?"
    ));
    match conn.first::<(RoomRow, bool)>(sql.bind(reader).bind(id)).await? {
        None => Err(Refusal::UnknownRoom.into()),
        Some((_, false)) => Err(Refusal::NotMember.into()),
        Some((row, true)) => room(row),
    }
}

/// Returns a room, whoever asks.
pub(super) async fn there(conn: &Conn, id: RoomId) -> Worked<Room> {
    let sql = Sql::new(format!("SELECT {ROOM}, {STANDS} FROM rooms r WHERE r.id = ?"));
    match conn.first::<(RoomRow, bool)>(sql.bind(id)).await? {
        None => Err(Refusal::UnknownRoom.into()),
        Some((row, _)) => room(row),
    }
}

/// Returns a page of a room's messages.
pub(super) async fn history(conn: &Conn, reader: UserId, room: RoomId, page: Page, limit: usize) -> Worked<History> {
    let head = visible(conn, reader, room).await?.head;
    let (messages, more_before, more_after) = match page {
        Page::Pinned => (pinned(conn, room).await?, false, false),
        Page::Newest => {
            let (messages, more) = older(conn, room, i64::MAX, limit).await?;
            (messages, more, false)
        }
        Page::Before(before) => {
            let (messages, more) = older(conn, room, before.number(), limit).await?;
            (messages, more, newer(conn, room, before.number() - 1, 0).await?.1)
        }
        Page::After(after) => {
            let after = after.map_or(0, MessageId::number);
            let (messages, more) = newer(conn, room, after, limit).await?;
            (messages, older(conn, room, after + 1, 0).await?.1, more)
        }
    };
    Ok(History { messages: shown_to(conn, reader, messages).await?, more_before, more_after, head })
}

/// Returns the pinned messages of a room, newest pin first.
async fn pinned(conn: &Conn, room: RoomId) -> Worked<Vec<Arc<Message>>> {
    let sql = Sql::new(format!(
        "SELECT {MESSAGE}, {MORE}, {PERSON} FROM messages m JOIN users u ON u.id = m.sender
         WHERE m.room = ? AND m.pinned IS NOT NULL ORDER BY m.pinned DESC"
    ));
    threads::messages(conn, conn.load::<SaidRow>(sql.bind(room)).await?).await
}

/// Returns the newest messages below an id, oldest first, and whether there are more.
async fn older(conn: &Conn, room: RoomId, below: i64, limit: usize) -> Worked<(Vec<Arc<Message>>, bool)> {
    let sql = Sql::new(format!(
        "SELECT {MESSAGE}, {MORE}, {PERSON} FROM messages m JOIN users u ON u.id = m.sender
         WHERE m.room = ? AND m.id < ? AND m.deleted_at IS NULL ORDER BY m.id DESC LIMIT ?"
    ));
    let rows = conn.load::<SaidRow>(sql.bind(room).bind(below).bind(limit + 1)).await?;
    let more = rows.len() > limit;
    let messages = threads::messages(conn, rows.into_iter().take(limit).rev().collect()).await?;
    Ok((messages, more))
}

/// Returns the oldest messages above an id, oldest first, and whether there are more.
async fn newer(conn: &Conn, room: RoomId, above: i64, limit: usize) -> Worked<(Vec<Arc<Message>>, bool)> {
    let sql = Sql::new(format!(
        "SELECT {MESSAGE}, {MORE}, {PERSON} FROM messages m JOIN users u ON u.id = m.sender
         WHERE m.room = ? AND m.id > ? AND m.deleted_at IS NULL ORDER BY m.id LIMIT ?"
    ));
    let rows = conn.load::<SaidRow>(sql.bind(room).bind(above).bind(limit + 1)).await?;
    let more = rows.len() > limit;
    let messages = threads::messages(conn, rows.into_iter().take(limit).collect()).await?;
    Ok((messages, more))
}

/// Returns one message, if this reader may see it.
pub(super) async fn one(conn: &Conn, reader: UserId, room: RoomId, id: MessageId) -> Worked<Shown> {
    let message = live_message(conn, reader, room, id).await?;
    Ok(shown_to(conn, reader, vec![message]).await?.pop().ok_or(Refusal::UnknownMessage)?)
}

pub(super) async fn live_message(conn: &Conn, reader: UserId, room: RoomId, id: MessageId) -> Worked<Arc<Message>> {
    visible(conn, reader, room).await?;
    let found = reception::messages(conn, &[(room, id)]).await?.remove(&(room, id));
    Ok(found.filter(|message| message.deleted.is_none()).ok_or(Refusal::UnknownMessage)?)
}

/// Returns the counters of these rooms.
pub(super) async fn heads(conn: &Conn, rooms: Vec<RoomId>) -> Worked<Vec<(RoomId, Head)>> {
    let sql = Sql::new("SELECT r.id, r.seq, r.moves FROM rooms r WHERE r.id IN ({})");
    let rows = conn.load::<(i64, i64, i64)>(sql.rows(Rows::ints(rooms.iter().map(|room| room.number())))).await?;
    let heads =
        rows.into_iter().map(|(id, seq, moves)| Ok((room_id(id)?, Head { seq: count(seq)?, moves: count(moves)? })));
    let heads = heads.collect::<Worked<HashMap<_, _>>>()?;
    Ok(rooms.into_iter().filter_map(|room| Some((room, *heads.get(&room)?))).collect())
}

/// Returns a page of a room's members in order of joining.
pub(super) async fn members(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    after: Option<UserId>,
    limit: usize,
) -> Worked<Vec<MemberView>> {
    let owner = visible(conn, reader, room).await?.owner;
    let after = match after {
        Some(user) => {
            let sql = Sql::new("SELECT m.joined FROM members m WHERE m.room = ? AND m.person = ?");
            let joined = conn.first::<(i64,)>(sql.bind(room).bind(user)).await?;
            (joined.ok_or(Refusal::UnknownUser)?.0, user.number())
        }
        None => (0, 0),
    };
    let sql = Sql::new(format!(
        "SELECT {PERSON}, u.last_seen, {STANDING} FROM members m JOIN users u ON u.id = m.person
         WHERE m.room = ? AND m.active AND (m.joined, m.person) > (?, ?) ORDER BY m.joined, m.person LIMIT ?"
    ));
    let rows = conn.load::<SeenRow>(sql.bind(room).bind(after.0).bind(after.1).bind(limit)).await?;
    rows.into_iter().map(|row| member_view(row, owner)).collect()
}

/// Returns one member of a room.
pub(super) async fn member(conn: &Conn, reader: UserId, room: RoomId, user: UserId) -> Worked<MemberView> {
    let owner = visible(conn, reader, room).await?.owner;
    let sql = Sql::new(format!(
        "SELECT {PERSON}, u.last_seen, {STANDING} FROM members m JOIN users u ON u.id = m.person
         WHERE m.room = ? AND m.person = ? AND m.active"
    ));
    let row = conn.first::<SeenRow>(sql.bind(room).bind(user)).await?.ok_or(Refusal::UnknownUser)?;
    member_view(row, owner)
}

/// A person, when they were last seen, and their rank in the room.
type SeenRow = (PersonRow, Option<i64>, StandingRow);

/// Returns a member as other members see them.
pub(super) fn member_view((who, seen, rank): SeenRow, owner: Option<UserId>) -> Worked<MemberView> {
    let person = person(who)?;
    let role = match owner == Some(person.id()) {
        true => Role::Owner,
        false if rank.moderator => Role::Moderator,
        false => Role::Member,
    };
    Ok(MemberView { person, role, muted: rank.muted.map(Time), last_seen: seen.map(Time) })
}

/// Returns who has read a message, oldest reading first.
pub(super) async fn readers(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    message: MessageId,
    after: Option<UserId>,
    limit: usize,
) -> Worked<Vec<Mark>> {
    let message = live_message(conn, reader, room, message).await?;
    let marks = reception::readers(conn, &message).await?;
    let from = match after {
        Some(user) => 1 + marks.iter().position(|mark| mark.user.id == user).ok_or(Refusal::UnknownUser)?,
        None => 0,
    };
    Ok(marks.into_iter().skip(from).take(limit).collect())
}

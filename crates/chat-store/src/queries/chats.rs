//! Lists of chats. A page takes a fixed number of questions, however many chats it has.

use std::collections::HashMap;
use std::sync::Arc;

use chat_domain::view::{ChatView, Chats, MEMBERS_IN_CHAT, MEMBERS_IN_LIST, MemberView, Membership, Shown, Summary};
use chat_domain::{Head, Message, Position, Refusal, Room, RoomId, RoomKind, Time, UserId};

use super::reads::{member_view, visible};
use super::reception::{shown, shown_to};
use super::{Conn, threads};
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// Returns a page of a user's chats, most recently changed first.
pub(super) async fn page(conn: &Conn, reader: UserId, before: Option<RoomId>, limit: usize) -> Worked<Chats> {
    let (last_at, below) = match before {
        Some(room) => last_change(conn, room).await?,
        None => (i64::MAX, i64::MAX),
    };
    let sql = Sql::new(format!(
        "SELECT {ROOM} FROM members m JOIN rooms r ON r.id = m.room
         WHERE m.person = ? AND m.active AND {STANDS} AND (r.last_at, r.id) < (?, ?)
         AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.person = m.person AND h.room = m.room AND h.sent >= r.sent)
         ORDER BY r.last_at DESC, r.id DESC LIMIT ?"
    ));
    let rows = conn.load::<RoomRow>(sql.bind(reader).bind(last_at).bind(below).bind(limit + 1)).await?;
    let more = rows.len() > limit;
    let rooms = rows.into_iter().take(limit).map(|row| room(row).map(Arc::new)).collect::<Worked<Vec<_>>>()?;
    let next = if more { rooms.last().map(|room| room.id) } else { None };
    Ok(Chats { chats: views(conn, reader, rooms, MEMBERS_IN_LIST).await?, next })
}

/// Returns one chat with its first members.
pub(super) async fn one(conn: &Conn, reader: UserId, room: RoomId) -> Worked<ChatView> {
    let room = Arc::new(visible(conn, reader, room).await?);
    Ok(views(conn, reader, vec![room], MEMBERS_IN_CHAT).await?.pop().ok_or(Refusal::UnknownRoom)?)
}

/// Takes a direct chat off a user's list until its next message.
pub(super) async fn hide(conn: &Conn, user: UserId, id: RoomId) -> Worked<()> {
    let room = visible(conn, user, id).await?;
    if room.kind != RoomKind::Direct {
        return Err(Refusal::NotDirect.into());
    }
    let sql = Sql::new(
        "INSERT INTO hidden (person, room, sent) VALUES (?, ?, ?)
         ON CONFLICT (person, room) DO UPDATE SET sent = excluded.sent",
    );
    conn.run(sql.bind(user).bind(id).bind(room.sent as i64)).await?;
    Ok(())
}

/// Returns all rooms that a user is in.
pub(super) async fn memberships(conn: &Conn, user: UserId) -> Worked<Vec<Membership>> {
    let sql = Sql::new(format!(
        "SELECT r.id, r.kind, r.members, r.seq, r.moves, m.muted, m.silenced FROM members m JOIN rooms r ON r.id = m.room
         WHERE m.person = ? AND m.active AND {STANDS} ORDER BY r.id"
    ));
    let rows = conn.load::<MembershipRow>(sql.bind(user)).await?;
    let memberships = rows.into_iter().map(|MembershipRow { room, kind, members, seq, moves, muted, silenced }| {
        let head = Head { seq: count(seq)?, moves: count(moves)? };
        let mute = if silenced { Some(Time::FOR_GOOD) } else { muted.map(Time) };
        Ok(Membership { room: room_id(room)?, kind: room_kind(&kind)?, members: small(members)?, head, mute })
    });
    memberships.collect()
}

/// Returns lines of chat lists. Users who are not members of the room are left out.
pub(super) async fn summaries(conn: &Conn, of: Vec<(UserId, RoomId)>) -> Worked<Vec<Summary>> {
    let unread = unread(conn, &of).await?;
    let mut rooms: Vec<_> = unread.keys().map(|&(_, room)| room).collect();
    rooms.sort();
    rooms.dedup();
    let last = by_room(shown(conn, last_messages(conn, &rooms).await?).await?);
    let lines = of.into_iter().filter_map(|(user, room)| {
        let (unread, mentions) = *unread.get(&(user, room))?;
        Some(Summary { user, room, unread, mentions, last_message: last.get(&room).cloned() })
    });
    Ok(lines.collect())
}

async fn views(conn: &Conn, reader: UserId, rooms: Vec<Arc<Room>>, members: usize) -> Worked<Vec<ChatView>> {
    let ids: Vec<_> = rooms.iter().map(|room| room.id).collect();
    let pairs: Vec<_> = ids.iter().map(|&room| (reader, room)).collect();
    let (unread, mut last, mut people) =
        tokio::try_join!(unread(conn, &pairs), last_of(conn, reader, &ids), first_members(conn, &rooms, members),)?;
    let views = rooms.into_iter().map(|room| {
        let (unread, mentions) = unread.get(&(reader, room.id)).copied().unwrap_or_default();
        let members = people.remove(&room.id).unwrap_or_default();
        ChatView { members, unread, mentions, last_message: last.remove(&room.id), room }
    });
    Ok(views.collect())
}

/// Returns when a room last changed, and its id: its place in a list of chats.
async fn last_change(conn: &Conn, room: RoomId) -> Worked<(i64, i64)> {
    let sql = Sql::new("SELECT r.last_at FROM rooms r WHERE r.id = ?");
    let (last_at,) = conn.first::<(i64,)>(sql.bind(room)).await?.ok_or(Refusal::UnknownRoom)?;
    Ok((last_at, room.number()))
}

/// Returns how many messages of others each user has not read in a room, and how many of these mention them.
async fn unread(conn: &Conn, of: &[(UserId, RoomId)]) -> Worked<HashMap<(UserId, RoomId), (u64, u64)>> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (person, room) AS ({{}})
         SELECT m.person, m.room, r.sent, m.sent, m.read_number, m.read_own,
            (SELECT COUNT(*) FROM messages d WHERE d.room = m.room AND d.deleted_at IS NOT NULL
             AND d.number > m.read_number AND d.sender <> m.person),
            (SELECT COUNT(DISTINCT x.number) FROM mentions x WHERE x.room = m.room AND x.person IN (0, m.person)
             AND x.number > m.read_number AND x.sender <> m.person)
         FROM need CROSS JOIN members m CROSS JOIN rooms r
         WHERE m.room = need.room AND m.person = need.person AND m.active AND r.id = m.room AND {STANDS}"
    ));
    let need = Rows::new(of.iter().map(|&(user, room)| [user.into(), room.into()]));
    let mut found = HashMap::new();
    for row in conn.load::<UnreadRow>(sql.rows(need)).await? {
        let UnreadRow { person, room, sent, own, read_number, read_own, deleted, mentions } = row;
        let read = Position { number: count(read_number)?, own: count(read_own)?, ..Position::default() };
        found.insert(
            (user(person)?, room_id(room)?),
            (read.unread(count(sent)?, count(own)?, count(deleted)?), count(mentions)?),
        );
    }
    Ok(found)
}

/// Returns the newest message of each room that is not deleted.
async fn last_messages(conn: &Conn, rooms: &[RoomId]) -> Worked<Vec<Arc<Message>>> {
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room) AS ({{}}), newest AS MATERIALIZED (SELECT need.room, (SELECT x.id FROM messages x
            WHERE x.room = need.room AND x.deleted_at IS NULL ORDER BY x.id DESC LIMIT 1) AS id FROM need)
         SELECT {MESSAGE}, {MORE}, {PERSON} FROM newest CROSS JOIN messages m CROSS JOIN users u
         WHERE m.room = newest.room AND m.id = newest.id AND u.id = m.sender"
    ));
    let rows = conn.load::<SaidRow>(sql.rows(Rows::ints(rooms.iter().map(|room| room.number())))).await?;
    threads::messages(conn, rows).await
}

/// Returns the same messages as a reader sees them.
async fn last_of(conn: &Conn, reader: UserId, rooms: &[RoomId]) -> Worked<HashMap<RoomId, Shown>> {
    Ok(by_room(shown_to(conn, reader, last_messages(conn, rooms).await?).await?))
}

fn by_room(shown: Vec<Shown>) -> HashMap<RoomId, Shown> {
    shown.into_iter().map(|shown| (shown.message.room, shown)).collect()
}

/// Returns the first members of each room in order of joining.
pub(super) async fn first_members(
    conn: &Conn,
    rooms: &[Arc<Room>],
    most: usize,
) -> Worked<HashMap<RoomId, Vec<MemberView>>> {
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let nth = |column: &str| {
        format!(
            "(SELECT x.{column} FROM members x WHERE x.room = need.room AND x.active ORDER BY x.joined, x.person
              LIMIT 1 OFFSET {})",
            most - 1
        )
    };
    let sql = Sql::new(format!(
        "WITH need (room) AS ({{}}), bound AS MATERIALIZED (SELECT need.room, COALESCE({}, {}) AS joined,
            COALESCE({}, {}) AS person FROM need)
         SELECT m.room, {PERSON}, u.last_seen, {STANDING} FROM bound CROSS JOIN members m CROSS JOIN users u
         WHERE m.room = bound.room AND m.active AND m.joined <= bound.joined
         AND (m.joined < bound.joined OR m.person <= bound.person) AND u.id = m.person
         ORDER BY m.room, m.joined, m.person",
        nth("joined"),
        i64::MAX,
        nth("person"),
        i64::MAX,
    ));
    let owners: HashMap<_, _> = rooms.iter().map(|room| (room.id, room.owner)).collect();
    let mut found: HashMap<RoomId, Vec<MemberView>> = HashMap::new();
    let need = Rows::ints(rooms.iter().map(|room| room.id.number()));
    for (room, who, seen, rank) in conn.load::<(i64, PersonRow, Option<i64>, StandingRow)>(sql.rows(need)).await? {
        let room = room_id(room)?;
        let owner = owners.get(&room).copied().flatten();
        found.entry(room).or_default().push(member_view((who, seen, rank), owner)?);
    }
    Ok(found)
}

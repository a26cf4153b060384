//! The facts that a batch of commands rests on, loaded kind by kind with one question each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chat_domain::chat::Limits;
use chat_domain::known::{FirstMade, FirstSent, InLobby, Known, Place};
use chat_domain::rows::{LobbyRow, Roster};
use chat_domain::{ClientId, Fact, Member, MessageId, Person, Room, RoomId, UserId};

use super::Conn;
use super::standing::{self, Span};
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::trouble::Worked;

/// Loads all these facts.
pub(super) async fn facts(
    conn: &Conn,
    facts: &BTreeSet<Fact>,
    leaving: &BTreeMap<RoomId, usize>,
    limits: &Limits,
) -> Worked<Vec<Known>> {
    let mut asked = Asked::default();
    facts.iter().for_each(|fact| asked.sort_in(fact));
    let rooms = rooms(conn, &asked.rooms);
    let (rooms, persons, members, messages, places, likes, sent) = tokio::try_join!(
        rooms,
        persons(conn, &asked.persons),
        members(conn, &asked.members),
        messages(conn, &asked.messages),
        places(conn, &asked.places),
        likes(conn, &asked.likes),
        sent(conn, &asked.sent),
    )?;
    let (unread, undelivered, directs, made, lobby, waiting, heirs) = tokio::try_join!(
        unread(conn, &asked.unread),
        undelivered(conn, &asked.undelivered, &rooms, limits),
        directs(conn, &asked.directs),
        made(conn, &asked.made),
        lobby(conn, &asked.lobby),
        waiting(conn, asked.waiting),
        heirs(conn, &asked.heirs, leaving),
    )?;
    let rooms = asked.rooms.iter().map(|&id| Known::Room(id, rooms.get(&id).cloned())).collect();
    let all =
        [rooms, persons, members, messages, places, likes, sent, unread, undelivered, directs, made, lobby, waiting];
    Ok(all.into_iter().flatten().chain(heirs).collect())
}

/// What is asked, kind by kind.
#[derive(Default)]
struct Asked {
    persons: Vec<UserId>,
    rooms: Vec<RoomId>,
    members: Vec<(RoomId, UserId)>,
    heirs: Vec<RoomId>,
    messages: Vec<(RoomId, MessageId)>,
    places: Vec<(RoomId, MessageId, UserId)>,
    directs: Vec<(UserId, UserId)>,
    sent: Vec<(RoomId, UserId, ClientId)>,
    made: Vec<(UserId, ClientId)>,
    likes: Vec<(RoomId, MessageId, UserId)>,
    unread: Vec<(RoomId, UserId, Option<MessageId>)>,
    undelivered: Vec<(RoomId, UserId, MessageId)>,
    lobby: Vec<UserId>,
    waiting: bool,
}

impl Asked {
    fn sort_in(&mut self, fact: &Fact) {
        match fact {
            &Fact::Person(user) => self.persons.push(user),
            &Fact::Room(room) => self.rooms.push(room),
            &Fact::Member(room, user) => self.members.push((room, user)),
            &Fact::Heir(room) => self.heirs.push(room),
            &Fact::Message(room, message) => self.messages.push((room, message)),
            &Fact::Place(room, message, user) => self.places.push((room, message, user)),
            &Fact::Direct(low, high) => self.directs.push((low, high)),
            Fact::Sent(room, user, name) => self.sent.push((*room, *user, name.clone())),
            Fact::Made(user, name) => self.made.push((*user, name.clone())),
            &Fact::Likes(room, message, user) => self.likes.push((room, message, user)),
            &Fact::Unread(room, user, upto) => self.unread.push((room, user, upto)),
            &Fact::Undelivered(room, user, upto) => self.undelivered.push((room, user, upto)),
            &Fact::Lobby(user) => self.lobby.push(user),
            Fact::Waiting => self.waiting = true,
        }
    }
}

async fn persons(conn: &Conn, asked: &[UserId]) -> Worked<Vec<Known>> {
    let found = people(conn, asked.iter().copied()).await?;
    Ok(asked.iter().map(|&user| Known::Person(user, found.get(&user).cloned())).collect())
}

/// Who these are.
pub(super) async fn people(
    conn: &Conn,
    users: impl IntoIterator<Item = UserId>,
) -> Worked<HashMap<UserId, Arc<Person>>> {
    let users = Rows::ints(users.into_iter().map(UserId::number));
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!("SELECT {PERSON} FROM users u WHERE u.id IN ({{}})"));
    let rows = conn.load::<PersonRow>(sql.rows(users)).await?;
    rows.into_iter().map(|row| person(row).map(|person| (person.id(), person))).collect()
}

async fn rooms(conn: &Conn, asked: &[RoomId]) -> Worked<HashMap<RoomId, Room>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!("SELECT {ROOM} FROM rooms r WHERE r.id IN ({{}})"));
    let rows = conn.load::<RoomRow>(sql.rows(Rows::ints(asked.iter().map(|room| room.number())))).await?;
    rows.into_iter().map(|row| room(row).map(|room| (room.id, room))).collect()
}

async fn members(conn: &Conn, asked: &[(RoomId, UserId)]) -> Worked<Vec<Known>> {
    let found = slots(conn, asked.iter().copied().collect()).await?;
    Ok(asked.iter().map(|&(room, user)| Known::Member(room, user, found.get(&(room, user)).copied())).collect())
}

/// The rows of these people in these rooms, whether they are still members or not.
async fn slots(conn: &Conn, of: BTreeSet<(RoomId, UserId)>) -> Worked<HashMap<(RoomId, UserId), Member>> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room, person) AS ({{}}) SELECT {MEMBER} FROM need CROSS JOIN members m
         WHERE m.room = need.room AND m.person = need.person"
    ));
    let need = Rows::new(of.into_iter().map(|(room, user)| [room.into(), user.into()]));
    let rows = conn.load::<MemberRow>(sql.rows(need)).await?;
    rows.into_iter().map(|row| member(row).map(|(room, member)| ((room, member.user), member))).collect()
}

/// Those who have been in each room longest, the owner aside: one more than may leave at once.
async fn heirs(conn: &Conn, rooms: &[RoomId], leaving: &BTreeMap<RoomId, usize>) -> Worked<Vec<Known>> {
    let mut known = Vec::with_capacity(rooms.len());
    for &room in rooms {
        let most = leaving.get(&room).copied().unwrap_or(0) + 1;
        let sql = Sql::new(format!(
            "SELECT {MEMBER} FROM members m WHERE m.room = ? AND m.active
             AND m.person <> COALESCE((SELECT r.owner FROM rooms r WHERE r.id = ?), 0)
             ORDER BY m.joined, m.person LIMIT ?"
        ));
        let rows = conn.load::<MemberRow>(sql.bind(room).bind(room).bind(most)).await?;
        let heirs = rows.into_iter().map(|row| member(row).map(|(_, member)| member));
        known.push(Known::Heir(room, heirs.collect::<Worked<_>>()?));
    }
    Ok(known)
}

async fn messages(conn: &Conn, asked: &[(RoomId, MessageId)]) -> Worked<Vec<Known>> {
    let found = standing::messages(conn, asked).await?;
    Ok(asked.iter().map(|&(room, id)| Known::Message(room, id, found.get(&(room, id)).cloned())).collect())
}

async fn places(conn: &Conn, asked: &[(RoomId, MessageId, UserId)]) -> Worked<Vec<Known>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let newest = "FROM messages m WHERE m.room = need.room AND m.id <= need.upto ORDER BY m.id DESC LIMIT 1";
    let sql = Sql::new(format!(
        "WITH need (room, upto, person) AS ({{}}) SELECT need.room, need.upto, need.person,
            (SELECT m.id {newest}), (SELECT m.number {newest}),
            (SELECT m.own_number FROM messages m WHERE m.room = need.room AND m.sender = need.person AND m.id <= need.upto
             ORDER BY m.id DESC LIMIT 1)
         FROM need WHERE need.room IS NOT NULL"
    ));
    let need = Rows::new(asked.iter().map(|&(room, upto, user)| [room.into(), upto.into(), user.into()]));
    type Row = (i64, i64, i64, Option<i64>, Option<i64>, Option<i64>);
    let rows = conn.load::<Row>(sql.rows(need)).await?;
    let known = rows.into_iter().map(|(room, upto, person, message, number, own)| {
        let place = Place {
            message: message.map(message_id).transpose()?,
            number: count(number.unwrap_or(0))?,
            own: count(own.unwrap_or(0))?,
        };
        Ok(Known::Place(room_id(room)?, message_id(upto)?, user(person)?, place))
    });
    known.collect()
}

async fn likes(conn: &Conn, asked: &[(RoomId, MessageId, UserId)]) -> Worked<Vec<Known>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let about: BTreeSet<_> = asked.iter().map(|&(room, message, _)| (room, message)).collect();
    let standing = standing::likes(conn, about, standing::NEWEST + asked.len()).await?;
    let own = standing::own_likes(conn, asked).await?;
    let known = asked.iter().map(|key @ &(room, message, user)| {
        let mut rows = standing.get(&(room, message)).cloned().unwrap_or_default();
        rows.extend(own.get(key).filter(|own| !rows.contains(own)).copied().into_iter().collect::<Vec<_>>());
        Known::Likes(room, message, user, rows)
    });
    Ok(known.collect())
}

async fn sent(conn: &Conn, asked: &[(RoomId, UserId, ClientId)]) -> Worked<Vec<Known>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new(
        "WITH need (room, person, client_id) AS ({}) SELECT s.room, s.person, s.client_id, s.digest, s.message
         FROM need CROSS JOIN sent s
         WHERE s.room = need.room AND s.person = need.person AND s.client_id = need.client_id",
    );
    let need = asked.iter().map(|(room, user, name)| [(*room).into(), (*user).into(), name.as_str().into()]);
    let rows = conn.load::<(i64, i64, String, String, i64)>(sql.rows(Rows::new(need))).await?;
    let keys = rows.iter().map(|row| Ok((room_id(row.0)?, message_id(row.4)?))).collect::<Worked<Vec<_>>>()?;
    let messages = standing::messages(conn, &keys).await?;
    let likes = standing::likes(conn, keys.iter().copied().collect(), standing::NEWEST).await?;
    let seen = standing::seen(conn, messages.values().cloned().collect()).await?;
    let seen: HashMap<_, _> = seen.into_iter().map(|seen| (seen.message.id, seen)).collect();
    let mut found = HashMap::new();
    for ((room, message), (_, person, name, said, _)) in keys.into_iter().zip(rows) {
        let Some(seen) = seen.get(&message).cloned() else { continue };
        let likes = likes.get(&(room, message)).cloned().unwrap_or_default();
        found.insert((room, user(person)?, name), FirstSent { digest: digest(&said)?, seen, likes });
    }
    let known = asked.iter().map(|(room, user, name)| {
        let first = found.get(&(*room, *user, name.as_str().to_owned())).cloned();
        Known::Sent(*room, *user, name.clone(), first)
    });
    Ok(known.collect())
}

async fn unread(conn: &Conn, asked: &[(RoomId, UserId, Option<MessageId>)]) -> Worked<Vec<Known>> {
    let slots = slots(conn, asked.iter().map(|&(room, user, _)| (room, user)).collect()).await?;
    let spans = asked.iter().filter_map(|&(room, user, upto)| {
        let read = slots.get(&(room, user))?.read.message;
        Some(Span { room, user, above: read, upto: upto.map_or(i64::MAX, MessageId::number) })
    });
    let mut found = standing::of_others(conn, &spans.collect::<Vec<_>>()).await?;
    let all: BTreeMap<_, _> = found.values().flatten().map(|message| (message.id, message.clone())).collect();
    let seen = standing::seen(conn, all.into_values().collect()).await?;
    let seen: HashMap<_, _> = seen.into_iter().map(|seen| (seen.message.id, seen)).collect();
    let known = asked.iter().map(|&(room, user, upto)| {
        let messages = found.remove(&(room, user, upto.map_or(i64::MAX, MessageId::number))).unwrap_or_default();
        Known::Unread(room, user, upto, messages.iter().filter_map(|message| seen.get(&message.id).cloned()).collect())
    });
    Ok(known.collect())
}

async fn undelivered(
    conn: &Conn,
    asked: &[(RoomId, UserId, MessageId)],
    rooms: &HashMap<RoomId, Room>,
    limits: &Limits,
) -> Worked<Vec<Known>> {
    let loud = |room: &RoomId| rooms.get(room).is_some_and(|room| room.members <= limits.quiet_room);
    let slots = slots(conn, asked.iter().map(|&(room, user, _)| (room, user)).collect()).await?;
    let spans = asked.iter().filter(|(room, ..)| loud(room)).filter_map(|&(room, user, upto)| {
        let slot = slots.get(&(room, user))?;
        Some(Span { room, user, above: slot.read.message.max(slot.delivered.message), upto: upto.number() })
    });
    let mut found = standing::of_others(conn, &spans.collect::<Vec<_>>()).await?;
    let known = asked.iter().map(|&(room, user, upto)| {
        Known::Undelivered(room, user, upto, found.remove(&(room, user, upto.number())).unwrap_or_default())
    });
    Ok(known.collect())
}

async fn directs(conn: &Conn, asked: &[(UserId, UserId)]) -> Worked<Vec<Known>> {
    let found = direct_rooms(conn, asked).await?;
    let rosters = rosters(conn, found.values().copied().collect()).await?;
    let known = asked.iter().map(|&(low, high)| {
        Known::Direct(low, high, found.get(&(low, high)).and_then(|room| rosters.get(room)).cloned())
    });
    Ok(known.collect())
}

/// The rooms of these pairs.
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

async fn made(conn: &Conn, asked: &[(UserId, ClientId)]) -> Worked<Vec<Known>> {
    let found = made_rooms(conn, asked).await?;
    let rosters = rosters(conn, found.values().map(|(_, room)| *room).collect()).await?;
    let mut known = Vec::with_capacity(asked.len());
    for (user, name) in asked {
        let made = found.get(&(*user, name.as_str().to_owned()));
        let first = match made.and_then(|(said, room)| Some((said, rosters.get(room)?))) {
            Some((said, roster)) => Some(FirstMade { digest: digest(said)?, roster: roster.clone() }),
            None => None,
        };
        known.push(Known::Made(*user, name.clone(), first));
    }
    Ok(known)
}

/// The groups that were made under these names, with the digest of what was said.
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

/// These rooms with everybody who is in them.
async fn rosters(conn: &Conn, asked: BTreeSet<RoomId>) -> Worked<HashMap<RoomId, Roster>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let asked: Vec<_> = asked.into_iter().collect();
    let mut rosters: HashMap<_, _> =
        rooms(conn, &asked).await?.into_iter().map(|(id, room)| (id, Roster { room, members: Vec::new() })).collect();
    let sql = Sql::new(format!(
        "SELECT {MEMBER}, {PERSON} FROM members m JOIN users u ON u.id = m.person
         WHERE m.room IN ({{}}) AND m.active ORDER BY m.room, m.joined, m.person"
    ));
    let rows = Rows::ints(asked.iter().map(|room| room.number()));
    for (row, who) in conn.load::<(MemberRow, PersonRow)>(sql.rows(rows)).await? {
        let (room, member) = member(row)?;
        if let Some(roster) = rosters.get_mut(&room) {
            roster.members.push((member, person(who)?));
        }
    }
    Ok(rosters)
}

async fn lobby(conn: &Conn, asked: &[UserId]) -> Worked<Vec<Known>> {
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
        Known::Lobby(*user, place)
    });
    Ok(known.collect())
}

/// The places of these users in the lobby.
pub(super) async fn lobby_rows(conn: &Conn, users: &[UserId]) -> Worked<HashMap<UserId, LobbyRow>> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!("SELECT {LOBBY} FROM lobby y WHERE y.person IN ({{}})"));
    let rows = conn.load::<PlaceInLobby>(sql.rows(Rows::ints(users.iter().map(|user| user.number())))).await?;
    rows.into_iter().map(|row| crate::rows::lobby(row).map(|row| (row.user, row))).collect()
}

async fn waiting(conn: &Conn, asked: bool) -> Worked<Vec<Known>> {
    if !asked {
        return Ok(Vec::new());
    }
    let sql = Sql::new(format!(
        "SELECT {LOBBY}, {PERSON} FROM lobby y JOIN users u ON u.id = y.person WHERE y.waiting IS NOT NULL
         ORDER BY y.waiting, y.person"
    ));
    let rows = conn.load::<(PlaceInLobby, PersonRow)>(sql).await?;
    let rows = rows.into_iter().map(|(row, who)| Ok((crate::rows::lobby(row)?, person(who)?)));
    Ok(vec![Known::Waiting(rows.collect::<Worked<_>>()?)])
}

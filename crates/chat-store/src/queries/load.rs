//! Loading the facts that a batch of commands needs, with one question for each kind.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chat_domain::Limits;
use chat_domain::fact::{Fact, Ordinal};
use chat_domain::{ClientId, Emoji, FileId, MessageId, Need, Person, Room, RoomId, UserId};

use super::reception::{self, Span};
use super::rosters::{Slots, heirs, rooms, slots};
use super::{Conn, files, mentions, moderation, named, reactions};
use crate::room_cache::RoomCache;
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::work::Intake;
use crate::work_error::Worked;

/// Loads all these facts, except those that are remembered.
pub(super) async fn facts(
    conn: &Conn,
    facts: &BTreeSet<Need>,
    cache: &RoomCache,
    leaving: &BTreeMap<RoomId, usize>,
    intake: &Intake,
) -> Worked<Vec<Fact>> {
    let mut asked = Asked::default();
    let mut recalled = Vec::new();
    facts.iter().for_each(|need| match cache.recall(need) {
        Some(known) => recalled.push(known),
        None => asked.sort_in(need),
    });
    intake.sink.recalled(recalled.len(), facts.len());
    // They are asked side by side: on Postgres that is one round trip, as long as no question needs another's answer.
    let (in_rooms, said, named, company) = tokio::try_join!(
        asked.in_rooms(conn, &recalled, leaving, &intake.options.limits),
        asked.said(conn),
        asked.named(conn),
        asked.company(conn, leaving),
    )?;
    Ok([in_rooms, said, named, company, recalled].into_iter().flatten().collect())
}

/// The needs, sorted by kind.
#[derive(Default)]
struct Asked {
    persons: Vec<UserId>,
    rooms: Vec<RoomId>,
    members: Vec<(RoomId, UserId)>,
    heirs: Vec<RoomId>,
    messages: Vec<(RoomId, MessageId)>,
    ordinals: Vec<(RoomId, MessageId, UserId)>,
    authors: Vec<(RoomId, MessageId)>,
    blocks: Vec<(UserId, UserId)>,
    apart: Vec<UserId>,
    directs: Vec<(UserId, UserId)>,
    sent: Vec<(RoomId, UserId, ClientId)>,
    made: Vec<(UserId, ClientId)>,
    files: Vec<FileId>,
    named: Vec<(RoomId, String)>,
    reactions: Vec<(RoomId, MessageId, UserId, Emoji)>,
    unread: Vec<(RoomId, UserId, Option<MessageId>)>,
    undelivered: Vec<(RoomId, UserId, MessageId)>,
    lobby: Vec<UserId>,
    waiting: bool,
}

impl Asked {
    /// Loads rooms, members, ordinals, and the messages that moved positions newly cover; these depend on the members'
    /// positions.
    async fn in_rooms(
        &self,
        conn: &Conn,
        recalled: &[Fact],
        leaving: &BTreeMap<RoomId, usize>,
        limits: &Limits,
    ) -> Worked<Vec<Fact>> {
        let (mut rooms, mut slots) = tokio::try_join!(rooms(conn, &self.rooms), slots(conn, &self.members))?;
        for known in recalled {
            match known {
                Fact::Room(id, Some(room)) => drop(rooms.insert(*id, room.clone())),
                Fact::Member(room, user, Some(member)) => drop(slots.insert((*room, *user), *member)),
                _ => {}
            }
        }
        let (unread, undelivered) = tokio::try_join!(
            unread(conn, &self.unread, &slots),
            undelivered(conn, &self.undelivered, is_loud(&rooms, leaving, limits), &slots),
        )?;
        let rooms = self.rooms.iter().map(|&id| Fact::Room(id, rooms.get(&id).cloned()));
        let members = self.members.iter().map(|&(room, user)| (room, user, slots.get(&(room, user)).copied()));
        let members = members.map(|(room, user, member)| Fact::Member(room, user, member));
        Ok(rooms.chain(members).chain(unread).chain(undelivered).collect())
    }

    /// Loads messages, and what belongs to them.
    async fn said(&self, conn: &Conn) -> Worked<Vec<Fact>> {
        let (messages, ordinals, authors, reactions, files) = tokio::try_join!(
            messages(conn, &self.messages),
            ordinals(conn, &self.ordinals),
            moderation::authors(conn, &self.authors),
            reactions::facts(conn, &self.reactions),
            files::facts(conn, &self.files),
        )?;
        Ok([messages, ordinals, authors, reactions, files].into_iter().flatten().collect())
    }

    /// Loads what was done under names, and who has a username.
    async fn named(&self, conn: &Conn) -> Worked<Vec<Fact>> {
        let (named, sent, directs, made) = tokio::try_join!(
            mentions::named(conn, &self.named),
            named::sent(conn, &self.sent),
            named::directs(conn, &self.directs),
            named::made(conn, &self.made),
        )?;
        Ok([named, sent, directs, made].into_iter().flatten().collect())
    }

    /// Loads people, heirs, the lobby and blocks.
    async fn company(&self, conn: &Conn, leaving: &BTreeMap<RoomId, usize>) -> Worked<Vec<Fact>> {
        let (persons, heirs, blocks, apart, lobby, waiting) = tokio::try_join!(
            persons(conn, &self.persons),
            heirs(conn, &self.heirs, leaving),
            moderation::blocks(conn, &self.blocks),
            moderation::apart(conn, &self.apart),
            named::lobby(conn, &self.lobby),
            named::waiting(conn, self.waiting),
        )?;
        Ok([persons, heirs, blocks, apart, lobby, waiting].into_iter().flatten().collect())
    }

    fn sort_in(&mut self, need: &Need) {
        match need {
            &Need::Person(user) => self.persons.push(user),
            &Need::Room(room) => self.rooms.push(room),
            &Need::Member(room, user) => self.members.push((room, user)),
            &Need::Heir(room) => self.heirs.push(room),
            &Need::Message(room, message) => self.messages.push((room, message)),
            &Need::Ordinal(room, message, user) => self.ordinals.push((room, message, user)),
            &Need::Author(room, message) => self.authors.push((room, message)),
            &Need::Blocks(low, high) => self.blocks.push((low, high)),
            &Need::Apart(user) => self.apart.push(user),
            &Need::Direct(low, high) => self.directs.push((low, high)),
            Need::Sent(room, user, name) => self.sent.push((*room, *user, name.clone())),
            Need::Named(room, name) => self.named.push((*room, name.clone())),
            &Need::File(id) => self.files.push(id),
            Need::Made(user, name) => self.made.push((*user, name.clone())),
            Need::Reactions(room, message, user, emoji) => {
                self.reactions.push((*room, *message, *user, emoji.clone()));
            }
            &Need::Unread(room, user, upto) => self.unread.push((room, user, upto)),
            &Need::Undelivered(room, user, upto) => self.undelivered.push((room, user, upto)),
            &Need::Lobby(user) => self.lobby.push(user),
            Need::Waiting => self.waiting = true,
        }
    }
}

async fn persons(conn: &Conn, asked: &[UserId]) -> Worked<Vec<Fact>> {
    let found = people(conn, asked.iter().copied()).await?;
    Ok(asked.iter().map(|&user| Fact::Person(user, found.get(&user).cloned())).collect())
}

/// Returns these people.
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

async fn messages(conn: &Conn, asked: &[(RoomId, MessageId)]) -> Worked<Vec<Fact>> {
    let found = reception::messages(conn, asked).await?;
    Ok(asked.iter().map(|&(room, id)| Fact::Message(room, id, found.get(&(room, id)).cloned())).collect())
}

async fn ordinals(conn: &Conn, asked: &[(RoomId, MessageId, UserId)]) -> Worked<Vec<Fact>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    // The index of senders has own messages in order. If the planner could sort, it would use the room's other index,
    // and search the whole room for a user who has never written there.
    let newest = "FROM messages m WHERE m.room = need.room AND m.id <= need.upto ORDER BY m.id DESC LIMIT 1";
    let sql = Sql::new(format!(
        "WITH need (room, upto, person) AS ({{}}) SELECT need.room, need.upto, need.person,
            (SELECT m.id {newest}), (SELECT m.number {newest}),
            (SELECT CASE WHEN m.room = need.room AND m.sender = need.person THEN m.own_number END FROM messages m
             WHERE (m.room, m.sender, m.id) <= (need.room, need.person, need.upto)
             ORDER BY m.room DESC, m.sender DESC, m.id DESC LIMIT 1)
         FROM need WHERE need.room IS NOT NULL"
    ));
    let need = Rows::new(asked.iter().map(|&(room, upto, user)| [room.into(), upto.into(), user.into()]));
    let rows = conn.load::<OrdinalRow>(sql.rows(need)).await?;
    let known = rows.into_iter().map(|OrdinalRow { room, upto, person, message, number, own }| {
        let place = Ordinal {
            message: message.map(message_id).transpose()?,
            number: count(number.unwrap_or(0))?,
            own: count(own.unwrap_or(0))?,
        };
        Ok(Fact::Ordinal(room_id(room)?, message_id(upto)?, user(person)?, place))
    });
    known.collect()
}

async fn unread(conn: &Conn, asked: &[(RoomId, UserId, Option<MessageId>)], slots: &Slots) -> Worked<Vec<Fact>> {
    let spans = asked.iter().filter_map(|&(room, user, upto)| {
        let read = slots.get(&(room, user))?.read.message;
        Some(Span { room, user, above: read, upto: upto.map_or(i64::MAX, MessageId::number) })
    });
    let mut found = reception::of_others(conn, &spans.collect::<Vec<_>>()).await?;
    let all: BTreeMap<_, _> = found.values().flatten().map(|message| (message.id, message.clone())).collect();
    let seen = reception::readerships(conn, all.into_values().collect()).await?;
    let seen: HashMap<_, _> = seen.into_iter().map(|seen| (seen.message.id, seen)).collect();
    let known = asked.iter().map(|&(room, user, upto)| {
        let messages = found.remove(&(room, user, upto.map_or(i64::MAX, MessageId::number))).unwrap_or_default();
        Fact::Unread(room, user, upto, messages.iter().filter_map(|message| seen.get(&message.id).cloned()).collect())
    });
    Ok(known.collect())
}

/// Whether delivered positions in a room may be told, even if members who leave in the same batch make it smaller.
fn is_loud(
    rooms: &HashMap<RoomId, Room>,
    leaving: &BTreeMap<RoomId, usize>,
    limits: &Limits,
) -> impl Fn(RoomId) -> bool {
    move |room| {
        let most = limits.quiet_room as usize + leaving.get(&room).copied().unwrap_or(0);
        rooms.get(&room).is_some_and(|room| room.members as usize <= most)
    }
}

async fn undelivered(
    conn: &Conn,
    asked: &[(RoomId, UserId, MessageId)],
    is_loud: impl Fn(RoomId) -> bool,
    slots: &Slots,
) -> Worked<Vec<Fact>> {
    let spans = asked.iter().filter(|(room, ..)| is_loud(*room)).filter_map(|&(room, user, upto)| {
        let slot = slots.get(&(room, user))?;
        Some(Span { room, user, above: slot.read.message.max(slot.delivered.message), upto: upto.number() })
    });
    let mut found = reception::senders(conn, &spans.collect::<Vec<_>>()).await?;
    let known = asked.iter().map(|&(room, user, upto)| {
        Fact::Undelivered(room, user, upto, found.remove(&(room, user, upto.number())).unwrap_or_default())
    });
    Ok(known.collect())
}

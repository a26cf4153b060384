//! A batch of messages committed in one statement and one round trip, decided from what is remembered.
//!
//! The statement holds the rooms and does nothing in those which are not, or whose senders are not, as they are remembered: so it
//! may be decided before anything is asked. How far somebody has read or received is not looked at: it decides nothing that is
//! said, and the statement answers with it. What was not done in a room goes the sure way, which looks first; so does a whole batch with a name that was used
//! before, which breaks the statement.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chat_domain::Limits;
use chat_domain::fact::{Fact, Written};
use chat_domain::{Chat, Command, Ids, MessageId, Need, Outcome, Person, Room, RoomId, Stamp, UserId};
use diesel::QueryResult;

use super::Conn;
use super::conn::Kept;
use super::doubt::Backend;
use super::queries::commit::execute;
use crate::by_name::given;
use crate::room_cache::RoomCache;
use crate::sql::{Sql, Write};
use crate::tables::members::sent_more;
use crate::tables::messages::messages;
use crate::tables::names::sent;
use crate::work::{OrderResult, Waiting};

/// What a batch rests on: the rows that its rules ask for, all of them remembered.
#[derive(Clone)]
pub(super) struct Premise {
    rooms: BTreeMap<RoomId, Room>,
    people: BTreeMap<UserId, Arc<Person>>,
    known: Vec<Fact>,
}

/// A batch that was decided on its premise, and is committed if the premise holds.
#[derive(Clone)]
pub(super) struct OptimisticBatch {
    premise: Premise,
    pub(super) results: Vec<OrderResult>,
    pub(super) written: Written,
}

/// The orders of a batch that may be decided from memory, and the others. Those of one room stay together, in their order. Only
/// that messages have reached somebody is noted behind what is said there: nobody waits for it, nothing that is said hangs on it, and
/// there is one note for nearly every room.
pub(super) fn split(batch: Vec<Waiting>, cache: &RoomCache) -> (Vec<Waiting>, Vec<Waiting>) {
    let is_note = |waiting: &Waiting| matches!(waiting.order.command, Command::Deliver { .. });
    let is_sure = |waiting: &Waiting| {
        let needs = || waiting.order.command.needs(waiting.order.actor).into_iter();
        let is_remembered = || needs().all(|need| matches!(need, Need::Sent(..)) || cache.row(&need).is_some());
        matches!(waiting.order.command, Command::Send { .. }) && is_remembered()
    };
    let others = || batch.iter().filter(|waiting| !is_note(waiting));
    let unsure: BTreeSet<_> =
        others().filter(|waiting| !is_sure(waiting)).filter_map(|waiting| waiting.order.command.room()).collect();
    let is_chosen = |waiting: &Waiting| match waiting.order.command {
        Command::Send { room, .. } => !unsure.contains(&room),
        _ => false,
    };
    // Two commits instead of one are worth it only where the first has much to take.
    if others().filter(|waiting| is_chosen(waiting)).count() * 2 < others().count() {
        return (Vec::new(), batch);
    }
    batch.into_iter().partition(is_chosen)
}

impl Premise {
    /// What these orders rest on, if all of it is remembered. What was said under a name is not: it is taken to be the first.
    pub(super) fn of(batch: &[Waiting], cache: &RoomCache) -> Option<Premise> {
        let needs = batch.iter().flat_map(|waiting| waiting.order.command.needs(waiting.order.actor));
        let mut premise = Premise { rooms: BTreeMap::new(), people: BTreeMap::new(), known: Vec::new() };
        for need in needs.collect::<BTreeSet<_>>() {
            let known = match need {
                Need::Sent(room, user, name) => Fact::Sent(room, user, name, None),
                need => cache.row(&need)?,
            };
            match &known {
                Fact::Room(id, Some(room)) => drop(premise.rooms.insert(*id, room.clone())),
                Fact::Person(id, Some(person)) => drop(premise.people.insert(*id, person.clone())),
                _ => {}
            }
            premise.known.push(known);
        }
        Some(premise)
    }

    /// How many facts that is.
    pub(super) fn facts(&self) -> usize {
        self.known.len()
    }

    /// The newest message of all these rooms.
    fn newest(&self) -> i64 {
        self.rooms.values().filter_map(|room| room.last_message).max().map_or(0, MessageId::number)
    }

    /// Decides the orders, whose messages get these ids; nothing if it is not yes to each, which is not for memory to say.
    pub(super) fn decide(mut self, batch: &[Waiting], ids: Vec<MessageId>, limits: Limits) -> Option<OptimisticBatch> {
        let (mut chat, no_room) = (Chat::partial(limits), RoomId::new(1)?);
        std::mem::take(&mut self.known).into_iter().for_each(|known| chat.learn(known));
        let stamps = batch.iter().zip(ids).map(|(waiting, message)| {
            let ids = Ids { room: no_room, message };
            Stamp { actor: waiting.order.actor, at: waiting.order.at, ids }
        });
        let (results, written) = execute(chat, batch, stamps.collect()).ok()?;
        let results = results.into_iter().map(|result| result.ok().map(Ok)).collect::<Option<Vec<OrderResult>>>()?;
        is_only_said(&written).then_some(OptimisticBatch { premise: self, results, written })
    }
}

impl OptimisticBatch {
    /// In which rooms it was committed on a connection that broke, whose backend can commit nothing more afterwards; `None` while
    /// it still might. Nobody else has the ids, so the first message of a room tells of all of it.
    pub(super) async fn is_there(&self, conn: &Conn, backend: Backend) -> QueryResult<Option<Kept>> {
        if !conn.has_ended(backend).await? {
            return Ok(None);
        }
        let mut first = BTreeMap::new();
        for message in &self.written.new_messages {
            first.entry(message.room).or_insert(&**message);
        }
        conn.rooms_that_have(first.into_values()).await.map(Some)
    }

    /// Writes it in those rooms where everything still is as it was remembered; says which these are.
    pub(super) async fn keep(&self, conn: &Conn) -> QueryResult<Kept> {
        let OptimisticBatch { premise, written, .. } = self;
        let rooms: BTreeMap<_, _> = written.rooms.iter().map(|room| (room.id, room)).collect();
        // In the order of their ids: so they are held.
        let rooms = rooms.into_values().filter_map(|room| Some((premise.rooms.get(&room.id)?.head.seq, room)));
        let (was, rooms) = given!("was", rooms, |(seq, room)| {
            id: room.id,
            seq: seq,
            next: room.head.seq,
            last_at: room.last_at,
            last_message: room.last_message,
            sent: room.sent,
        });
        let senders: BTreeSet<_> =
            written.new_messages.iter().map(|message| (message.room, message.sender.id())).collect();
        let senders = senders.iter().filter_map(|(room, user)| Some((*room, &**premise.people.get(user)?)));
        let (sender, people) = given!("sender", senders, |(room, person)| {
            room: room,
            id: person.id(),
            username: &*person.username,
            name: &*person.name,
            avatar: &*person.avatar,
        });
        let members = written.members.iter().collect::<Vec<_>>();
        let (messages, members, named) = (messages(written), sent_more(&members), sent(written));
        let said = Sql::new(say(was, sender, &messages, &members, Some(&named).filter(|named| !named.rows.is_empty())));
        let said = said.rows(rooms).rows(people).rows(messages.rows).rows(members.rows);
        let said = if named.rows.is_empty() { said } else { said.rows(named.rows) };
        conn.keep_at_once(said).await
    }

    /// What was written, if it was in these rooms. Where positions have moved meanwhile the events say so too: with what was
    /// remembered somebody who comes back would hear of them twice.
    pub(super) fn written_in(&mut self, kept: &Kept) -> &Written {
        let written = &mut self.written;
        written.rooms.retain_mut(|room| kept.get(&room.id).map(|moves| room.head.moves = *moves).is_some());
        written.members.retain(|(room, _)| kept.contains_key(room));
        written.new_messages.retain(|message| kept.contains_key(&message.room));
        for event in self.results.iter_mut().flatten() {
            if let Outcome::Happened(event) = event
                && let Some(moves) = kept.get(&event.room)
                && event.head.moves != *moves
            {
                Arc::make_mut(event).head.moves = *moves;
            }
        }
        written
    }
}

/// Ids in store: taken before the rooms are held, which is as good if they are above all that is in the rooms, since the rooms
/// are proved to be the same.
#[derive(Default)]
pub(super) struct Stock(VecDeque<i64>);

impl Stock {
    /// So many ids for messages on this premise.
    pub(super) async fn take(
        &mut self,
        conn: &Conn,
        premise: &Premise,
        how_many: usize,
    ) -> QueryResult<Vec<MessageId>> {
        let newest = premise.newest();
        self.0.retain(|id| *id > newest);
        if self.0.len() < how_many {
            self.0.extend(conn.take_ids("messages", STOCK.max(4 * how_many)).await?);
        }
        Ok(self.0.drain(..how_many).filter_map(MessageId::new).collect())
    }
}

/// Whether nothing else is to be written than the statement can.
fn is_only_said(written: &Written) -> bool {
    let Written { new_rooms, rooms, members: _, new_messages, messages, log, reactions, .. } = written;
    let Written { threads, forgotten, files, receipts, sent: _, made, directs, lobby, audit, blocks, .. } = written;
    let nothing_new = new_rooms.is_empty() && made.is_empty() && directs.is_empty() && lobby.is_empty();
    let nothing_changed = messages.is_empty() && log.is_empty() && reactions.is_empty() && forgotten.is_empty();
    let nothing_changed = nothing_changed && threads.is_empty() && files.is_empty();
    let nothing_changed = nothing_changed && audit.is_empty() && blocks.is_empty();
    nothing_new && nothing_changed && receipts.is_empty() && !rooms.is_empty() && !new_messages.is_empty()
}

/// The statement, with names of messages if there are any.
///
/// It is written for many rooms: each step goes through what was given and looks each up by its key. A room is held inside of a
/// LATERAL, which is asked room by room in the order given; as a plain join the planner, who may not sort, might walk through
/// all rooms there are and compare each. `IS TRUE` keeps it from joining what it can look up in a hash.
fn say(was: &str, sender: &str, messages: &Write<'_>, members: &Write<'_>, named: Option<&Write<'_>>) -> String {
    let kept = "WHERE (new.room IN (SELECT held.id FROM held)) IS TRUE";
    let put = |write: &Write<'_>| format!("INSERT INTO {} SELECT new.* FROM ({{}}) new (room) {kept}", write.of());
    let named = named.map(|named| format!(", named AS ({})", put(named))).unwrap_or_default();
    let (said, new) = (put(messages), members.of());
    format!(
        "WITH {was} AS ({{}}), {sender} AS ({{}}),
         changed AS MATERIALIZED (
            SELECT sender.room FROM sender WHERE NOT EXISTS (SELECT FROM users u
                WHERE u.id = sender.id AND u.username = sender.username AND u.name = sender.name
                AND u.avatar = sender.avatar)),
         held AS MATERIALIZED (
            SELECT was.* FROM was CROSS JOIN LATERAL (SELECT r.id FROM rooms r
                WHERE r.id = was.id AND r.seq = was.seq FOR NO KEY UPDATE) is_so
            WHERE was.id NOT IN (SELECT changed.room FROM changed)),
         said AS ({said}), {new} AS ({{}}),
         counted AS (
            UPDATE members SET sent = new.sent, said = new.said FROM (SELECT new.* FROM new {kept} OFFSET 0) new
            WHERE members.room = new.room AND members.person = new.person){named}
         UPDATE rooms SET seq = held.next, last_at = held.last_at, last_message = held.last_message, sent = held.sent
         FROM held WHERE rooms.id = held.id RETURNING rooms.id, rooms.moves, pg_current_xact_id()::text::bigint"
    )
}

/// How many ids are taken at once at least.
const STOCK: usize = 64;

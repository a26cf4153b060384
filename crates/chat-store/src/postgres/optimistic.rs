//! Messages that are committed with one statement in one round trip, decided from memory.
//!
//! The statement locks the rooms, and does nothing in a room if the room or a sender is not as remembered. So a batch
//! may be decided before anything is asked. Read and delivered positions are not compared, because no rule about
//! sending depends on them; the statement returns where they are. What was not done in a room goes the sure way, which
//! asks first. So does a whole batch in which the name of a request was used before, because that makes the statement
//! fail.

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

/// The premise of a batch: the rows that its rules ask for, all of them from memory.
#[derive(Clone)]
pub(super) struct Premise {
    rooms: BTreeMap<RoomId, Room>,
    people: BTreeMap<UserId, Arc<Person>>,
    known: Vec<Fact>,
}

/// A batch that was decided on a premise, and is committed where the premise holds.
#[derive(Clone)]
pub(super) struct OptimisticBatch {
    premise: Premise,
    pub(super) results: Vec<OrderResult>,
    pub(super) written: Written,
}

/// Splits a batch into the orders that can be decided from memory, and the others. The orders of one room stay
/// together, in order, except for delivered positions: they go with the others, after the messages, because nobody
/// waits for them, nothing that is sent depends on them, and there is one for nearly every room.
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
    // Two commits instead of one are worth it only if the first one takes at least half of the orders.
    if others().filter(|waiting| is_chosen(waiting)).count() * 2 < others().count() {
        return (Vec::new(), batch);
    }
    batch.into_iter().partition(is_chosen)
}

impl Premise {
    /// Returns the premise of these orders, if all of it is remembered. Names of requests are not remembered; each is
    /// taken to be new.
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

    /// Returns the number of facts.
    pub(super) fn facts(&self) -> usize {
        self.known.len()
    }

    /// Returns the newest message of all these rooms.
    fn newest(&self) -> i64 {
        self.rooms.values().filter_map(|room| room.last_message).max().map_or(0, MessageId::number)
    }

    /// Decides the orders, giving these ids to their messages. Returns `None` if one is refused, because a refusal must
    /// not rest on memory.
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
    /// Finds out in which rooms the batch was committed over a connection that was lost; `None` while the server may
    /// still commit it. Nobody else has its ids, so the first message of a room shows whether the batch was committed
    /// there.
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

    /// Writes the batch in those rooms where the premise holds. Returns these rooms.
    pub(super) async fn keep(&self, conn: &Conn) -> QueryResult<Kept> {
        let OptimisticBatch { premise, written, .. } = self;
        let rooms: BTreeMap<_, _> = written.rooms.iter().map(|room| (room.id, room)).collect();
        // In the order of their ids, in which rooms are locked.
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

    /// Returns what was written, given the rooms in which it was. If positions have moved meanwhile, the events are
    /// changed to say so; otherwise a client that comes back would be told those moves twice.
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

/// Ids that were taken in advance, before the rooms are locked. That is as good if they are larger than all ids in the
/// rooms, because the statement proves that the rooms have not changed.
#[derive(Default)]
pub(super) struct Stock(VecDeque<i64>);

impl Stock {
    /// Takes `how_many` ids for messages on this premise.
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

/// Whether the batch writes nothing that the statement cannot write.
fn is_only_said(written: &Written) -> bool {
    let Written { new_rooms, rooms, members: _, new_messages, messages, log, reactions, .. } = written;
    let Written { threads, forgotten, files, receipts, sent: _, made, directs, lobby, audit, blocks, .. } = written;
    let nothing_new = new_rooms.is_empty() && made.is_empty() && directs.is_empty() && lobby.is_empty();
    let nothing_changed = messages.is_empty() && log.is_empty() && reactions.is_empty() && forgotten.is_empty();
    let nothing_changed = nothing_changed && threads.is_empty() && files.is_empty();
    let nothing_changed = nothing_changed && audit.is_empty() && blocks.is_empty();
    nothing_new && nothing_changed && receipts.is_empty() && !rooms.is_empty() && !new_messages.is_empty()
}

/// Returns the statement, with or without names of messages.
///
/// It is made for many rooms: each step goes through the given rows and looks each up by its key. A room is locked
/// within a LATERAL, which is asked room by room in the given order. For a plain join the planner, which may not sort,
/// could walk through all rooms and compare each. `IS TRUE` keeps it from joining with a hash what it can look up.
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

/// The smallest number of ids that is taken at once.
const STOCK: usize = 64;

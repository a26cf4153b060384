//! A batch of messages committed in one statement and one round trip, decided from what is remembered.
//!
//! The statement holds the rooms and does nothing unless they and the senders still are as they are remembered: so it may be
//! decided before anything is asked. A name that was used before breaks the statement as a whole. In both cases the batch goes
//! the sure way, which looks first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chat_domain::Limits;
use chat_domain::fact::{Fact, Written};
use chat_domain::{Chat, Command, Ids, MessageId, Need, Person, Room, RoomId, Stamp, UserId};
use diesel::QueryResult;

use super::Conn;
use super::doubt::Backend;
use super::queries::commit::execute;
use super::queries::save;
use crate::room_cache::RoomCache;
use crate::sql::{Rows, Sql};
use crate::work::{OrderResult, Waiting};

/// What a batch rests on: the rows that its rules ask for, all of them remembered.
pub(super) struct Premise {
    rooms: BTreeMap<RoomId, Room>,
    people: BTreeMap<UserId, Arc<Person>>,
    known: Vec<Fact>,
}

/// A batch that was decided on its premise, and is committed if the premise holds.
pub(super) struct OptimisticBatch {
    premise: Premise,
    pub(super) results: Vec<OrderResult>,
    pub(super) written: Written,
}

impl Premise {
    /// What these orders rest on, if they only say something and all of it is remembered. What was said under a name is not:
    /// it is taken to be the first.
    pub(super) fn of(batch: &[Waiting], cache: &RoomCache) -> Option<Premise> {
        if !batch.iter().all(|waiting| matches!(waiting.order.command, Command::Send { .. })) {
            return None;
        }
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
    /// Whether it was committed on a connection that broke, whose backend can commit nothing more afterwards; `None` while it
    /// still might. Nobody else has the ids, so one message tells of all.
    pub(super) async fn is_there(&self, conn: &Conn, backend: Backend) -> QueryResult<Option<bool>> {
        if !conn.has_ended(backend).await? {
            return Ok(None);
        }
        match self.written.new_messages.first() {
            Some(first) => conn.has(first).await.map(Some),
            None => Ok(Some(false)),
        }
    }

    /// Writes it if everything still is as it was remembered; says whether it is.
    pub(super) async fn keep(&self, conn: &Conn) -> QueryResult<bool> {
        let OptimisticBatch { premise, written, .. } = self;
        let rooms = Rows::new(written.rooms.iter().filter_map(|room| {
            let was = premise.rooms.get(&room.id)?.head;
            let (next, last_at, last) = (room.head.seq, room.last_at, room.last_message);
            Some([
                room.id.into(),
                was.seq.into(),
                was.moves.into(),
                next.into(),
                last_at.into(),
                last.into(),
                room.sent.into(),
            ])
        }));
        let people = Rows::new(premise.people.values().map(|person| {
            [person.id().into(), (*person.username).into(), (*person.name).into(), (*person.avatar).into()]
        }));
        let members = written.members.iter().collect::<Vec<_>>();
        let (messages, members, named) = (save::messages(written), save::sent_more(&members), save::sent(written));
        let said = Sql::new(say(messages.head, (!named.rows.is_empty()).then_some(named.head)));
        let said = said.rows(rooms).rows(people).bind(written.rooms.len()).bind(premise.people.len());
        let said = said.rows(messages.rows).rows(members.rows);
        let said = if named.rows.is_empty() { said } else { said.rows(named.rows) };
        conn.keep_at_once(said).await
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
    let Written { forgotten, receipts, sent: _, made, directs, lobby, .. } = written;
    let nothing_new = new_rooms.is_empty() && made.is_empty() && directs.is_empty() && lobby.is_empty();
    let nothing_changed = messages.is_empty() && log.is_empty() && reactions.is_empty() && forgotten.is_empty();
    nothing_new && nothing_changed && receipts.is_empty() && !rooms.is_empty() && !new_messages.is_empty()
}

/// The statement, with the heads of those that write messages, and names if there are any.
fn say(messages: &str, names: Option<&str>) -> String {
    let names = names.map(|head| format!(", named AS ({head} SELECT new.* FROM so CROSS JOIN ({{}}) new)"));
    let names = names.unwrap_or_default();
    format!(
        "WITH was (id, seq, moves, next, last_at, last_message, sent) AS ({{}}),
         held AS MATERIALIZED (
            SELECT r.id FROM was CROSS JOIN rooms r WHERE r.id = was.id AND r.seq = was.seq AND r.moves = was.moves
            ORDER BY was.id FOR NO KEY UPDATE OF r),
         sender (id, username, name, avatar) AS ({{}}),
         so AS MATERIALIZED (
            SELECT WHERE (SELECT count(*) FROM held) = ? AND (SELECT count(*) FROM sender CROSS JOIN users u
            WHERE u.id = sender.id AND u.username = sender.username AND u.name = sender.name
            AND u.avatar = sender.avatar) = ?),
         said AS ({messages} SELECT new.* FROM so CROSS JOIN ({{}}) new),
         more (room, person, sent) AS ({{}}),
         counted AS (
            UPDATE members SET sent = more.sent FROM so CROSS JOIN more
            WHERE members.room = more.room AND members.person = more.person){names}
         UPDATE rooms SET seq = was.next, last_at = was.last_at, last_message = was.last_message, sent = was.sent
         FROM so CROSS JOIN was WHERE rooms.id = was.id RETURNING pg_current_xact_id()::text::bigint"
    )
}

/// How many ids are taken at once at least.
const STOCK: usize = 64;

//! What a reader missed: two ranges of the room's log, and the positions that have moved since.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chat_domain::reception::NEWEST;
use chat_domain::replay::{Asked, Found, Moved, Round};
use chat_domain::rows::{LogRow, Readership};
use chat_domain::view::{Replay, Replayed, Since};
use chat_domain::{Event, Head, Limits, Message, MessageId, Person, Room, RoomId, UserId};

use super::reads::{there, visible};
use super::reception::{self, Span};
use super::{Conn, load, reactions, threads};
use crate::rows::*;
use crate::sql::Sql;
use crate::work_error::Worked;

/// Returns a page of what a reader missed.
pub(super) async fn page(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    replay: Replay,
    limits: &Limits,
) -> Worked<Replayed> {
    let row = visible(conn, reader, room).await?;
    page_of(conn, &row, replay, limits).await
}

/// Returns a page of what happened in a room since this head, whoever asks.
pub(super) async fn missed(conn: &Conn, room: RoomId, since: Head, limit: usize, limits: &Limits) -> Worked<Replayed> {
    let row = there(conn, room).await?;
    page_of(conn, &row, Replay { since: Since::Head(since), from: None, until: None, limit }, limits).await
}

/// Returns one change of a room, whoever asks; `None` if it was deleted.
pub(super) async fn one(conn: &Conn, room: RoomId, seq: u64, limits: &Limits) -> Worked<Option<Arc<Event>>> {
    let row = there(conn, room).await?;
    let at = |seq| Head { seq, moves: row.head.moves };
    let since = Since::Head(at(seq.saturating_sub(1)));
    let replay = Replay { since, from: None, until: Some(at(seq)), limit: 1 };
    Ok(match page_of(conn, &row, replay, limits).await? {
        Replayed::Changes { events, .. } => events.into_iter().find(|event| event.head.seq == seq),
        _ => None,
    })
}

async fn page_of(conn: &Conn, row: &Room, replay: Replay, limits: &Limits) -> Worked<Replayed> {
    let room = row.id;
    let forgotten = match replay.since {
        Since::Head(_) => pruned(conn, room).await?,
        Since::Message(_) => Head::default(),
    };
    let round = match Round::begin(row, replay, forgotten, limits) {
        Ok(round) => round,
        Err(pruned) => return Ok(pruned),
    };
    match replay.since {
        Since::Message(after) => {
            let messages = newer(conn, room, &round, after, replay.limit.max(1) + 1).await?;
            Ok(round.messages(reception::shown(conn, messages).await?))
        }
        Since::Head(_) => {
            let messages = sent(conn, room, &round).await?;
            let sent = reception::shown(conn, messages).await?;
            let rows = changes(conn, room, &round).await?;
            let found = found(conn, room, Asked::of(&rows)).await?;
            let moved = if round.is_last() { moved(conn, room, &round).await? } else { Vec::new() };
            Ok(round.changes(sent, &rows, &found, moved))
        }
    }
}

/// Returns the head up to which a room's log was deleted.
async fn pruned(conn: &Conn, room: RoomId) -> Worked<Head> {
    let sql = Sql::new("SELECT r.pruned, r.pruned_moves FROM rooms r WHERE r.id = ?").bind(room);
    let (seq, moves) = conn.first::<(i64, i64)>(sql).await?.unwrap_or_default();
    Ok(Head { seq: count(seq)?, moves: count(moves)? })
}

/// Returns messages alone, after an id.
async fn newer(
    conn: &Conn,
    room: RoomId,
    round: &Round<'_>,
    after: Option<MessageId>,
    most: usize,
) -> Worked<Vec<Arc<Message>>> {
    let (from, upto) = round.numbers().into_inner();
    let sql = Sql::new(format!(
        "SELECT {MESSAGE}, {MORE}, {PERSON} FROM messages m JOIN users u ON u.id = m.sender
         WHERE m.room = ? AND m.id > (SELECT MAX(b.id) FROM (SELECT {FLOOR} AS id UNION ALL SELECT ?) b) AND m.id <= {CEILING}
         AND m.seq >= ? AND m.seq <= ? AND m.deleted_at IS NULL ORDER BY m.id LIMIT ?"
    ));
    let sql = sql.bind(room).bind(room).bind(from).bind(after.map_or(0, MessageId::number)).bind(room).bind(upto);
    let rows = conn.load::<SaidRow>(sql.bind(from).bind(upto).bind(most)).await?;
    threads::messages(conn, rows).await
}

/// Returns the messages with the page's numbers.
async fn sent(conn: &Conn, room: RoomId, round: &Round<'_>) -> Worked<Vec<Arc<Message>>> {
    let (from, upto) = round.numbers().into_inner();
    let sql = Sql::new(format!(
        "SELECT {MESSAGE}, {MORE}, {PERSON} FROM messages m JOIN users u ON u.id = m.sender
         WHERE m.room = ? AND m.id > {FLOOR} AND m.id <= {CEILING}
         AND m.seq >= ? AND m.seq <= ? AND m.deleted_at IS NULL ORDER BY m.id"
    ));
    let sql = sql.bind(room).bind(room).bind(from).bind(room).bind(upto);
    let rows = conn.load::<SaidRow>(sql.bind(from).bind(upto)).await?;
    threads::messages(conn, rows).await
}

/// Finds a message id of a room that is below those of all messages from a `seq` on, but not far below. Ids have the
/// same order as `seq` in a room, and an index has both of every 32nd message. So both bounds of a search can be ids,
/// in the one index that also has the order.
pub(super) const FLOOR: &str =
    "COALESCE((SELECT x.id FROM messages x WHERE x.room = ? AND x.seq < ? AND x.number % 32 = 0
    ORDER BY x.seq DESC LIMIT 1), 0)";

/// Finds a message id that is not below those of all messages up to a `seq`, likewise.
pub(super) const CEILING: &str =
    "COALESCE((SELECT x.id FROM messages x WHERE x.room = ? AND x.seq >= ? AND x.number % 32 = 0
    ORDER BY x.seq LIMIT 1), 9223372036854775807)";

/// Returns the other changes with the page's numbers.
async fn changes(conn: &Conn, room: RoomId, round: &Round<'_>) -> Worked<Vec<LogRow>> {
    let sql = Sql::new(format!(
        "SELECT {CHANGE} FROM changes c WHERE c.room = ? AND c.seq >= ? AND c.seq <= ? ORDER BY c.seq"
    ));
    let (from, upto) = round.numbers().into_inner();
    let rows = conn.load::<ChangeRow>(sql.bind(room).bind(from).bind(upto)).await?;
    rows.into_iter().map(change).collect()
}

/// Returns everything that the changes of a page are about.
async fn found(conn: &Conn, room: RoomId, asked: Asked) -> Worked<Found> {
    let keys: Vec<_> = asked.messages.iter().map(|&message| (room, message)).collect();
    let own: Vec<_> = asked.reactions.iter().map(|(id, user, emoji)| (room, *id, *user, emoji.clone())).collect();
    let about = own.iter().map(|(_, id, _, emoji)| (room, *id, emoji.clone())).collect();
    let own = reactions::own(conn, &own).await?.into_iter().map(|((_, id, user, emoji), row)| ((id, user, emoji), row));
    let backers = reactions::newest(conn, about, NEWEST).await?.into_iter();
    Ok(Found {
        people: load::people(conn, asked.people).await?.into_iter().collect(),
        messages: reception::messages(conn, &keys).await?.into_iter().map(|((_, id), found)| (id, found)).collect(),
        own: own.collect(),
        backers: backers.map(|((_, id, emoji), rows)| ((id, emoji), rows)).collect(),
        founders: if asked.maker.is_some() { founders(conn, room).await? } else { Vec::new() },
    })
}

/// Returns who was in the room when it was made and has never left it.
async fn founders(conn: &Conn, room: RoomId) -> Worked<Vec<Arc<Person>>> {
    let sql = Sql::new(format!(
        "SELECT {PERSON} FROM members m JOIN users u ON u.id = m.person WHERE m.room = ? AND m.active AND m.joined = 1"
    ));
    conn.load::<PersonRow>(sql.bind(room)).await?.into_iter().map(person).collect()
}

/// Returns the members whose read positions moved in the round, with what these newly cover.
async fn moved(conn: &Conn, room: RoomId, round: &Round<'_>) -> Worked<Vec<Moved>> {
    let sql = Sql::new(format!(
        "SELECT {MEMBER}, {STANDING}, {PERSON}, (SELECT c.upto FROM receipts c
            WHERE c.room = m.room AND c.person = m.person AND c.moves < ? ORDER BY c.number DESC LIMIT 1)
         FROM members m JOIN users u ON u.id = m.person
         WHERE m.room = ? AND m.read_moved >= ? AND m.read_moved <= ?"
    ));
    let (first, last) = round.moves().into_inner();
    let rows = conn
        .load::<(WholeMemberRow, PersonRow, Option<i64>)>(sql.bind(first).bind(room).bind(first).bind(last))
        .await?;
    let (mut moved, mut spans) = (Vec::new(), Vec::new());
    for (row, who, before) in rows {
        let (member, above) = (member(row)?.1, before.map(message_id).transpose()?);
        spans.extend(member.read.message.map(|upto| Span { room, user: member.user, above, upto: upto.number() }));
        moved.push(Moved { member, person: person(who)?, messages: Vec::new() });
    }
    let covered = reception::of_others(conn, &spans).await?;
    let announced: BTreeMap<_, _> =
        covered.into_iter().map(|((_, user, _), messages)| (user, round.announced(messages))).collect();
    let all: HashMap<_, _> = announced.values().flatten().map(|message| (message.id, message.clone())).collect();
    let readerships = reception::readerships(conn, all.into_values().collect()).await?;
    let readerships: HashMap<MessageId, Readership> =
        readerships.into_iter().map(|one| (one.message.id, one)).collect();
    for moved in &mut moved {
        let messages = announced.get(&moved.member.user).into_iter().flatten();
        moved.messages = messages.filter_map(|message| readerships.get(&message.id).cloned()).collect();
    }
    Ok(moved)
}

//! Messages, and what became of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chat_domain::reception::{Mark, NEWEST};
use chat_domain::rows::Readership;
use chat_domain::view::Shown;
use chat_domain::{Emoji, Handle, Message, MessageId, Reception, RoomId, Time, UserId};

use super::{Conn, reactions, threads};
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// The room and the id of a message.
pub(super) type Key = (RoomId, MessageId);

/// Returns these messages, also deleted ones. Unknown ones are left out.
pub(super) async fn messages(conn: &Conn, keys: &[Key]) -> Worked<HashMap<Key, Arc<Message>>> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room, message) AS ({{}}) SELECT {MESSAGE}, {MORE}, {PERSON} FROM need CROSS JOIN messages m CROSS JOIN users u
         WHERE m.room = need.room AND m.id = need.message AND u.id = m.sender"
    ));
    let need = Rows::new(keys.iter().map(|&(room, message)| [room.into(), message.into()]));
    let rows = conn.load::<SaidRow>(sql.rows(need)).await?;
    let messages = threads::messages(conn, rows).await?;
    Ok(messages.into_iter().map(|message| ((message.room, message.id), message)).collect())
}

/// The messages that a position newly covers when it moves.
pub(super) struct Span {
    pub(super) room: RoomId,
    pub(super) user: UserId,
    /// The position before the move.
    pub(super) above: Option<MessageId>,
    /// The position after the move.
    pub(super) upto: i64,
}

/// The room, the user and the new position of a span, by which its messages are found.
pub(super) type SpanKey = (RoomId, UserId, i64);

/// Returns the messages of others in these spans that are not deleted: the newest hundred of each, oldest first.
pub(super) async fn of_others(conn: &Conn, spans: &[Span]) -> Worked<HashMap<SpanKey, Vec<Arc<Message>>>> {
    let places = senders(conn, spans).await?;
    let keys = places.iter().flat_map(|(&(room, ..), found)| found.iter().map(move |&(id, _)| (room, id)));
    let keys: BTreeSet<_> = keys.collect();
    let messages = messages(conn, &keys.into_iter().collect::<Vec<_>>()).await?;
    let known = |room, found: Vec<(MessageId, UserId)>| {
        found.into_iter().filter_map(|(id, _)| messages.get(&(room, id)).cloned()).collect()
    };
    Ok(places.into_iter().map(|(key, found)| (key, known(key.0, found))).collect())
}

/// Returns ids and senders of the same messages.
pub(super) async fn senders(conn: &Conn, spans: &[Span]) -> Worked<HashMap<SpanKey, Vec<(MessageId, UserId)>>> {
    if spans.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room, person, above, upto) AS ({{}}), newest AS MATERIALIZED (
            SELECT need.room, need.person, need.above, need.upto, (SELECT x.id FROM messages x
                WHERE x.room = need.room AND x.id > need.above AND x.id <= need.upto AND x.sender <> need.person
                AND x.deleted_at IS NULL ORDER BY x.id DESC LIMIT 1 OFFSET {}) AS first FROM need)
         SELECT newest.person, newest.upto, m.room, m.id, m.sender FROM newest CROSS JOIN messages m
         WHERE m.room = newest.room AND m.id > newest.above AND m.id <= newest.upto AND m.id >= COALESCE(newest.first, 0)
         AND m.sender <> newest.person AND m.deleted_at IS NULL ORDER BY m.id",
        NEWEST - 1
    ));
    let need = spans.iter().map(|span| {
        let above = span.above.map_or(0, MessageId::number);
        [span.room.into(), span.user.into(), above.into(), span.upto.into()]
    });
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in conn.load::<StretchRow>(sql.rows(Rows::new(need))).await? {
        let StretchRow { person, upto, room, message, sender } = row;
        found.entry((room_id(room)?, user(person)?, upto)).or_default().push((message_id(message)?, user(sender)?));
    }
    Ok(found)
}

/// Returns these messages with their readers, and whether they were delivered.
pub(super) async fn readerships(conn: &Conn, messages: Vec<Arc<Message>>) -> Worked<Vec<Readership>> {
    let mut spans: BTreeMap<RoomId, (u64, u64)> = BTreeMap::new();
    for message in &messages {
        let (low, high) = spans.entry(message.room).or_insert((message.number, message.number));
        (*low, *high) = ((*low).min(message.number), (*high).max(message.number));
    }
    if spans.is_empty() {
        return Ok(Vec::new());
    }
    let (reached, delivered) = tokio::try_join!(reached(conn, &spans), delivered(conn, &spans))?;
    let nobody = Vec::new();
    let readerships = messages.into_iter().map(|message| {
        let readers = reached.get(&message.room).map(|who| marks(who, &message)).unwrap_or_default();
        let delivered = delivered.get(&message.room).unwrap_or(&nobody).iter();
        let delivered =
            delivered.filter(|(user, _)| *user != message.sender.id()).any(|(_, number)| *number >= message.number);
        Readership::of(message, readers, None, delivered)
    });
    Ok(readerships.collect())
}

/// Returns everybody who has read a message, in order of time.
pub(super) async fn readers(conn: &Conn, message: &Message) -> Worked<Vec<Mark>> {
    let span = BTreeMap::from([(message.room, (message.number, message.number))]);
    let reached = reached(conn, &span).await?;
    let mut readers = reached.get(&message.room).map(|who| marks(who, message)).unwrap_or_default();
    readers.sort_by_key(|mark| (mark.at, mark.user.id));
    Ok(readers)
}

/// Returns these messages with what became of them.
pub(super) async fn shown(conn: &Conn, messages: Vec<Arc<Message>>) -> Worked<Vec<Shown>> {
    let likes = reactions::newest(conn, likes_of(&messages), NEWEST);
    let last_replies = threads::last_replies(conn, &messages);
    let (mut likes, last_replies, readerships) =
        tokio::try_join!(likes, last_replies, readerships(conn, messages.clone()))?;
    let shown = readerships.into_iter().map(|readership| {
        let key = (readership.message.room, readership.message.id);
        let likes = likes.remove(&(key.0, key.1, Emoji::LIKE)).unwrap_or_default();
        let reception = Reception { last_reply_at: last_replies.get(&key).copied(), ..readership.reception(&likes) };
        Shown { reception, message: readership.message, mine: Vec::new() }
    });
    Ok(shown.collect())
}

/// Returns these messages with what became of them and the reader's own reactions.
pub(super) async fn shown_to(conn: &Conn, reader: UserId, messages: Vec<Arc<Message>>) -> Worked<Vec<Shown>> {
    let reacted = messages.iter().filter(|message| !message.reactions.is_empty());
    let reacted = reacted.map(|message| (message.room, message.id)).collect();
    let (mut mine, mut shown) = tokio::try_join!(reactions::of(conn, reader, reacted), shown(conn, messages))?;
    for shown in &mut shown {
        shown.mine = mine.remove(&(shown.message.room, shown.message.id)).unwrap_or_default();
    }
    Ok(shown)
}

/// Returns the keys of the likes of those messages that have any.
fn likes_of(messages: &[Arc<Message>]) -> BTreeSet<reactions::Key> {
    let liked = messages.iter().filter(|message| message.likes() > 0);
    liked.map(|message| (message.room, message.id, Emoji::LIKE)).collect()
}

/// A reader with their receipts: up to which number, and when.
pub(super) type Reader = (Handle, Vec<(u64, Time)>);

/// Returns who has read a message, and when.
fn marks(readers: &BTreeMap<UserId, Reader>, message: &Message) -> Vec<Mark> {
    let others = readers.values().filter(|(user, _)| user.id != message.sender.id());
    let marks = others.filter_map(|(user, receipts)| {
        let first = receipts.partition_point(|(number, _)| *number < message.number);
        receipts.get(first).map(|&(_, at)| Mark { user: *user, at })
    });
    marks.collect()
}

/// Returns who has read into these spans of numbers, with the receipts that tell when: of each reader those within the
/// span and the first one after it.
async fn reached(
    conn: &Conn,
    spans: &BTreeMap<RoomId, (u64, u64)>,
) -> Worked<BTreeMap<RoomId, BTreeMap<UserId, Reader>>> {
    let sql = Sql::new(
        "WITH need (room, low, high) AS ({}) SELECT c.room, u.id, u.uuid, c.number, c.at
         FROM need CROSS JOIN members m CROSS JOIN receipts c CROSS JOIN users u
         WHERE m.room = need.room AND m.read_number >= need.low AND u.id = m.person
         AND c.room = m.room AND c.person = m.person AND c.number >= need.low
         AND c.number <= COALESCE((SELECT x.number FROM receipts x WHERE x.room = m.room AND x.person = m.person
            AND x.number >= need.high ORDER BY x.number LIMIT 1), need.high)
         ORDER BY c.room, c.person, c.number",
    );
    let need = Rows::new(spans.iter().map(|(&room, &(low, high))| [room.into(), low.into(), high.into()]));
    let mut found: BTreeMap<RoomId, BTreeMap<UserId, Reader>> = BTreeMap::new();
    for ReceiptRow { room, person, uuid, number, at } in conn.load::<ReceiptRow>(sql.rows(need)).await? {
        let readers = found.entry(room_id(room)?).or_default();
        let reader = match readers.entry(user(person)?) {
            std::collections::btree_map::Entry::Occupied(reader) => reader.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert((handle(person, uuid.as_deref())?, Vec::new()))
            }
        };
        reader.1.push((count(number)?, Time(at)));
    }
    Ok(found)
}

/// Returns for each of these rooms the two members whom most messages have reached. At least one of them is not the
/// sender of a message.
async fn delivered(conn: &Conn, spans: &BTreeMap<RoomId, (u64, u64)>) -> Worked<HashMap<RoomId, Vec<(UserId, u64)>>> {
    let nth = |column: &str, n: u8| {
        format!(
            "(SELECT m.{column} FROM members m WHERE m.room = need.room
              ORDER BY m.delivered_number DESC, m.person DESC LIMIT 1 OFFSET {n})"
        )
    };
    let sql = Sql::new(format!(
        "WITH need (room) AS ({{}}) SELECT need.room, {}, {}, {}, {} FROM need WHERE need.room IS NOT NULL",
        nth("person", 0),
        nth("delivered_number", 0),
        nth("person", 1),
        nth("delivered_number", 1)
    ));
    let need = Rows::ints(spans.keys().map(|room| room.number()));
    let rows = conn.load::<ReachedRow>(sql.rows(need)).await?;
    let rows = rows.into_iter().map(|ReachedRow { room, first, first_number, second, second_number }| {
        let two = [first.zip(first_number), second.zip(second_number)].into_iter().flatten();
        let two = two.map(|(person, number)| Ok((user(person)?, count(number)?)));
        Ok((room_id(room)?, two.collect::<Worked<Vec<_>>>()?))
    });
    rows.collect()
}

//! Finding messages by their words.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chat_domain::find::{Found, Hit, Place};
use chat_domain::{Find, Message, RoomId, Time, UserId};

use super::reception::{self, Key, shown_to};
use super::{Conn, reads};
use crate::index::{Question, below, moment};
use crate::rows::{MESSAGE, MORE, PERSON, STANDS, SaidRow, message, room_id};
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// Returns a page of the messages that a user finds. The index tells which messages could match; each one is checked
/// before it is shown.
pub(super) async fn page(conn: &Conn, reader: UserId, find: Find) -> Worked<Found> {
    let rooms = match find.room {
        Some(room) => {
            reads::visible(conn, reader, room).await?;
            Some(vec![room])
        }
        None => few_rooms(conn, reader).await?,
    };
    if rooms.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Found { hits: Vec::new(), next: None });
    }
    let (mut hits, mut looked_at, mut walked) = (Vec::new(), 0, 0);
    let from = match find.since {
        Some(since) => bundle_of(conn, since).await?,
        None => 0,
    };
    let mut question = Question::of(&find, rooms.as_deref(), from, AT_FIRST);
    let next = loop {
        let bundles = conn.candidates(&question).await?;
        let next = bundles.last().filter(|_| bundles.len() >= question.limit).map(|last| below(last.moment));
        walked += bundles.len();
        let mut keys: Vec<_> = bundles.into_iter().flat_map(|bundle| bundle.messages).collect();
        keys.retain(|(room, _)| find.room.is_none_or(|wanted| *room == wanted));
        let keys = of_members(conn, reader, keys).await?;
        looked_at += keys.len();
        let mut found: Vec<_> =
            said(conn, &keys).await?.into_iter().filter(|message| find.hit(message).is_some()).collect();
        // What is in the bundles after these is older.
        found.sort_unstable_by_key(|message| Reverse(Place::of(message)));
        hits.extend(found.iter().map(|message| (Place::of(message), message.room)));
        match next {
            _ if hits.len() > find.limit => break None,
            None => break None,
            Some(place) if looked_at >= MOST_LOOKED_AT || walked >= MOST_WALKED => break Some(place),
            Some(place) => question.below = place,
        }
        question.limit = (question.limit * 2).min(MOST_AT_ONCE);
    };
    let more = hits.len() > find.limit;
    hits.truncate(find.limit);
    let next = if more { hits.last().map(|(place, _)| *place) } else { next };
    let keys: Vec<_> = hits.into_iter().map(|(place, room)| (room, place.message)).collect();
    let mut messages = reception::messages(conn, &keys).await?;
    let found = keys.iter().filter_map(|key| messages.remove(key));
    let (messages, highlights): (Vec<_>, Vec<_>) =
        found.filter_map(|message| find.hit(&message).map(|highlights| (message, highlights))).unzip();
    let shown = shown_to(conn, reader, messages).await?.into_iter().zip(highlights);
    Ok(Found { hits: shown.map(|(shown, highlights)| Hit { shown, highlights }).collect(), next })
}

/// Returns the number of the bundle that a time belongs to. It is a question of its own because Postgres plans well only
/// with a number that it knows.
async fn bundle_of(conn: &Conn, at: Time) -> Worked<i64> {
    let sql = Sql::new(format!("SELECT MAX(i.id) FROM {}indexed i WHERE i.id <= ?", Conn::INDEX));
    let bundle = conn.first::<(Option<i64>,)>(sql.bind(moment(at))).await?;
    Ok(bundle.and_then(|(bundle,)| bundle).unwrap_or(0))
}

/// Returns those messages that are in rooms where this reader is a member.
async fn of_members(conn: &Conn, reader: UserId, mut keys: Vec<Key>) -> Worked<Vec<Key>> {
    let rooms: BTreeSet<_> = keys.iter().map(|(room, _)| room.number()).collect();
    let sql = Sql::new(format!(
        "WITH need (room) AS ({{}}) SELECT m.room FROM need CROSS JOIN members m CROSS JOIN rooms r
         WHERE m.room = need.room AND m.person = ? AND m.active AND r.id = m.room AND {STANDS}"
    ));
    if rooms.is_empty() {
        return Ok(Vec::new());
    }
    let own = conn.load::<(i64,)>(sql.rows(Rows::ints(rooms)).bind(reader)).await?;
    let own: BTreeSet<_> = own.into_iter().map(|(room,)| room).collect();
    keys.retain(|(room, _)| own.contains(&room.number()));
    Ok(keys)
}

/// Loads these messages without what is shown around them.
pub(super) async fn said(conn: &Conn, keys: &[Key]) -> Worked<Vec<Message>> {
    let mut messages = Vec::with_capacity(keys.len());
    for keys in keys.chunks(MOST_ROWS) {
        let sql = Sql::new(format!(
            "WITH need (room, message) AS ({{}}) SELECT {MESSAGE}, {MORE}, {PERSON}
             FROM need CROSS JOIN messages m CROSS JOIN users u
             WHERE m.room = need.room AND m.id = need.message AND u.id = m.sender"
        ));
        let need = Rows::new(keys.iter().map(|&(room, message)| [room.into(), message.into()]));
        for row in conn.load::<SaidRow>(sql.rows(need)).await? {
            messages.push(message(row)?);
        }
    }
    Ok(messages)
}

/// Returns the rooms that a user is in, if they are few. Then the index is asked for these alone.
async fn few_rooms(conn: &Conn, reader: UserId) -> Worked<Option<Vec<RoomId>>> {
    let sql = Sql::new(format!(
        "SELECT m.room FROM members m JOIN rooms r ON r.id = m.room
         WHERE m.person = ? AND m.active AND {STANDS} ORDER BY m.room LIMIT ?"
    ));
    let rooms = conn.load::<(i64,)>(sql.bind(reader).bind(FEW + 1)).await?;
    if rooms.len() > FEW {
        return Ok(None);
    }
    rooms.into_iter().map(|(room,)| room_id(room)).collect::<Worked<_>>().map(Some)
}

/// How many rooms are few.
const FEW: usize = 64;

/// How many bundles of the index the first question and the largest one ask for, and how many messages are loaded at once.
const AT_FIRST: usize = 8;
const MOST_AT_ONCE: usize = 64;
const MOST_ROWS: usize = 512;

/// How many messages of the reader's rooms are checked for one page, and how many bundles are passed. If hardly any message
/// matches, the page is short.
const MOST_LOOKED_AT: usize = 2_000;
const MOST_WALKED: usize = 1_200;

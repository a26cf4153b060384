//! Finding messages by their words.

use chat_domain::find::{Found, Hit, Place};
use chat_domain::{Find, RoomId, UserId};

use super::reception::{self, shown_to};
use super::{Conn, reads};
use crate::index::Question;
use crate::rows::{STANDS, room_id};
use crate::sql::Sql;
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
    let (mut hits, mut looked_at) = (Vec::new(), 0);
    let mut question = Question::of(reader, &find, rooms.as_deref(), find.limit + 1);
    let next = loop {
        let candidates = conn.candidates(&question).await?;
        looked_at += candidates.places.len();
        let keys: Vec<_> = candidates.places.iter().map(|&(room, place)| (room, place.message)).collect();
        let mut messages = reception::messages(conn, &keys).await?;
        for key in keys {
            let Some(message) = messages.remove(&key) else { continue };
            hits.extend(find.hit(&message).map(|highlights| (message, highlights)));
        }
        match candidates.next {
            _ if hits.len() > find.limit => break None,
            None => break None,
            Some(place) if looked_at >= MOST_LOOKED_AT => break Some(place),
            Some(place) => question.below = place,
        }
        question.limit = (question.limit * 2).min(MOST_AT_ONCE);
    };
    let more = hits.len() > find.limit;
    hits.truncate(find.limit);
    let next = if more { hits.last().map(|(message, _)| Place::of(message)) } else { next };
    let (messages, mut highlights): (Vec<_>, Vec<_>) = hits.into_iter().unzip();
    let shown = shown_to(conn, reader, messages).await?.into_iter().zip(highlights.drain(..));
    Ok(Found { hits: shown.map(|(shown, highlights)| Hit { shown, highlights }).collect(), next })
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

/// How many messages are checked for one page. If hardly any of them matches, the page is short.
const MOST_LOOKED_AT: usize = 400;
const MOST_AT_ONCE: usize = 200;

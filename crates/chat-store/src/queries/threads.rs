//! Threads, and what replies quote.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chat_domain::view::{History, Page};
use chat_domain::{InReply, Message, MessageId, Quote, Refusal, RoomId, Time, UserId};

use super::reads::visible;
use super::reception::{self, Key, shown_to};
use super::{Conn, files, mentions};
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// Returns the messages of these rows. Quoted messages are looked up as they are now, if there are any.
pub(super) async fn messages(conn: &Conn, rows: Vec<SaidRow>) -> Worked<Vec<Arc<Message>>> {
    let quoted = rows.iter().filter_map(|(row, more, _)| Some((row.room, more.reply_to?)));
    let quotes = quotes(conn, quoted.collect()).await?;
    let named = rows.iter().filter_map(|(_, more, _)| more.mentions.as_deref());
    let handles = mentions::handles(conn, named).await?;
    let files = files::of_messages(conn, &rows).await?;
    let messages = rows.into_iter().map(|said| {
        let (row, more, _) = &said;
        let quote = more.reply_to.and_then(|message| quotes.get(&(row.room, message))).cloned();
        let thread = more.thread.map(message_id).transpose()?;
        let reply = thread.zip(quote).map(|(thread, quote)| Arc::new(InReply { thread, quote }));
        let mentions = more.mentions.as_deref().map(|spelled| Arc::new(mentions::read(spelled, &handles)));
        let message = message(said)?;
        let file = message.content_file().and_then(|named| files::called(&files, &named));
        Ok(Arc::new(Message { reply, mentions, file, ..message }))
    });
    messages.collect()
}

async fn quotes(conn: &Conn, of: BTreeSet<(i64, i64)>) -> Worked<HashMap<(i64, i64), Quote>> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room, message) AS ({{}})
         SELECT m.room, m.id, substr(m.content, 1, {}), m.deleted_at, {PERSON}
         FROM need CROSS JOIN messages m CROSS JOIN users u
         WHERE m.room = need.room AND m.id = need.message AND u.id = m.sender",
        chat_domain::quote::EXCERPT
    ));
    let need = Rows::new(of.into_iter().map(|(room, message)| [room.into(), message.into()]));
    let rows = conn.load::<(QuoteRow, PersonRow)>(sql.rows(need)).await?;
    let quotes = rows.into_iter().map(|(row, sender)| {
        let excerpt = if sender.unsaid { "".into() } else { row.excerpt.into() };
        let (message, sender) = (message_id(row.id)?, person(sender)?);
        let quote = Quote { message, sender, excerpt, deleted: row.deleted_at.is_some() };
        Ok(((row.room, row.id), quote))
    });
    quotes.collect()
}

/// Returns when the newest reply came that is not deleted, for those of these messages that have replies.
pub(super) async fn last_replies(conn: &Conn, messages: &[Arc<Message>]) -> Worked<HashMap<Key, Time>> {
    let answered = messages.iter().filter(|message| message.replies > 0);
    let need = Rows::new(answered.map(|message| [message.room.into(), message.id.into()]));
    if need.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(
        "WITH need (room, message) AS ({}) SELECT need.room, need.message, (SELECT x.created_at FROM messages x
            WHERE x.room = need.room AND x.thread = need.message AND x.deleted_at IS NULL ORDER BY x.id DESC LIMIT 1)
         FROM need WHERE need.room IS NOT NULL",
    );
    let rows = conn.load::<(i64, i64, Option<i64>)>(sql.rows(need)).await?;
    let known = rows.into_iter().filter_map(|(room, message, at)| Some((room, message, at?)));
    known.map(|(room, message, at)| Ok(((room_id(room)?, message_id(message)?), Time(at)))).collect()
}

/// Returns a page of the thread that a message belongs to, including its first message.
pub(super) async fn page(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    message: MessageId,
    page: Page,
    limit: usize,
) -> Worked<History> {
    let head = visible(conn, reader, room).await?.head;
    let asked = reception::messages(conn, &[(room, message)]).await?.remove(&(room, message));
    let first = asked.ok_or(Refusal::UnknownMessage)?.thread();
    let thread = Thread { conn, room, first };
    if thread.ids(0, i64::MAX, Side::Newest, 1).await?.is_empty() {
        return Err(Refusal::UnknownMessage.into());
    }
    let (ids, more_before, more_after) = match page {
        Page::After(after) => {
            let after = after.map_or(0, MessageId::number);
            let mut ids = thread.ids(after, i64::MAX, Side::Oldest, limit + 1).await?;
            let more = ids.len() > limit;
            ids.truncate(limit);
            (ids, !thread.ids(0, after + 1, Side::Newest, 1).await?.is_empty(), more)
        }
        _ => {
            let below = if let Page::Before(id) = page { id.number() } else { i64::MAX };
            let mut ids = thread.ids(0, below, Side::Newest, limit + 1).await?;
            let more = ids.len() > limit;
            ids.truncate(limit);
            ids.reverse();
            (ids, more, !thread.ids(below.saturating_sub(1), i64::MAX, Side::Oldest, 1).await?.is_empty())
        }
    };
    let mut found = reception::messages(conn, &ids.iter().map(|&id| (room, id)).collect::<Vec<_>>()).await?;
    let messages = ids.iter().filter_map(|&id| found.remove(&(room, id))).collect();
    Ok(History { messages: shown_to(conn, reader, messages).await?, more_before, more_after, head })
}

/// A thread of which a page is read.
struct Thread<'a> {
    conn: &'a Conn,
    room: RoomId,
    first: MessageId,
}

/// From which end a page is read.
#[derive(Clone, Copy)]
enum Side {
    Newest,
    Oldest,
}

impl Thread<'_> {
    /// Returns the first replies that are not deleted between two ids.
    async fn ids(&self, above: i64, below: i64, order: Side, most: usize) -> Worked<Vec<MessageId>> {
        let order = match order {
            Side::Newest => "DESC",
            Side::Oldest => "ASC",
        };
        let sql = Sql::new(format!(
            "SELECT found.id FROM (
                SELECT * FROM (SELECT x.id FROM messages x WHERE x.room = ? AND x.thread = ? AND x.deleted_at IS NULL
                    AND x.id > ? AND x.id < ? ORDER BY x.id {order} LIMIT ?) AS replies
                UNION ALL SELECT y.id FROM messages y WHERE y.room = ? AND y.id = ? AND y.deleted_at IS NULL
                    AND y.id > ? AND y.id < ?) AS found
             ORDER BY found.id {order} LIMIT ?"
        ));
        let sql = sql.bind(self.room).bind(self.first).bind(above).bind(below).bind(most);
        let sql = sql.bind(self.room).bind(self.first).bind(above).bind(below).bind(most);
        self.conn.load::<(i64,)>(sql).await?.into_iter().map(|(id,)| message_id(id)).collect()
    }
}

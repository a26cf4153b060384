//! What a user has said and done, in any room.

use std::sync::Arc;

use chat_domain::rows::ReactionRow;
use chat_domain::{Message, MessageId, RoomId, UserId};

use super::{Conn, threads};
use crate::rows::*;
use crate::sql::Sql;
use crate::tables::reactions::{REACTION, ReactionOf, reaction};
use crate::work_error::Worked;

/// Returns a user's messages that are not deleted, in the order of rooms and messages.
pub(super) async fn said(
    conn: &Conn,
    by: UserId,
    after: Option<(RoomId, MessageId)>,
    limit: usize,
) -> Worked<Vec<Arc<Message>>> {
    let (mut room, mut message) = after.map_or((0, 0), |(room, message)| (room.number(), message.number()));
    let mut said = Vec::new();
    loop {
        let sql = Sql::new(format!(
            "SELECT {MESSAGE}, {MORE}, {PERSON} FROM messages m JOIN users u ON u.id = m.sender
             WHERE m.room = ? AND m.sender = ? AND m.id > ? AND m.deleted_at IS NULL AND NOT u.unsaid ORDER BY m.id LIMIT ?"
        ));
        let sql = sql.bind(room).bind(by).bind(message).bind(limit - said.len());
        said.extend(conn.load::<SaidRow>(sql).await?);
        if said.len() >= limit {
            break;
        }
        // The next room in which the user is or was.
        let next = "SELECT MIN(m.room) AS room FROM members m WHERE m.person = ? AND m.room > ? AND";
        let sql = Sql::new(format!("SELECT MIN(n.room) FROM ({next} m.active UNION ALL {next} NOT m.active) n"));
        let sql = sql.bind(by).bind(room).bind(by).bind(room);
        match conn.first::<(Option<i64>,)>(sql).await?.and_then(|(room,)| room) {
            Some(next) => (room, message) = (next, 0),
            None => break,
        }
    }
    threads::messages(conn, said).await
}

/// Returns the reactions that a user gives, in the order of rooms, messages and emoji.
pub(super) async fn given(
    conn: &Conn,
    by: UserId,
    after: Option<ReactionRow>,
    limit: usize,
) -> Worked<Vec<ReactionRow>> {
    let (room, message) = after.as_ref().map_or((0, 0), |row| (row.room.number(), row.message.number()));
    let emoji = after.as_ref().map_or(String::new(), |row| row.emoji.as_str().to_owned());
    let sql = Sql::new(format!(
        "SELECT {REACTION}, {HANDLE} FROM reactions x JOIN users u ON u.id = x.person
         WHERE x.person = ? AND x.stands AND (x.room, x.message, x.emoji) > (?, ?, ?)
         ORDER BY x.room, x.message, x.emoji LIMIT ?"
    ));
    let rows = conn.load::<(ReactionOf, HandleRow)>(sql.bind(by).bind(room).bind(message).bind(emoji).bind(limit));
    rows.await?.into_iter().map(reaction).collect()
}

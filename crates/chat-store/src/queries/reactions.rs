//! Reactions to messages. A like is a reaction.

use std::collections::{BTreeSet, HashMap};

use chat_domain::reception::NEWEST;
use chat_domain::rows::ReactionRow;
use chat_domain::view::{Mark, Reactor, ReactorsPage};
use chat_domain::{Emoji, Fact, MessageId, Refusal, RoomId, UserId};

use super::reads::live_message;
use super::{Conn, reception};
use crate::rows::*;
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// The reactions to one message with one emoji.
pub(super) type Key = (RoomId, MessageId, Emoji);

/// Returns the newest rows of these reactions that stand, at most `most` of each, oldest first.
pub(super) async fn newest(conn: &Conn, of: BTreeSet<Key>, most: usize) -> Worked<HashMap<Key, Vec<ReactionRow>>> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room, message, emoji) AS ({{}}), bound AS MATERIALIZED (SELECT need.room, need.message, need.emoji,
            (SELECT x.seq FROM reactions x WHERE x.room = need.room AND x.message = need.message
             AND x.emoji = need.emoji AND x.stands ORDER BY x.seq DESC LIMIT 1 OFFSET ?) AS seq FROM need)
         SELECT {REACTION}, {HANDLE} FROM bound CROSS JOIN reactions x CROSS JOIN users u
         WHERE x.room = bound.room AND x.message = bound.message AND x.emoji = bound.emoji AND x.stands
         AND x.seq >= COALESCE(bound.seq, 0) AND u.id = x.person ORDER BY x.seq"
    ));
    let need =
        Rows::new(of.iter().map(|(room, message, emoji)| [(*room).into(), (*message).into(), emoji.as_str().into()]));
    let mut found: HashMap<Key, Vec<ReactionRow>> = HashMap::new();
    for row in conn.load::<(ReactionOf, HandleRow)>(sql.rows(need).bind(most - 1)).await? {
        let row = reaction(row)?;
        found.entry((row.room, row.message, row.emoji.clone())).or_default().push(row);
    }
    Ok(found)
}

/// Returns these users' own rows of these reactions.
pub(super) async fn own(
    conn: &Conn,
    asked: &[(RoomId, MessageId, UserId, Emoji)],
) -> Worked<HashMap<(RoomId, MessageId, UserId, Emoji), ReactionRow>> {
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room, message, person, emoji) AS ({{}})
         SELECT {REACTION}, {HANDLE} FROM need CROSS JOIN reactions x CROSS JOIN users u
         WHERE x.room = need.room AND x.message = need.message AND x.person = need.person AND x.emoji = need.emoji
         AND u.id = x.person"
    ));
    let need = asked
        .iter()
        .map(|(room, message, user, emoji)| [(*room).into(), (*message).into(), (*user).into(), emoji.as_str().into()]);
    let rows = conn.load::<(ReactionOf, HandleRow)>(sql.rows(Rows::new(need))).await?;
    let keyed = |row: ReactionRow| ((row.room, row.message, row.user.id, row.emoji.clone()), row);
    rows.into_iter().map(|row| reaction(row).map(keyed)).collect()
}

/// Returns the emoji with which a user reacts to these messages, in order of time.
pub(super) async fn of(
    conn: &Conn,
    user: UserId,
    messages: Vec<reception::Key>,
) -> Worked<HashMap<reception::Key, Vec<Emoji>>> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!(
        "WITH need (room, message) AS ({{}}) SELECT {REACTION}, {HANDLE} FROM need CROSS JOIN reactions x CROSS JOIN users u
         WHERE x.room = need.room AND x.message = need.message AND x.person = ? AND x.stands AND u.id = x.person
         ORDER BY x.seq"
    ));
    let need = Rows::new(messages.iter().map(|&(room, message)| [room.into(), message.into()]));
    let mut found: HashMap<reception::Key, Vec<Emoji>> = HashMap::new();
    for row in conn.load::<(ReactionOf, HandleRow)>(sql.rows(need).bind(user)).await? {
        let row = reaction(row)?;
        found.entry((row.room, row.message)).or_default().push(row.emoji);
    }
    Ok(found)
}

/// Returns the facts about these reactions.
pub(super) async fn facts(conn: &Conn, asked: &[(RoomId, MessageId, UserId, Emoji)]) -> Worked<Vec<Fact>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let about = asked.iter().map(|(room, message, _, emoji)| (*room, *message, emoji.clone())).collect();
    let (newest, own) = tokio::try_join!(newest(conn, about, NEWEST + asked.len()), own(conn, asked))?;
    let facts = asked.iter().map(|key @ (room, message, user, emoji)| {
        let mut rows = newest.get(&(*room, *message, emoji.clone())).cloned().unwrap_or_default();
        rows.extend(own.get(key).filter(|own| !rows.contains(own)).cloned().into_iter().collect::<Vec<_>>());
        Fact::Reactions(*room, *message, *user, emoji.clone(), rows)
    });
    Ok(facts.collect())
}

/// Returns who reacts to a message, oldest reaction first.
pub(super) async fn page(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    message: MessageId,
    page: ReactorsPage,
) -> Worked<Vec<Reactor>> {
    live_message(conn, reader, room, message).await?;
    let so = if page.emoji.is_some() { "x.emoji = ? AND " } else { "" };
    let sql = Sql::new(format!(
        "SELECT {REACTION}, {HANDLE} FROM reactions x JOIN users u ON u.id = x.person
         WHERE {so}x.room = ? AND x.message = ? AND x.stands AND x.seq > ? ORDER BY x.seq LIMIT ?"
    ));
    let sql = match &page.emoji {
        Some(emoji) => sql.bind(emoji.as_str()),
        None => sql,
    };
    let rows =
        conn.load::<(ReactionOf, HandleRow)>(sql.bind(room).bind(message).bind(page.after).bind(page.limit)).await?;
    rows.into_iter().map(|row| reaction(row).map(|row| Reactor::of(&row))).collect()
}

/// Returns who likes a message, oldest like first.
pub(super) async fn likers(
    conn: &Conn,
    reader: UserId,
    room: RoomId,
    message: MessageId,
    after: Option<UserId>,
    limit: usize,
) -> Worked<Vec<Mark>> {
    let after = match after {
        Some(user) => {
            live_message(conn, reader, room, message).await?;
            let like = own(conn, &[(room, message, user, Emoji::LIKE)]).await?.into_values().next();
            like.filter(|like| like.stands).ok_or(Refusal::UnknownUser)?.seq
        }
        None => 0,
    };
    let likes = page(conn, reader, room, message, ReactorsPage { emoji: Some(Emoji::LIKE), after, limit }).await?;
    Ok(likes.into_iter().map(|like| Mark { user: like.user, at: like.at }).collect())
}

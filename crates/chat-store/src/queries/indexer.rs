//! Keeps the index of words up to date: it follows the feed, and goes through all messages when the index is made anew.

use std::sync::Weak;

use chat_domain::{Answer, Failure, Fed, Message};

use super::replay::{CEILING, FLOOR};
use super::{Conn, Database, feed};
use crate::index::Entry;
use crate::pace::AT_ONCE;
use crate::rows::{MESSAGE, MORE, PERSON, SaidRow, message};
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// How far the index has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The last entry of the feed that the index has taken in.
    pub(crate) fed: u64,
    /// The room and the message after which making the index goes on; `None` if it is complete.
    pub(crate) making: Option<(i64, i64)>,
}

/// Returns what was noted of the index. An index that is new, or belongs to another life of the database, is to be
/// made.
async fn progress(conn: &Conn, life: u64, newest: u64) -> Worked<Progress> {
    let sql = Sql::new(format!("SELECT f.name, f.no FROM {}followers f WHERE f.name LIKE 'search%'", Conn::INDEX));
    let rows = conn.load::<(String, i64)>(sql).await?;
    let noted = |name: &str| rows.iter().find(|(known, _)| known == name).map(|(_, no)| *no);
    // On Postgres the index is in the database itself, and is restored with it.
    let is_of_this_life = Conn::SHARED || noted("search life") == Some(life as i64);
    let making = noted("search room").zip(noted("search message")).filter(|(room, _)| *room != DONE);
    match noted("search") {
        Some(fed) if is_of_this_life => Ok(Progress { fed: fed as u64, making }),
        _ => {
            conn.empty_index().await?;
            put(conn, "search life", life as i64).await?;
            let progress = Progress { fed: newest, making: Some((0, 0)) };
            note(conn, progress, true).await?;
            Ok(progress)
        }
    }
}

/// Notes how far the index has come; with `made`, also how far making it has come.
async fn note(conn: &Conn, progress: Progress, made: bool) -> Worked<()> {
    put(conn, "search", progress.fed as i64).await?;
    if made {
        let (room, message) = progress.making.unwrap_or((DONE, 0));
        put(conn, "search room", room).await?;
        put(conn, "search message", message).await?;
    }
    Ok(())
}

async fn put(conn: &Conn, name: &'static str, no: i64) -> Worked<()> {
    let sql = Sql::new(format!(
        "INSERT INTO {}followers (name, no) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET no = excluded.no",
        Conn::INDEX
    ));
    conn.run(sql.bind(name).bind(no)).await?;
    Ok(())
}

/// Asks whoever keeps the index to make it anew; it can be used meanwhile.
pub(crate) async fn start_anew(conn: &Conn) -> Worked<()> {
    put(conn, "search room", 0).await?;
    put(conn, "search message", 0).await
}

/// Returns the room and the message after which making the index goes on; `None` if it is complete.
pub(crate) async fn making(conn: &Conn) -> Worked<Option<(i64, i64)>> {
    let sql = Sql::new(format!("SELECT f.name, f.no FROM {}followers f WHERE f.name LIKE 'search%'", Conn::INDEX));
    let rows = conn.load::<(String, i64)>(sql).await?;
    let noted = |name: &str| rows.iter().find(|(known, _)| known == name).map_or(0, |(_, no)| *no);
    Ok(Some((noted("search room"), noted("search message"))).filter(|(room, _)| *room != DONE))
}

/// Returns the messages that these entries of the feed are about, as they are now.
async fn fed(conn: &Conn, turns: Vec<Fed>) -> Worked<Vec<Message>> {
    let need = || {
        let rows = turns.iter().map(|turn| [turn.room.into(), turn.from.into(), turn.upto.into()]);
        Rows::new(rows)
    };
    let bound = |bound: &str, seq: &str| bound.replacen('?', "need.room", 1).replacen('?', seq, 1);
    let sent = format!(
        "WITH need (room, low, high) AS ({{}}) SELECT {MESSAGE}, {MORE}, {PERSON}
         FROM need CROSS JOIN messages m CROSS JOIN users u
         WHERE m.room = need.room AND m.id > {} AND m.id <= {}
         AND m.seq >= need.low AND m.seq <= need.high AND u.id = m.sender",
        bound(FLOOR, "need.low"),
        bound(CEILING, "need.high")
    );
    let changed = format!(
        "WITH need (room, low, high) AS ({{}}) SELECT {MESSAGE}, {MORE}, {PERSON}
         FROM need CROSS JOIN changes c CROSS JOIN messages m CROSS JOIN users u
         WHERE c.room = need.room AND c.seq >= need.low AND c.seq <= need.high AND c.kind IN ('edited', 'deleted')
         AND m.room = c.room AND m.id = c.message AND u.id = m.sender"
    );
    let mut rows = conn.load::<SaidRow>(Sql::new(sent).rows(need())).await?;
    rows.extend(conn.load::<SaidRow>(Sql::new(changed).rows(need())).await?);
    let mut messages = rows.into_iter().map(message).collect::<Worked<Vec<_>>>()?;
    messages.sort_by_key(|message| message.id);
    messages.dedup_by_key(|message| message.id);
    Ok(messages)
}

/// Returns the next messages of all rooms.
async fn next(conn: &Conn, after: (i64, i64)) -> Worked<Vec<Message>> {
    let sql = Sql::new(format!(
        "SELECT {MESSAGE}, {MORE}, {PERSON} FROM messages m JOIN users u ON u.id = m.sender
         WHERE (m.room, m.id) > (?, ?) ORDER BY m.room, m.id LIMIT ?"
    ));
    let rows = conn.load::<SaidRow>(sql.bind(after.0).bind(after.1).bind(AT_ONCE)).await?;
    rows.into_iter().map(message).collect()
}

/// Keeps the index, on the node that holds the lease of the feed.
pub(crate) struct Indexer {
    holder: u64,
    progress: Option<Progress>,
}

impl Indexer {
    /// Makes an indexer that knows nothing yet.
    pub(crate) fn new(holder: u64) -> Indexer {
        Indexer { holder, progress: None }
    }

    /// Takes in the next messages. Returns whether there may be more.
    pub(crate) async fn step(&mut self, database: &Weak<Database>) -> Result<bool, Failure> {
        // Once the index is complete, what was noted is read again each time: another node may have kept the index
        // meanwhile, or somebody may want it made anew.
        let before = self.progress.take().filter(|progress| progress.making.is_some());
        let before = match before {
            Some(progress) => progress,
            None => {
                let newest = ask(database, |database| database.search(|conn| Box::pin(feed::newest(conn)))).await?;
                ask(database, |database| {
                    let life = database.life();
                    database.index(move |conn| Box::pin(progress(conn, life, newest)))
                })
                .await?
            }
        };
        let turns = ask(database, |database| {
            database.search(move |conn| Box::pin(feed::after(conn, before.fed, TURNS_AT_ONCE)))
        })
        .await?;
        let (after, messages) = match turns.first() {
            Some(first) if first.upto - first.from >= CHANGES_AT_ONCE => {
                // A long absence made one long turn: bit by bit.
                let mut from = first.from;
                while first.upto - from >= CHANGES_AT_ONCE {
                    let bit = Fed { from, upto: from + CHANGES_AT_ONCE - 1, ..first.clone() };
                    from += CHANGES_AT_ONCE;
                    let messages =
                        ask(database, |database| database.search(|conn| Box::pin(fed(conn, vec![bit])))).await?;
                    self.write(database, messages, before, false).await?;
                }
                let last = Fed { from, ..first.clone() };
                let messages =
                    ask(database, |database| database.search(|conn| Box::pin(fed(conn, vec![last])))).await?;
                (Progress { fed: first.no, ..before }, messages)
            }
            Some(_) => {
                let mut changes = 0;
                let turns: Vec<_> = turns
                    .into_iter()
                    .take_while(|turn| {
                        changes += turn.upto - turn.from + 1;
                        changes <= CHANGES_AT_ONCE
                    })
                    .collect();
                let upto = turns.last().map_or(before.fed, |turn| turn.no);
                let messages = ask(database, |database| database.search(|conn| Box::pin(fed(conn, turns)))).await?;
                (Progress { fed: upto, ..before }, messages)
            }
            None => match before.making {
                None => {
                    self.progress = Some(before);
                    return Ok(false);
                }
                Some(place) => {
                    let messages =
                        ask(database, |database| database.search(move |conn| Box::pin(next(conn, place)))).await?;
                    let making = messages.last().map(|last| (last.room.number(), last.id.number()));
                    (Progress { making, ..before }, messages)
                }
            },
        };
        self.write(database, messages, after, after.making != before.making).await?;
        self.progress = Some(after);
        Ok(true)
    }

    /// Writes the entries of these messages, and how far the index has come with them.
    async fn write(
        &self,
        database: &Weak<Database>,
        messages: Vec<Message>,
        progress: Progress,
        made: bool,
    ) -> Result<(), Failure> {
        let entries = move || messages.iter().map(Entry::of).collect::<Vec<_>>();
        // Finding stems takes a while, so it is done on a thread where it keeps nobody waiting.
        let entries = tokio::task::spawn_blocking(entries).await.map_err(|_| Failure::Unavailable)?;
        let holder = self.holder;
        let written = ask(database, |database| {
            database.index(move |conn| {
                Box::pin(async move {
                    // A node that was frozen must not write older words over newer ones.
                    if Conn::SHARED && !feed::hold(conn, holder).await? {
                        return Ok(false);
                    }
                    conn.index(&entries).await?;
                    note(conn, progress, made).await?;
                    Ok(true)
                })
            })
        });
        if written.await? { Ok(()) } else { Err(Failure::Unavailable) }
    }
}

/// Asks a database that is held only while the question is asked, so that closing a store does not wait for its
/// followers.
pub(super) async fn ask<T>(
    database: &Weak<Database>,
    ask: impl FnOnce(&Database) -> Answer<'static, T>,
) -> Result<T, Failure> {
    let answer = ask(&*database.upgrade().ok_or(Failure::Unavailable)?);
    answer.await
}

/// Stands in the place of a room when the index is complete.
pub(crate) const DONE: i64 = -1;

const CHANGES_AT_ONCE: u64 = AT_ONCE as u64;
const TURNS_AT_ONCE: usize = AT_ONCE;

//! Keeps the index of words up to date: it follows the feed, and goes through all messages when the index is made anew.

use std::sync::Weak;

use chat_domain::{Answer, Failure, FeedEntry};

use super::pieces::{self, Piece};
use super::{Conn, Database, feed, vanish};
use crate::index::bundles;
use crate::pace::AT_ONCE;
use crate::sql::Sql;
use crate::work::Working;
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
        let before = match self.progress.take().filter(|progress| progress.making.is_some()) {
            Some(progress) => progress,
            None => noted(database).await?,
        };
        let entries = question(database, move |conn| Box::pin(feed::after(conn, before.fed, ENTRIES_AT_ONCE))).await?;
        let (after, piece) = match (entries.first(), before.making) {
            (Some(first), _) if changes(first) > CHANGES_AT_ONCE => self.long_entry(database, before, first).await?,
            (Some(_), _) => next_entries(database, before, entries).await?,
            (None, _) if self.forget(database, before).await? => {
                self.progress = Some(before);
                return Ok(true);
            }
            (None, Some(place)) => next_messages(database, before, place).await?,
            (None, None) => {
                self.progress = Some(before);
                return Ok(false);
            }
        };
        self.write(database, piece, after, after.making != before.making).await?;
        self.progress = Some(after);
        Ok(true)
    }

    /// Takes in an entry of the feed that has more changes than one step takes, as after a long absence: all but its last
    /// piece are written here.
    async fn long_entry(
        &self,
        database: &Weak<Database>,
        before: Progress,
        entry: &FeedEntry,
    ) -> Result<Next, Failure> {
        let mut rest = entry.clone();
        while changes(&rest) > CHANGES_AT_ONCE {
            let piece = FeedEntry { upto: rest.from + CHANGES_AT_ONCE - 1, ..rest.clone() };
            rest.from += CHANGES_AT_ONCE;
            let piece = question(database, |conn| Box::pin(pieces::heard(conn, vec![piece]))).await?;
            self.write(database, piece, before, false).await?;
        }
        let piece = question(database, |conn| Box::pin(pieces::heard(conn, vec![rest]))).await?;
        Ok((Progress { fed: entry.no, ..before }, piece))
    }

    /// Deletes some entries of messages that have vanished. Returns whether there were any.
    async fn forget(&self, database: &Weak<Database>, progress: Progress) -> Result<bool, Failure> {
        let (forgotten, piece) = question(database, |conn| Box::pin(pieces::vanished(conn))).await?;
        if forgotten.is_empty() {
            return Ok(false);
        }
        self.write(database, piece, progress, false).await?;
        ask(database, |database| {
            database.write_beside(move |conn| Box::pin(async move { vanish::are_unfound(conn, &forgotten).await }))
        })
        .await?;
        Ok(true)
    }

    /// Writes the bundles of a piece, and how far the index has come with it.
    async fn write(
        &self,
        database: &Weak<Database>,
        piece: Piece,
        progress: Progress,
        made: bool,
    ) -> Result<(), Failure> {
        let with_bundles = move || (bundles(&piece.known, piece.newest, &piece.messages), piece);
        // Finding stems takes a while, so it is done on a thread where it keeps nobody waiting.
        let ready = tokio::task::spawn_blocking(with_bundles).await;
        let (bundles, piece) = ready.map_err(|_| Failure::Unavailable)?;
        let holder = self.holder;
        let written = ask(database, |database| {
            database.index(move |conn| {
                Box::pin(async move {
                    // A node that was frozen must not write older words over newer ones.
                    if Conn::SHARED && !feed::hold(conn, holder).await? {
                        return Ok(false);
                    }
                    let gone: Vec<_> = piece.known.iter().map(|known| known.moment).collect();
                    conn.index(&gone, &bundles).await?;
                    pieces::gather(conn, &piece).await?;
                    note(conn, progress, made).await?;
                    if made && progress.making.is_none() {
                        conn.shrink_index().await?;
                    }
                    Ok(true)
                })
            })
        });
        if written.await? { Ok(()) } else { Err(Failure::Unavailable) }
    }
}

/// How far the index is after a step, and what the step takes in.
type Next = (Progress, Piece);

/// Returns how far the index has come, as it was noted.
async fn noted(database: &Weak<Database>) -> Result<Progress, Failure> {
    let newest = question(database, |conn| Box::pin(feed::newest(conn))).await?;
    ask(database, |database| {
        let life = database.life();
        database.index(move |conn| Box::pin(progress(conn, life, newest)))
    })
    .await
}

/// Returns the messages of the next entries of the feed, as many as one step takes.
async fn next_entries(database: &Weak<Database>, before: Progress, entries: Vec<FeedEntry>) -> Result<Next, Failure> {
    let mut sum = 0;
    let is_within = |entry: &FeedEntry| {
        sum += changes(entry);
        sum <= CHANGES_AT_ONCE
    };
    let entries: Vec<_> = entries.into_iter().take_while(is_within).collect();
    let upto = entries.last().map_or(before.fed, |entry| entry.no);
    let piece = question(database, |conn| Box::pin(pieces::heard(conn, entries))).await?;
    Ok((Progress { fed: upto, ..before }, piece))
}

/// Returns the next piece of an index that is made anew. First the keys of all messages are collected. Then the messages are
/// taken by their age, so that those of a bundle come together.
async fn next_messages(database: &Weak<Database>, before: Progress, place: (i64, i64)) -> Result<Next, Failure> {
    let next = question(database, move |conn| {
        Box::pin(async move {
            if place.0 == GATHERED { pieces::oldest(conn).await } else { pieces::keys(conn, place).await }
        })
    });
    let piece = next.await?;
    let making = match (piece.gathered.last(), piece.done) {
        (Some((_, message, room)), _) => Some((*room, *message)),
        (None, Some((at, _))) => Some((GATHERED, at)),
        (None, None) if place.0 == GATHERED => None,
        (None, None) => Some((GATHERED, 0)),
    };
    Ok((Progress { making, ..before }, piece))
}

/// Returns how many changes an entry of the feed has.
fn changes(entry: &FeedEntry) -> u64 {
    entry.upto - entry.from + 1
}

/// Asks the database a question on a connection for searches.
async fn question<T: Send + 'static>(
    database: &Weak<Database>,
    work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
) -> Result<T, Failure> {
    ask(database, |database| database.search(work)).await
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

/// Stands in the place of a room when the keys of all messages are collected.
const GATHERED: i64 = -2;

const CHANGES_AT_ONCE: u64 = AT_ONCE as u64;
const ENTRIES_AT_ONCE: usize = AT_ONCE;

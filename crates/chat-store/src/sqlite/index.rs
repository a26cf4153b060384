//! The index of words on SQLite: a file of its own beside the database, so that writing to it does not keep the only
//! writer busy.
//!
//! Everything in it can be made again from the messages. The number of an entry contains when the message was sent, so
//! that FTS5 finds the newest messages first, and can stop early.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chat_domain::find::Place;
use chat_domain::{MessageId, Time};
use diesel::QueryResult;

use super::queries::indexer;
use super::{Conn, file, ready, transact};
use crate::error::OpenError;
use crate::index::{Candidates, Entry, LATEST, Needle, Question};
use crate::rows::{STANDS, message_id, room_id};
use crate::sql::{Rows, Sql, Write};
use crate::work_error::Worked;

/// Returns the path of a database's index.
pub(crate) fn beside(database: &Path) -> PathBuf {
    PathBuf::from(format!("{}.search", database.display()))
}

/// Opens the index for its writer. If it cannot be read, it is made anew.
pub(super) fn open(path: &Path) -> Result<Conn, OpenError> {
    file::keep_private(path);
    let first = connect(path);
    let again = first.or_else(|error| {
        tracing::error!("the index of words is made anew: {error}");
        for end in ["", "-wal", "-shm"] {
            // If it cannot be deleted, the error is found again when the new one is opened.
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
        file::keep_private(path);
        connect(path)
    });
    again.map_err(OpenError::Unready)
}

/// Asks whoever keeps the index to make it anew.
pub(crate) fn reindex(database: &Path) -> Result<(), OpenError> {
    let index = existing(database)?;
    ready(transact(&index, |conn| Box::pin(indexer::start_anew(conn)))).map_err(OpenError::away)
}

/// Returns how far making it anew has come: the room and the message after which it goes on; `None` if it is complete.
pub(crate) fn unindexed(database: &Path) -> Result<Option<(i64, i64)>, OpenError> {
    let index = existing(database)?;
    ready(indexer::making(&index)).map_err(OpenError::away)
}

/// Opens the index of a database that exists.
fn existing(database: &Path) -> Result<Conn, OpenError> {
    if !database.exists() {
        return Err(OpenError::Unready(format!("there is no `{}`", database.display())));
    }
    let index = beside(database);
    file::keep_private(&index);
    connect(&index).map_err(OpenError::Unready)
}

fn connect(path: &Path) -> Result<Conn, String> {
    let conn = Conn::open(":memory:").map_err(|error| error.to_string())?;
    attach(&conn, Some(path)).map_err(|error| error.to_string())?;
    Ok(conn)
}

/// Makes the index a part of a connection, under the name that all questions use. Without a path, the index is in
/// memory.
pub(super) fn attach(conn: &Conn, path: Option<&Path>) -> QueryResult<()> {
    let path = path.map_or(":memory:".into(), |path| path.display().to_string());
    ready(conn.run(Sql::new("ATTACH DATABASE ? AS search").bind(path)))?;
    conn.batch(TABLES)
}

impl Conn {
    /// The prefix of the index's tables.
    pub(crate) const INDEX: &str = "search.";

    /// Deletes all entries.
    pub(crate) async fn empty_index(&self) -> Worked<()> {
        Ok(self.batch("DELETE FROM search.docs; INSERT INTO search.words (words) VALUES ('delete-all')")?)
    }

    /// Writes entries, over older ones of the same messages.
    pub(crate) async fn index(&self, entries: &[Entry]) -> Worked<()> {
        let mut numbers = self.numbers(entries).await?;
        let (mut gone, mut docs, mut words) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            let mut near_by = numbers.range(near(entry.at));
            let known = near_by.find(|(_, message)| **message == entry.message.number()).map(|(id, _)| *id);
            gone.extend(known);
            let Some(id) = known.or_else(|| near(entry.at).find(|id| !numbers.contains_key(id))) else { continue };
            if !entry.marks.is_empty() {
                numbers.insert(id, entry.message.number());
                docs.push([id.into(), entry.room.into(), entry.message.into()]);
                let marks: Vec<_> = entry.marks.iter().map(String::as_str).collect();
                words.push([id.into(), marks.join(" ").into()]);
            }
        }
        for table in ["DELETE FROM search.docs WHERE id IN (", "DELETE FROM search.words WHERE rowid IN ("] {
            self.write(Write::other(table, Rows::ints(gone.iter().copied()), ")")).await?;
        }
        self.write(Write::insert("search.docs (id, room, message)", Rows::new(docs), "")).await?;
        self.write(Write::insert("search.words (rowid, marks)", Rows::new(words), "")).await?;
        Ok(())
    }

    /// Returns the numbers that are taken around the moments of these messages, with the messages that have them.
    async fn numbers(&self, entries: &[Entry]) -> QueryResult<BTreeMap<i64, i64>> {
        let mut moments: Vec<_> = entries.iter().map(|entry| entry.at.0).collect();
        moments.sort_unstable();
        moments.dedup();
        let mut numbers = BTreeMap::new();
        for moments in moments.chunks(MOST_MOMENTS) {
            let sql = Sql::new(
                "WITH need (low, high) AS ({}) SELECT d.id, d.message FROM need CROSS JOIN search.docs d
                 WHERE d.id >= need.low AND d.id < need.high",
            );
            let need = moments.iter().map(|at| [number(*at).into(), number(at + SPREAD).into()]);
            numbers.extend(self.load::<(i64, i64)>(sql.rows(Rows::new(need))).await?);
        }
        Ok(numbers)
    }

    /// Returns the newest messages that could match.
    pub(crate) async fn candidates(&self, question: &Question) -> Worked<Candidates> {
        let Question { reader, since, below, limit, .. } = *question;
        let words = question.spelled(") AND (", " OR ", |spelled, mark| match mark {
            Needle::Whole(mark) => spelled.extend(["\"", mark, "\""]),
            Needle::Beginning(mark) => spelled.extend(["\"", mark, "\" *"]),
        });
        let walk = format!(
            "WITH c AS MATERIALIZED (SELECT w.rowid AS id FROM search.words w
                WHERE w.words MATCH ? AND w.rowid < ? AND w.rowid >= ? ORDER BY w.rowid DESC LIMIT {MOST_LOOKED_AT})"
        );
        let (upto, from) = (number(below.at.0 + 1), number(since.0.max(0)));
        let text = format!(
            "{walk} SELECT d.id, d.room, d.message FROM c CROSS JOIN search.docs d WHERE d.id = c.id AND d.room IN (
                SELECT m.room FROM members m JOIN rooms r ON r.id = m.room
                WHERE m.person = ? AND m.active AND {STANDS})
             ORDER BY d.id DESC LIMIT ?"
        );
        let sql = |upto: i64, from: i64, limit: usize| {
            Sql::new(text.clone()).bind(words.clone()).bind(upto).bind(from).bind(reader).bind(limit)
        };
        let mut rows = self.load::<(i64, i64, i64)>(sql(upto, from, limit)).await?;
        let next = match rows.last().filter(|_| rows.len() >= limit).map(|row| row.0) {
            Some(last) => {
                // Messages of the same moment have no order among them, so all of the last moment are taken.
                rows.extend(self.load::<(i64, i64, i64)>(sql(last, number(moment(last)), MOST_LOOKED_AT)).await?);
                Some(Place { at: Time(moment(last)), message: FIRST })
            }
            None => {
                let sql = Sql::new(format!("{walk} SELECT MIN(c.id), COUNT(*) FROM c"));
                let looked = self.first::<(Option<i64>, i64)>(sql.bind(words.clone()).bind(upto).bind(from)).await?;
                let last = looked.filter(|(_, many)| *many >= MOST_LOOKED_AT as i64).and_then(|(id, _)| id);
                rows.retain(|row| last.is_none_or(|last| moment(row.0) > moment(last)));
                last.map(|last| Place { at: Time(moment(last) + 1), message: FIRST })
            }
        };
        let mut places = Vec::with_capacity(rows.len());
        for (id, room, message) in rows {
            places.push((room_id(room)?, Place { at: Time(moment(id)), message: message_id(message)? }));
        }
        places.retain(|(_, place)| *place < below);
        places.sort_unstable_by_key(|(_, place)| std::cmp::Reverse(*place));
        Ok(Candidates { places, next })
    }
}

/// Returns the first number for a message of this moment.
fn number(at: i64) -> i64 {
    at.clamp(0, LATEST) << BITS
}

/// Returns the moment that a number contains.
fn moment(number: i64) -> i64 {
    number >> BITS
}

/// Returns the numbers for a message of this moment. Only an import has more than two thousand messages in a
/// microsecond; those that find no number at their own moment get one a little later.
fn near(at: Time) -> std::ops::Range<i64> {
    number(at.0)..number(at.0 + SPREAD)
}

const BITS: u32 = 11;
const SPREAD: i64 = 8;

const FIRST: MessageId = MessageId::new(1).expect("1 is an id");

/// The largest number of entries that one question looks at. After that it returns what it has.
const MOST_LOOKED_AT: usize = 20_000;

/// For how many moments numbers are asked for at once.
const MOST_MOMENTS: usize = 256;

const TABLES: &str = "
    PRAGMA search.journal_mode = WAL;
    PRAGMA search.synchronous = NORMAL;
    PRAGMA search.secure_delete = ON;
    PRAGMA search.wal_autocheckpoint = 1000;
    CREATE VIRTUAL TABLE IF NOT EXISTS search.words USING fts5
        (marks, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
    CREATE TABLE IF NOT EXISTS search.docs (id INTEGER PRIMARY KEY, room INTEGER NOT NULL, message INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS search.followers (name TEXT PRIMARY KEY, no INTEGER NOT NULL);
";

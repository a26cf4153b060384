//! The index of words on SQLite: a file of its own beside the database, so that writing to it does not keep the only
//! writer busy.
//!
//! Everything in it can be made again from the messages. The number of a bundle is the moment of its first messages, so
//! that FTS5 finds the newest bundles first, and can stop early.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use diesel::QueryResult;

use super::queries::indexer;
use super::{Conn, file, ready, transact};
use crate::error::OpenError;
use crate::index::{Bundle, Known, Needle, Question, moment};
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
    let form = ready(conn.first::<(i64,)>(Sql::new("PRAGMA search.user_version")))?.map_or(0, |(form,)| form);
    let tables = ready(conn.first::<(i64,)>(Sql::new("SELECT COUNT(*) FROM search.sqlite_master")))?;
    match form {
        FORM => conn.batch(TABLES),
        _ if tables.is_none_or(|(tables,)| tables == 0) => conn
            .batch(&format!("PRAGMA search.auto_vacuum = INCREMENTAL; {TABLES} PRAGMA search.user_version = {FORM}")),
        _ => Err(diesel::result::Error::QueryBuilderError("it was made by another version of the server".into())),
    }
}

impl Conn {
    /// The prefix of the index's tables.
    pub(crate) const INDEX: &str = "search.";

    /// The table that collects keys while the index is made anew, with its columns.
    pub(crate) const GATHERED: &str = "search.gathered (at, message, room)";

    /// Deletes all bundles.
    pub(crate) async fn empty_index(&self) -> Worked<()> {
        Ok(self.batch("DELETE FROM search.indexed; INSERT INTO search.words (words) VALUES ('delete-all')")?)
    }

    /// Returns the space of collected keys to the file system.
    pub(crate) async fn shrink_index(&self) -> Worked<()> {
        Ok(self.batch("PRAGMA search.incremental_vacuum")?)
    }

    /// Writes bundles in place of the bundles with these numbers.
    pub(crate) async fn index(&self, gone: &[i64], bundles: &[Bundle]) -> Worked<()> {
        let all: BTreeSet<_> = gone.iter().copied().chain(bundles.iter().map(|bundle| bundle.moment)).collect();
        for table in ["DELETE FROM search.indexed WHERE id IN (", "DELETE FROM search.words WHERE rowid IN ("] {
            self.write(Write::other(table, Rows::ints(all.iter().copied()), ")")).await?;
        }
        let kept = bundles.iter().map(|bundle| [bundle.moment.into(), bundle.spelled_messages().into()]);
        self.write(Write::insert("search.indexed (id, messages)", Rows::new(kept), "")).await?;
        let words = bundles.iter().map(|bundle| [bundle.moment.into(), bundle.spelled_marks().into()]);
        self.write(Write::insert("search.words (rowid, marks)", Rows::new(words), "")).await?;
        Ok(())
    }

    /// Returns the newest bundles with messages that could match.
    pub(crate) async fn candidates(&self, question: &Question) -> Worked<Vec<Known>> {
        let words = question.spelled(") AND (", " OR ", |spelled, mark| match mark {
            Needle::Whole(mark) => spelled.extend(["\"", mark, "\""]),
            Needle::Beginning(mark) => spelled.extend(["\"", mark, "\" *"]),
        });
        let sql = Sql::new(
            "WITH c AS MATERIALIZED (SELECT w.rowid AS id FROM search.words w WHERE w.words MATCH ? AND w.rowid <= ?
                AND w.rowid >= ? ORDER BY w.rowid DESC LIMIT ?)
             SELECT i.id, i.messages FROM c CROSS JOIN search.indexed i WHERE i.id = c.id ORDER BY i.id DESC",
        );
        let sql = sql.bind(words).bind(moment(question.below.at)).bind(question.from).bind(question.limit);
        self.load(sql).await?.into_iter().map(Known::read).collect()
    }
}

/// The number of this layout of the file. A file with another layout is made anew.
const FORM: i64 = 2;

const TABLES: &str = "
    PRAGMA search.journal_mode = WAL;
    PRAGMA search.synchronous = NORMAL;
    PRAGMA search.secure_delete = ON;
    PRAGMA search.wal_autocheckpoint = 1000;
    CREATE VIRTUAL TABLE IF NOT EXISTS search.words USING fts5
        (marks, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
    CREATE TABLE IF NOT EXISTS search.indexed (id INTEGER PRIMARY KEY, messages TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS search.gathered
        (at INTEGER, message INTEGER, room INTEGER NOT NULL, PRIMARY KEY (at, message)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS search.followers (name TEXT PRIMARY KEY, no INTEGER NOT NULL);
";

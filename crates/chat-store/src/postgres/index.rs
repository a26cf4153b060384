//! The index of words on Postgres: a table with a GIN index, for which the planner may choose its plans.

use std::sync::Arc;

use chat_domain::Time;
use chat_domain::find::Place;

use super::Conn;
use super::address::Address;
use super::queries::{indexer, transacted};
use crate::error::OpenError;
use crate::index::{Candidates, Entry, Needle, Question};
use crate::rows::{STANDS, message_id, room_id};
use crate::sql::{Rows, Sql, Write};
use crate::work::Options;
use crate::work_error::Worked;

/// Asks whoever keeps the index to make it anew.
pub(crate) async fn reindex(url: &str) -> Result<(), OpenError> {
    let conn = connect(url).await?;
    conn.begin().await.map_err(|error| OpenError::away(error.into()))?;
    transacted(&conn, |conn| Box::pin(indexer::start_anew(conn))).await.map_err(OpenError::away)
}

/// Returns how far making it anew has come: the room and the message after which it goes on; `None` if it is complete.
pub(crate) async fn unindexed(url: &str) -> Result<Option<(i64, i64)>, OpenError> {
    indexer::making(&connect(url).await?).await.map_err(OpenError::away)
}

/// Makes a connection that does not belong to a store.
async fn connect(url: &str) -> Result<Conn, OpenError> {
    let address = Address::parse(url, Arc::default(), &Options::default())?;
    address.dial().await.map_err(|said| address.refused(said))
}

impl Conn {
    /// The prefix of the index's tables.
    pub(crate) const INDEX: &str = "";

    /// Does nothing: entries are overwritten, and the index belongs to this database.
    pub(crate) async fn empty_index(&self) -> Worked<()> {
        Ok(())
    }

    /// Writes entries, over older ones of the same messages.
    pub(crate) async fn index(&self, entries: &[Entry]) -> Worked<()> {
        let keys = entries.iter().map(|entry| [entry.at.into(), entry.message.into()]);
        self.write(Write::other("DELETE FROM words WHERE (at, message) IN (", Rows::new(keys), ")")).await?;
        let rows = entries.iter().filter(|entry| !entry.marks.is_empty()).map(|entry| {
            let marks: Vec<_> = entry.marks.iter().map(|mark| format!("'{mark}'")).collect();
            [entry.at.into(), entry.message.into(), entry.room.into(), marks.join(" ").into()]
        });
        let head =
            "INSERT INTO words (at, message, room, marks) SELECT n.at, n.message, n.room, n.marks::tsvector FROM (";
        Ok(self.write(Write::other(head, Rows::new(rows), ") n (at, message, room, marks)")).await?)
    }

    /// Returns the newest messages that could match.
    pub(crate) async fn candidates(&self, question: &Question) -> Worked<Candidates> {
        let Question { reader, since, below, limit, .. } = *question;
        let words = question.spelled(") & (", " | ", |spelled, mark| match mark {
            Needle::Whole(mark) => spelled.extend(["'", mark, "'"]),
            Needle::Beginning(mark) => spelled.extend(["'", mark, "':*"]),
        });
        let sql = Sql::new(format!(
            "SELECT w.at, w.message, w.room FROM words w
             WHERE w.marks @@ ?::tsquery AND (w.at, w.message) < (?, ?) AND w.at >= ? AND w.room IN (
                SELECT m.room FROM members m JOIN rooms r ON r.id = m.room
                WHERE m.person = ? AND m.active AND {STANDS})
             ORDER BY w.at DESC, w.message DESC LIMIT ?"
        ));
        let sql = sql.bind(words).bind(below.at).bind(below.message).bind(since).bind(reader).bind(limit);
        self.script(FREELY).await?;
        let rows = self.load::<(i64, i64, i64)>(sql).await?;
        self.script(AS_EVER).await?;
        let more = rows.len() >= limit;
        let mut places = Vec::with_capacity(rows.len());
        for (at, message, room) in rows {
            places.push((room_id(room)?, Place { at: Time(at), message: message_id(message)? }));
        }
        let next = places.last().filter(|_| more).map(|(_, place)| *place);
        Ok(Candidates { places, next })
    }
}

/// Lets the planner choose by its statistics, anew each time, because words differ much in how rare they are.
const FREELY: &str = "SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on; SET LOCAL enable_hashjoin = on;
    SET LOCAL enable_seqscan = on; SET LOCAL plan_cache_mode = force_custom_plan";

/// The settings of all other questions: rows are read by their keys.
const AS_EVER: &str = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan";

//! The index of words on Postgres: a table with a GIN index, for which the planner may choose its plans.

use std::sync::Arc;

use super::Conn;
use super::address::Address;
use super::queries::{indexer, transacted};
use crate::error::OpenError;
use crate::index::{Bundle, Known, Needle, Question, moment};
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

    /// The table that collects keys while the index is made anew, with its columns.
    pub(crate) const GATHERED: &str = "gathered (at, message, room)";

    /// Does nothing: bundles are overwritten, and the index belongs to this database.
    pub(crate) async fn empty_index(&self) -> Worked<()> {
        Ok(())
    }

    /// Does nothing: Postgres reuses the space of collected keys itself.
    pub(crate) async fn shrink_index(&self) -> Worked<()> {
        Ok(())
    }

    /// Writes bundles in place of the bundles with these numbers.
    pub(crate) async fn index(&self, gone: &[i64], bundles: &[Bundle]) -> Worked<()> {
        self.write(Write::other("DELETE FROM indexed WHERE id IN (", Rows::ints(gone.iter().copied()), ")")).await?;
        let rows = bundles
            .iter()
            .map(|bundle| [bundle.moment.into(), bundle.spelled_messages().into(), bundle.spelled_marks().into()]);
        Ok(self.write(Write::insert("indexed (id, messages, marks)", Rows::new(rows), "")).await?)
    }

    /// Returns the newest bundles with messages that could match.
    pub(crate) async fn candidates(&self, question: &Question) -> Worked<Vec<Known>> {
        let words = question.spelled(") & (", " | ", |spelled, mark| match mark {
            Needle::Whole(mark) => spelled.extend(["'", mark, "'"]),
            Needle::Beginning(mark) => spelled.extend(["'", mark, "':*"]),
        });
        let sql = Sql::new(
            "SELECT i.id, i.messages FROM indexed i
             WHERE array_to_tsvector(string_to_array(i.marks, ' ')) @@ ?::tsquery AND i.id <= ? AND i.id >= ?
             ORDER BY i.id DESC LIMIT ?",
        );
        let sql = sql.bind(words).bind(moment(question.below.at)).bind(question.from).bind(question.limit);
        self.script(FREELY).await?;
        let rows = self.load(sql).await?;
        self.script(AS_EVER).await?;
        rows.into_iter().map(Known::read).collect()
    }
}

/// Lets the planner choose by its statistics, anew each time, because words differ much in how rare they are.
const FREELY: &str = "SET LOCAL enable_bitmapscan = on; SET LOCAL enable_sort = on; SET LOCAL enable_hashjoin = on;
    SET LOCAL enable_seqscan = on; SET LOCAL plan_cache_mode = force_custom_plan";

/// The settings of all other questions: rows are read by their keys.
const AS_EVER: &str = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan";

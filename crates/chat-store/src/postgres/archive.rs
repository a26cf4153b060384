//! The tables of a database with all of their rows, for archives.

use std::sync::Arc;

use super::Conn;
use super::address::Address;
use super::life::Life;
use super::queries;
use crate::archive::{Held, Sort, Taker, carried, quoted};
use crate::sql::Sql;
use crate::work::Options;
use crate::work_error::Worked;

/// Hands out everything that the database holds.
pub(crate) async fn export(url: &str, take: Taker<'_>) -> Result<(), String> {
    let address = Address::parse(url, Arc::new(Life::default()), &Options::default());
    let address = address.map_err(|error| error.to_string())?;
    let conn = address.dial().await.map_err(|said| address.refused(said).to_string())?;
    conn.script(PATIENT).await.map_err(|error| error.to_string())?;
    conn.begin_reading().await.map_err(|error| error.to_string())?;
    queries::archive::export(&conn, take).await.map_err(|error| error.to_string())
}

impl Conn {
    pub(crate) async fn tables(&self) -> Worked<Vec<String>> {
        let sql = Sql::new(
            "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname = current_schema()",
        );
        Ok(self.load::<(String,)>(sql).await?.into_iter().map(|(name,)| name).collect())
    }

    /// Returns the columns of a table in order of their names.
    pub(crate) async fn columns(&self, table: &str) -> Worked<Vec<Held>> {
        let sql = Sql::new(
            "SELECT CAST(a.attname AS TEXT), CAST(format_type(a.atttypid, NULL) AS TEXT),
                CAST(COALESCE(array_position(CAST(i.indkey AS int2[]), a.attnum) + 1, 0) AS BIGINT)
             FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
             WHERE a.attrelid = CAST(CAST(? AS TEXT) AS regclass) AND a.attnum > 0 AND NOT a.attisdropped",
        );
        let held = |(name, sort, key): (String, String, i64)| {
            let sort = match sort.as_str() {
                "text" => Sort::Text,
                "boolean" => Sort::Bool,
                _ => Sort::Int,
            };
            Held { name, sort, key }
        };
        let rows = self.load::<(String, String, i64)>(sql.bind(table)).await?;
        let mut columns: Vec<Held> = rows.into_iter().map(held).collect();
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(columns)
    }

    /// Hands out all rows of a table in order of its key.
    pub(crate) async fn walk(
        &self,
        table: &str,
        columns: &[Held],
        show: &mut (dyn FnMut(&str) -> Worked<()> + Send),
    ) -> Worked<()> {
        let mut key: Vec<&Held> = columns.iter().filter(|held| held.key > 0).collect();
        key.sort_by_key(|held| held.key);
        let order = key.iter().map(|held| match held.sort {
            Sort::Text => format!("{} COLLATE \"C\"", quoted(&held.name)),
            _ => quoted(&held.name),
        });
        let order = order.collect::<Vec<_>>().join(", ");
        let only = carried(table);
        let joined = Held::joined(table, columns);
        let query = format!("SELECT {joined} FROM {table} WHERE {only} ORDER BY {order}");
        self.script(&format!("DECLARE walk_{table} NO SCROLL CURSOR FOR {query}")).await?;
        loop {
            let rows = self.load::<(String,)>(Sql::new(format!("FETCH {PAGE} FROM walk_{table}"))).await?;
            for (row,) in &rows {
                show(row)?;
            }
            if rows.len() < PAGE {
                return Ok(self.script(&format!("CLOSE walk_{table}")).await?);
            }
        }
    }

    /// Makes the next number of this kind larger than `last`.
    pub(crate) async fn number_on(&self, sort: &str, last: i64) -> Worked<()> {
        let sql = Sql::new(
            "SELECT setval(name, GREATEST(CAST(? AS BIGINT), COALESCE(pg_sequence_last_value(name), 1)))
             FROM (SELECT CAST(CAST(? AS TEXT) || '_ids' AS regclass) AS name) one",
        );
        self.load::<(i64,)>(sql.bind(last).bind(sort)).await?;
        Ok(())
    }
}

/// Whoever takes the rows may be slow, and whole tables are read, so the time limits do not hold.
const PATIENT: &str =
    "SET idle_in_transaction_session_timeout = 0; SET statement_timeout = '60s'; SET enable_seqscan = on;
    SET enable_sort = on; SET enable_bitmapscan = on";
/// The number of rows that are read at once.
const PAGE: usize = 2_000;

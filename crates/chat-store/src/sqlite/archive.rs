//! The tables of a database with all of their rows, for archives.

use std::path::Path;

use super::queries;
use super::{Conn, ready};
use crate::archive::{Held, Sort, Taker, carried, quoted};
use crate::sql::Sql;
use crate::work_error::Worked;

/// Hands out everything that a file holds.
pub(crate) fn export(path: &Path, take: Taker<'_>) -> Result<(), String> {
    if !path.exists() {
        return Err(format!("there is no file `{}`", path.display()));
    }
    let conn = Conn::open(&path.display().to_string()).map_err(|error| error.to_string())?;
    ready(conn.begin_reading()).map_err(|error| error.to_string())?;
    ready(queries::archive::export(&conn, take)).map_err(|error| error.to_string())
}

impl Conn {
    pub(crate) async fn tables(&self) -> Worked<Vec<String>> {
        let sql = Sql::new("SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'");
        Ok(self.load::<(String,)>(sql).await?.into_iter().map(|(name,)| name).collect())
    }

    /// Returns the columns of a table in order of their names.
    pub(crate) async fn columns(&self, table: &str) -> Worked<Vec<Held>> {
        let sql = Sql::new("SELECT p.name, p.type, p.pk FROM pragma_table_info(?) p ORDER BY p.name").bind(table);
        let held = |(name, sort, key): (String, String, i64)| {
            let sort = if sort == "TEXT" { Sort::Text } else { Sort::Int };
            Held { name, sort, key }
        };
        Ok(self.load::<(String, String, i64)>(sql).await?.into_iter().map(held).collect())
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
        let names = key.iter().map(|held| quoted(&held.name)).collect::<Vec<_>>().join(", ");
        let key: Vec<Held> = key.into_iter().cloned().collect();
        let (joined, place) = (Held::joined(table, columns), Held::joined("", &key));
        let only = carried(table);
        let marks = vec!["?"; key.len()].join(", ");
        let mut last: Option<String> = None;
        loop {
            let above = last.as_ref().map_or(String::new(), |_| format!("AND ({names}) > ({marks})"));
            let mut sql = Sql::new(format!(
                "SELECT {joined}, {place} FROM {table} WHERE {only} {above} ORDER BY {names} LIMIT {PAGE}"
            ));
            for (_, value) in last.as_ref().and_then(|last| Held::parted(&key, last)).into_iter().flatten() {
                sql = match value {
                    chat_domain::Value::Int(int) => sql.bind(int),
                    chat_domain::Value::Text(text) => sql.bind(text),
                    _ => sql.bind(0_i64),
                };
            }
            let rows = self.load::<(String, String)>(sql).await?;
            for (row, _) in &rows {
                show(row)?;
            }
            let is_last = rows.len() < PAGE;
            last = rows.into_iter().next_back().map(|(_, place)| place);
            if is_last {
                return Ok(());
            }
        }
    }

    /// Makes the next number of this kind larger than `last`.
    pub(crate) async fn number_on(&self, sort: &str, last: i64) -> Worked<()> {
        self.run(Sql::new("UPDATE ids SET last = MAX(last, ?) WHERE name = ?").bind(last).bind(sort)).await?;
        Ok(())
    }
}

/// The number of rows that are read at once.
const PAGE: usize = 2_000;

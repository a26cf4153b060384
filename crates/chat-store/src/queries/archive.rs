//! Exporting and importing archives.

use std::collections::HashMap;

use chat_domain::Value;
use chat_domain::id::FIRST_FOREIGN_USER;

use super::{Conn, Database};
use crate::archive::{FIRST, Held, LEFT_OUT, Record, Sort, Taker, quoted};
use crate::cells::{Cell, Column};
use crate::sql::{Rows, Sql};
use crate::work_error::{WorkError, Worked};

/// Hands out all rows of the snapshot that was begun for it.
pub(crate) async fn export(conn: &Conn, take: Taker<'_>) -> Worked<()> {
    for table in tables(conn).await? {
        let columns = conn.columns(&table).await?;
        conn.walk(&table, &columns, &mut |text: &str| {
            let broken = || WorkError::Broken(format!("a row of {table} could not be read"));
            let row = Held::parted(&columns, text).ok_or_else(broken)?;
            take(Record { table: table.clone(), row }).map_err(WorkError::Broken)
        })
        .await?;
    }
    Ok(())
}

impl Database {
    /// Whether the database has no users yet.
    pub(crate) async fn is_empty(&self) -> Result<bool, chat_domain::Failure> {
        let first = self.read(|conn| Box::pin(someone(conn)));
        Ok(first.await?.is_none())
    }

    /// Inserts rows of an archive, in the archive's order; returns what is wrong with them, if anything.
    pub(crate) async fn put(&self, records: Vec<Record>) -> Result<Result<(), String>, chat_domain::Failure> {
        self.write(move |conn| Box::pin(put(conn, records))).await
    }

    /// Makes this the next number of this kind, if it is free.
    pub(crate) async fn number_from(&self, sort: &'static str, next: i64) -> Result<(), chat_domain::Failure> {
        self.write(move |conn| Box::pin(conn.number_on(sort, next - 1))).await
    }

    /// Makes the next numbers of all kinds larger than those that were inserted.
    pub(crate) async fn number_on(&self) -> Result<(), chat_domain::Failure> {
        self.write(|conn| Box::pin(number_on(conn))).await
    }
}

async fn someone(conn: &Conn) -> Worked<Option<(i64,)>> {
    Ok(conn.first(Sql::new("SELECT id FROM users LIMIT 1")).await?)
}

async fn put(conn: &Conn, records: Vec<Record>) -> Worked<Result<(), String>> {
    let known = tables(conn).await?;
    let mut columns: HashMap<String, Vec<Held>> = HashMap::new();
    let mut rest = &records[..];
    while let Some(first) = rest.first() {
        let alike = |record: &&Record| record.table == first.table && names(record).eq(names(first));
        let many = rest.iter().take_while(alike).count().min((MOST_VALUES / first.row.len().max(1)).max(1));
        let (some, after) = rest.split_at(many);
        rest = after;
        if !known.contains(&first.table) {
            return Ok(Err(format!("there is no table `{}` here: a newer program has made this", first.table)));
        }
        if !columns.contains_key(&first.table) {
            columns.insert(first.table.clone(), conn.columns(&first.table).await?);
        }
        let held = columns.get(&first.table).map(Vec::as_slice).unwrap_or_default();
        let rows = match rows(some, held) {
            Ok(rows) => rows,
            Err(what) => return Ok(Err(what)),
        };
        let named = names(first).map(quoted).collect::<Vec<_>>().join(", ");
        let tail = if first.table == "facts" { FACTS } else { "" };
        conn.run(Sql::new(format!("INSERT INTO {} ({named}) {{}} {tail}", first.table)).rows(rows)).await?;
    }
    Ok(Ok(()))
}

fn names(record: &Record) -> impl Iterator<Item = &str> {
    record.row.iter().map(|(name, _)| name.as_str())
}

/// Returns the rows column by column, in the table's types.
fn rows<'a>(records: &'a [Record], held: &[Held]) -> Result<Rows<'a>, String> {
    let Some(first) = records.first() else { return Ok(Rows::ints([])) };
    let mut columns = Vec::with_capacity(first.row.len());
    for (at, (name, _)) in first.row.iter().enumerate() {
        let unknown = || format!("`{}` has no `{name}` here: a newer program has made this", first.table);
        let sort = held.iter().find(|held| held.name == *name).ok_or_else(unknown)?.sort;
        let wrong = || format!("`{name}` of `{}` is not what belongs there", first.table);
        let mut column: Option<Column<'a>> = None;
        for record in records {
            let cell = cell(sort, &record.row[at].1).ok_or_else(wrong)?;
            match (&mut column, cell) {
                (None, cell) => column = Some(Column::of(cell)),
                (Some(column), cell) => column.push(cell),
            }
        }
        columns.extend(column);
    }
    Ok(Rows { columns, len: records.len() })
}

fn cell(sort: Sort, value: &Value) -> Option<Cell<'_>> {
    Some(match (sort, value) {
        (Sort::Int, Value::Int(int)) => Cell::Int(Some(*int)),
        (Sort::Int, Value::Null) => Cell::Int(None),
        (Sort::Text, Value::Text(text)) => Cell::Text(Some(text.as_str().into())),
        (Sort::Text, Value::Null) => Cell::Text(None),
        (Sort::Bool, Value::Int(int)) => Cell::Bool(*int != 0),
        _ => return None,
    })
}

async fn number_on(conn: &Conn) -> Worked<()> {
    let own = format!("SELECT COALESCE(MAX(id), 0) FROM users WHERE id < {FIRST_FOREIGN_USER}");
    let foreign =
        format!("SELECT COALESCE(MAX(id) - {FIRST_FOREIGN_USER} + 1, 0) FROM users WHERE id >= {FIRST_FOREIGN_USER}");
    for (sort, last) in [
        ("users", own),
        ("visitors", foreign),
        ("rooms", "SELECT COALESCE(MAX(id), 0) FROM rooms".into()),
        ("messages", "SELECT COALESCE(MAX(id), 0) FROM messages".into()),
        ("notifications", "SELECT COALESCE(MAX(id), 0) FROM notifications".into()),
    ] {
        let last = conn.first::<(i64,)>(Sql::new(last)).await?.map_or(0, |(last,)| last);
        if last > 0 {
            conn.number_on(sort, last).await?;
        }
    }
    Ok(())
}

/// Returns the tables that an archive carries, first those to which others refer.
async fn tables(conn: &Conn) -> Worked<Vec<String>> {
    let mut tables = conn.tables().await?;
    tables.retain(|table| !LEFT_OUT.contains(&table.as_str()));
    tables.sort_by_key(|table| (FIRST.iter().position(|first| first == table).unwrap_or(FIRST.len()), table.clone()));
    Ok(tables)
}

/// A fact of the archive replaces the database's own.
const FACTS: &str = "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
/// The largest number of values in one statement.
const MOST_VALUES: usize = 16_000;

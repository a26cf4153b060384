//! SQL as text with typed values, the same text for both databases.
//!
//! `?` stands for a value, and `{}` for a table of rows that is given with the statement. On SQLite that becomes
//! `VALUES …`, on Postgres `unnest` of one array for each column, so that a statement is the same prepared statement
//! for any number of rows.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;

use crate::cells::Column;
pub(crate) use crate::cells::{Cell, Rows};
pub(crate) use crate::readable::Readable;

/// A statement with its values.
#[derive(Clone, Debug)]
pub(crate) struct Sql<'a> {
    text: Cow<'static, str>,
    parts: Vec<Part<'a>>,
}

impl<'a> Sql<'a> {
    /// Makes a statement without values.
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Sql<'a> {
        Sql { text: text.into(), parts: Vec::new() }
    }

    /// Adds the value for the next `?`.
    pub(crate) fn bind(mut self, value: impl Into<Cell<'a>>) -> Sql<'a> {
        self.parts.push(Part::One(value.into()));
        self
    }

    /// Adds the rows for the next `{}`.
    pub(crate) fn rows(mut self, rows: Rows<'a>) -> Sql<'a> {
        self.parts.push(Part::Many(rows));
        self
    }

    /// Returns the statement as one that answers with rows of these SQL types.
    pub(crate) fn typed<ST>(self) -> Typed<'a, ST> {
        Typed { sql: self, shape: PhantomData }
    }
}

/// A statement that writes rows.
pub(crate) struct Write<'a> {
    pub(crate) verb: Verb,
    pub(crate) rows: Rows<'a>,
    /// What comes after the rows.
    pub(crate) tail: &'static str,
}

/// What a statement does with its rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verb {
    /// Inserts them into this table with its columns.
    Insert(&'static str),
    /// Gives them this name with these columns, to change a table by them. What comes after the rows says which table,
    /// and how.
    Update(&'static str),
    /// Does what this text says, which comes before them.
    Other(&'static str),
}

impl<'a> Write<'a> {
    /// Makes a statement that inserts rows into a table.
    pub(crate) fn insert(into: &'static str, rows: Rows<'a>, tail: &'static str) -> Write<'a> {
        Write { verb: Verb::Insert(into), rows, tail }
    }

    /// Makes a statement that changes a table by rows.
    pub(crate) fn update(given: &'static str, rows: Rows<'a>, tail: &'static str) -> Write<'a> {
        Write { verb: Verb::Update(given), rows, tail }
    }

    /// Makes a statement that does something else with rows.
    pub(crate) fn other(head: &'static str, rows: Rows<'a>, tail: &'static str) -> Write<'a> {
        Write { verb: Verb::Other(head), rows, tail }
    }

    /// Returns the table with the columns that are written, or the name of the rows with their columns.
    pub(crate) fn of(&self) -> &'static str {
        match self.verb {
            Verb::Insert(of) | Verb::Update(of) | Verb::Other(of) => of,
        }
    }

    /// Returns everything as one statement. `or` comes after the verb, and says what happens if a row is refused.
    pub(crate) fn into_sql(self, or: &str) -> Sql<'a> {
        let tail = self.tail;
        let text = match self.verb {
            Verb::Insert(into) => format!("INSERT{or} INTO {into} {{}} {tail}"),
            Verb::Update(given) => format!("WITH {given} AS ({{}}) UPDATE{or} {tail}"),
            Verb::Other(head) => format!("{head} {{}} {tail}"),
        };
        Sql::new(text).rows(self.rows)
    }
}

#[derive(Clone, Debug)]
enum Part<'a> {
    One(Cell<'a>),
    Many(Rows<'a>),
}

/// A statement that answers with rows of the SQL type `ST`.
pub(crate) struct Typed<'a, ST> {
    sql: Sql<'a>,
    shape: PhantomData<ST>,
}

impl<ST> Query for Typed<'_, ST> {
    type SqlType = ST;
}

impl<ST, Conn> diesel::RunQueryDsl<Conn> for Typed<'_, ST> {}

impl<ST> QueryId for Typed<'_, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> QueryFragment<Sqlite> for Typed<'_, ST> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.sql.walk(pass, Cell::push_to, |rows, mut pass| {
            for row in 0..rows.len {
                pass.push_sql(if row == 0 { "VALUES (" } else { ",(" });
                for (at, column) in rows.columns.iter().enumerate() {
                    if at > 0 {
                        pass.push_sql(",");
                    }
                    match column {
                        Column::Int(ints) => pass.push_bind_param::<Nullable<BigInt>, _>(&ints[row])?,
                        Column::Text(texts) => pass.push_bind_param::<Nullable<Text>, _>(&texts[row])?,
                        Column::Bool(bools) => pass.push_bind_param::<Nullable<Bool>, _>(&bools[row])?,
                    }
                }
                pass.push_sql(")");
            }
            Ok(())
        })
    }
}

impl<ST> QueryFragment<Pg> for Typed<'_, ST> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.sql.walk(pass, Cell::push_to, |rows, mut pass| {
            pass.push_sql("SELECT * FROM unnest(");
            for (at, column) in rows.columns.iter().enumerate() {
                if at > 0 {
                    pass.push_sql(",");
                }
                match column {
                    Column::Int(ints) => pass.push_bind_param::<Array<Nullable<BigInt>>, _>(ints)?,
                    Column::Text(texts) => pass.push_bind_param::<Array<Nullable<Text>>, _>(texts)?,
                    Column::Bool(bools) => pass.push_bind_param::<Array<Nullable<Bool>>, _>(bools)?,
                }
            }
            pass.push_sql(")");
            Ok(())
        })
    }
}

impl<'a> Sql<'a> {
    /// Writes the statement for a database, which is told by its ways of writing values and rows.
    fn walk<'b, DB: diesel::backend::Backend>(
        &'b self,
        mut pass: AstPass<'_, 'b, DB>,
        one: impl Fn(&'b Cell<'a>, AstPass<'_, 'b, DB>) -> QueryResult<()>,
        many: impl Fn(&'b Rows<'a>, AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<()> {
        let mut parts = self.parts.iter();
        let mut rest = &*self.text;
        while let Some(at) = rest.find(['?', '{']) {
            pass.push_sql(&rest[..at]);
            match parts.next() {
                Some(Part::One(cell)) => one(cell, pass.reborrow())?,
                Some(Part::Many(rows)) => many(rows, pass.reborrow())?,
                None => unreachable!("a value is missing for {}", self.text),
            }
            rest = rest[at..].trim_start_matches(['?', '{']).trim_start_matches('}');
        }
        pass.push_sql(rest);
        Ok(())
    }

    /// Returns the same question, with its tables of rows filled up to lengths that occur often.
    pub(crate) fn padded(mut self) -> Sql<'a> {
        for part in &mut self.parts {
            if let Part::Many(rows) = part {
                *rows = std::mem::replace(rows, Rows::ints([])).padded();
            }
        }
        self
    }
}

impl Cell<'_> {
    fn push_to<'b, DB>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: diesel::backend::Backend
            + diesel::sql_types::HasSqlType<BigInt>
            + diesel::sql_types::HasSqlType<Text>
            + diesel::sql_types::HasSqlType<Bool>,
        Option<i64>: diesel::serialize::ToSql<Nullable<BigInt>, DB>,
        Option<Cow<'b, str>>: diesel::serialize::ToSql<Nullable<Text>, DB>,
        bool: diesel::serialize::ToSql<Bool, DB>,
    {
        match self {
            Cell::Int(int) => pass.push_bind_param::<Nullable<BigInt>, _>(int),
            Cell::Text(text) => pass.push_bind_param::<Nullable<Text>, Option<Cow<'b, str>>>(text),
            Cell::Bool(yes) => pass.push_bind_param::<Bool, _>(yes),
        }
    }
}

//! SQL as text with typed values, the same text for both databases.
//!
//! `?` stands for a value, `{}` for a table of rows that is given with the statement (`VALUES …` on SQLite, `unnest` of one
//! array per column on Postgres, so that there a statement of any number of rows is one prepared statement).

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;

/// A statement with its values.
#[derive(Clone, Debug)]
pub(crate) struct Sql<'a> {
    text: Cow<'static, str>,
    parts: Vec<Part<'a>>,
}

impl<'a> Sql<'a> {
    /// A statement without values.
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Sql<'a> {
        Sql { text: text.into(), parts: Vec::new() }
    }

    /// The value for the next `?`.
    pub(crate) fn bind(mut self, value: impl Into<Cell<'a>>) -> Sql<'a> {
        self.parts.push(Part::One(value.into()));
        self
    }

    /// The rows for the next `{}`.
    pub(crate) fn rows(mut self, rows: Rows<'a>) -> Sql<'a> {
        self.parts.push(Part::Many(rows));
        self
    }

    /// The statement as one that answers with rows of these SQL types.
    pub(crate) fn typed<ST>(self) -> Typed<'a, ST> {
        Typed { sql: self, shape: PhantomData }
    }
}

/// A statement that answers with rows of SQL type `ST`.
pub(crate) struct Typed<'a, ST> {
    sql: Sql<'a>,
    shape: PhantomData<ST>,
}

/// One value.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    Int(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Bool(bool),
}

/// Several rows of values of the same types, kept column by column.
#[derive(Clone, Debug)]
pub(crate) struct Rows<'a> {
    columns: Vec<Column<'a>>,
    len: usize,
}

#[derive(Clone, Debug)]
enum Column<'a> {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<Cow<'a, str>>>),
    Bool(Vec<Option<bool>>),
}

#[derive(Clone, Debug)]
enum Part<'a> {
    One(Cell<'a>),
    Many(Rows<'a>),
}

impl<'a> Rows<'a> {
    /// The table of these rows.
    pub(crate) fn new<const N: usize>(rows: impl IntoIterator<Item = [Cell<'a>; N]>) -> Rows<'a> {
        let mut columns: Vec<Column<'a>> = Vec::with_capacity(N);
        let mut len = 0;
        for row in rows {
            for (at, cell) in row.into_iter().enumerate() {
                match columns.get_mut(at) {
                    Some(column) => column.push(cell),
                    None => columns.push(Column::of(cell)),
                }
            }
            len += 1;
        }
        Rows { columns, len }
    }

    /// The table of these numbers.
    pub(crate) fn ints(numbers: impl IntoIterator<Item = i64>) -> Rows<'a> {
        let column: Vec<_> = numbers.into_iter().map(Some).collect();
        Rows { len: column.len(), columns: vec![Column::Int(column)] }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The next power of two of rows, the new ones empty: few lengths mean few different statements to prepare. Only for
    /// questions, where an empty row matches nothing.
    fn padded(mut self) -> Rows<'a> {
        let len = self.len.next_power_of_two();
        for column in &mut self.columns {
            column.resize(len);
        }
        Rows { len, ..self }
    }

    /// The same rows in tables of 2^n rows, at most `most` each.
    pub(crate) fn chunks(mut self, most: usize) -> Vec<Rows<'a>> {
        let mut chunks = Vec::new();
        while self.len > 0 {
            let len = most.min(1 << self.len.ilog2());
            let columns = self.columns.iter_mut().map(|column| column.take(len)).collect();
            chunks.push(Rows { columns, len });
            self.len -= len;
        }
        chunks.reverse();
        chunks
    }
}

impl<'a> Column<'a> {
    fn of(cell: Cell<'a>) -> Column<'a> {
        match cell {
            Cell::Int(int) => Column::Int(vec![int]),
            Cell::Text(text) => Column::Text(vec![text]),
            Cell::Bool(yes) => Column::Bool(vec![Some(yes)]),
        }
    }

    fn push(&mut self, cell: Cell<'a>) {
        match (self, cell) {
            (Column::Int(ints), Cell::Int(int)) => ints.push(int),
            (Column::Text(texts), Cell::Text(text)) => texts.push(text),
            (Column::Bool(bools), Cell::Bool(yes)) => bools.push(Some(yes)),
            (column, cell) => unreachable!("{cell:?} in {column:?}: the rows of one table have the same types"),
        }
    }

    fn resize(&mut self, len: usize) {
        match self {
            Column::Int(ints) => ints.resize(len, None),
            Column::Text(texts) => texts.resize(len, None),
            Column::Bool(bools) => bools.resize(len, None),
        }
    }

    /// Takes the last rows out.
    fn take(&mut self, len: usize) -> Column<'a> {
        match self {
            Column::Int(ints) => Column::Int(ints.split_off(ints.len() - len)),
            Column::Text(texts) => Column::Text(texts.split_off(texts.len() - len)),
            Column::Bool(bools) => Column::Bool(bools.split_off(bools.len() - len)),
        }
    }
}

macro_rules! cells {
    ($($variant:ident: $($from:ty => |$value:ident| $into:expr),*;)*) => {$($(
        impl<'a> From<$from> for Cell<'a> {
            fn from($value: $from) -> Cell<'a> {
                Cell::$variant($into)
            }
        }
    )*)*};
}

cells! {
    Int: i64 => |int| Some(int), Option<i64> => |int| int, u64 => |int| Some(int as i64), u32 => |int| Some(i64::from(int)),
        usize => |int| Some(int as i64), chat_domain::Time => |time| Some(time.0),
        chat_domain::UserId => |id| Some(id.number()), chat_domain::RoomId => |id| Some(id.number()),
        chat_domain::MessageId => |id| Some(id.number()), chat_domain::NotificationId => |id| Some(id.number()),
        Option<chat_domain::Time> => |time| time.map(|time| time.0),
        Option<chat_domain::UserId> => |id| id.map(|id| id.number()),
        Option<chat_domain::RoomId> => |id| id.map(|id| id.number()),
        Option<chat_domain::MessageId> => |id| id.map(|id| id.number());
    Text: &'a str => |text| Some(Cow::Borrowed(text)), Option<&'a str> => |text| text.map(Cow::Borrowed),
        String => |text| Some(Cow::Owned(text)), Option<String> => |text| text.map(Cow::Owned);
    Bool: bool => |yes| yes;
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
    /// Writes the statement for one database, whose ways with single values and with rows are given.
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

    /// The same question with its tables of rows filled up to lengths that come often.
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

/// A Rust type that one row of an answer is read into, with the SQL types that it is read from.
pub(crate) trait Shape: Send + 'static {
    /// The SQL types.
    type Sql: Send + 'static;
}

macro_rules! shapes {
    ($($rust:ty => $sql:ty;)*) => {$(
        impl Shape for $rust {
            type Sql = $sql;
        }
        impl Shape for Option<$rust> {
            type Sql = Nullable<$sql>;
        }
    )*};
}

shapes! {
    i64 => BigInt;
    String => Text;
    bool => Bool;
}

macro_rules! tuples {
    ($first:ident $($rest:ident)*) => {
        impl<$first: Shape, $($rest: Shape),*> Shape for ($first, $($rest,)*) {
            type Sql = ($first::Sql, $($rest::Sql,)*);
        }
        tuples!($($rest)*);
    };
    () => {};
}

tuples!(A B C D E F G H I J K L M N O P);

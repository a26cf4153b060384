//! Values that are sent with a statement, one by one or as a table of rows.

use std::borrow::Cow;

/// One value of a row.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    Int(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Bool(bool),
}

/// Rows of values that have the same types, stored column by column.
#[derive(Clone, Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) columns: Vec<Column<'a>>,
    pub(crate) len: usize,
}

/// The values of one column.
#[derive(Clone, Debug)]
pub(crate) enum Column<'a> {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<Cow<'a, str>>>),
    Bool(Vec<Option<bool>>),
}

impl<'a> Rows<'a> {
    /// Makes a table of these rows.
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

    /// Makes a table of one column with these numbers.
    pub(crate) fn ints(numbers: impl IntoIterator<Item = i64>) -> Rows<'a> {
        let column: Vec<_> = numbers.into_iter().map(Some).collect();
        Rows { len: column.len(), columns: vec![Column::Int(column)] }
    }

    /// Whether there are no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Fills the table up with empty rows to the next power of two, so that few different lengths, and so few different
    /// statements, have to be prepared. Only for questions, where an empty row matches nothing.
    pub(crate) fn padded(mut self) -> Rows<'a> {
        let len = self.len.next_power_of_two();
        for column in &mut self.columns {
            column.resize(len);
        }
        Rows { len, ..self }
    }

    /// Splits the rows into tables of 2^n rows, at most `most` each, and a last one of a few rows. Few different
    /// lengths have to be prepared, and most batches are small enough for one table.
    pub(crate) fn chunks(mut self, most: usize) -> Vec<Rows<'a>> {
        let mut chunks = Vec::new();
        while self.len > 0 {
            let len = if self.len < FEW { self.len } else { most.min(1 << self.len.ilog2()) };
            let columns = self.columns.iter_mut().map(|column| column.take(len)).collect();
            chunks.push(Rows { columns, len });
            self.len -= len;
        }
        chunks.reverse();
        chunks
    }
}

/// From so many rows on, they are split into tables of 2^n rows.
const FEW: usize = 16;

impl<'a> Column<'a> {
    pub(crate) fn of(cell: Cell<'a>) -> Column<'a> {
        match cell {
            Cell::Int(int) => Column::Int(vec![int]),
            Cell::Text(text) => Column::Text(vec![text]),
            Cell::Bool(yes) => Column::Bool(vec![Some(yes)]),
        }
    }

    pub(crate) fn push(&mut self, cell: Cell<'a>) {
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

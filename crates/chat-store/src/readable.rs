//! Which Rust types are read from which SQL types.

use diesel::sql_types::{BigInt, Bool, Nullable, Text};

/// A Rust type into which a row of an answer is read, with the SQL types from which it is read.
pub(crate) trait Readable: Send + 'static {
    /// The SQL type, or a tuple of them.
    type Sql: Send + 'static;
}

macro_rules! shapes {
    ($($rust:ty => $sql:ty;)*) => {$(
        impl Readable for $rust {
            type Sql = $sql;
        }
        impl Readable for Option<$rust> {
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
        impl<$first: Readable, $($rest: Readable),*> Readable for ($first, $($rest,)*) {
            type Sql = ($first::Sql, $($rest::Sql,)*);
        }
        tuples!($($rest)*);
    };
    () => {};
}

// Rows of more than four columns have names (`tables.rs`).
tuples!(A B C D);

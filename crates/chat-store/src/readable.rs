//! Which Rust type is read from which SQL types.

use diesel::sql_types::{BigInt, Bool, Nullable, Text};

/// A Rust type that one row of an answer is read into, with the SQL types that it is read from.
pub(crate) trait Readable: Send + 'static {
    /// The SQL types.
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

// Whoever reads more than four gives them names (`tables.rs`).
tuples!(A B C D);

//! Macros for statements that write rows. Each value stands beside the name of its column, so that no value can get
//! into another column, and a column that the table does not have does not compile.

/// Fails to compile if a table does not have these columns.
macro_rules! known {
    ($table:ident: $($column:ident),*) => {
        const _: &[()] = &[$($crate::tables::columns::$table::$column),*];
    };
}

/// Inserts new rows into a table.
macro_rules! insert {
    ($table:ident, $rows:expr, |$row:pat_param| { $first:ident: $value:expr $(, $column:ident: $more:expr)* $(,)? }) => {{
        $crate::by_name::known!($table: $first $(, $column)*);
        $crate::sql::Write::insert(
            concat!(stringify!($table), " (", stringify!($first) $(, ", ", stringify!($column))*, ")"),
            $crate::sql::Rows::new($rows.map(|$row| [$value.into() $(, $more.into())*])),
            "",
        )
    }};
}

/// Inserts rows into a table. If a row with the same key exists, its other columns are overwritten, except for those
/// that are given under `once`.
macro_rules! upsert {
    ($table:ident, $rows:expr, |$row:pat_param| {
        key { $key:ident: $key_value:expr $(, $keys:ident: $key_values:expr)* $(,)? }
        $(once { $($once:ident: $once_value:expr),* $(,)? })?
        set { $first:ident: $value:expr $(, $column:ident: $more:expr)* $(,)? }
    }) => {{
        $crate::by_name::known!($table: $key $(, $keys)* $($(, $once)*)?, $first $(, $column)*);
        $crate::sql::Write::insert(
            concat!(
                stringify!($table), " (", stringify!($key) $(, ", ", stringify!($keys))* $($(, ", ", stringify!($once))*)?,
                ", ", stringify!($first) $(, ", ", stringify!($column))*, ")",
            ),
            $crate::sql::Rows::new($rows.map(|$row| {
                [
                    $key_value.into() $(, $key_values.into())* $($(, $once_value.into())*)?,
                    $value.into() $(, $more.into())*
                ]
            })),
            concat!(
                "ON CONFLICT (", stringify!($key) $(, ", ", stringify!($keys))*, ") DO UPDATE SET ",
                stringify!($first), " = excluded.", stringify!($first)
                $(, ", ", stringify!($column), " = excluded.", stringify!($column))*,
            ),
        )
    }};
}

/// Changes columns of the rows with these keys.
macro_rules! update {
    ($table:ident, $rows:expr, |$row:pat_param| {
        key { $key:ident: $key_value:expr $(, $keys:ident: $key_values:expr)* $(,)? }
        set { $first:ident: $value:expr $(, $column:ident: $more:expr)* $(,)? }
    }) => {{
        $crate::by_name::known!($table: $key $(, $keys)*, $first $(, $column)*);
        $crate::sql::Write::update(
            concat!(
                "new (", stringify!($key) $(, ", ", stringify!($keys))*, ", ",
                stringify!($first) $(, ", ", stringify!($column))*, ")",
            ),
            $crate::sql::Rows::new($rows.map(|$row| {
                [$key_value.into() $(, $key_values.into())*, $value.into() $(, $more.into())*]
            })),
            concat!(
                stringify!($table), " SET ", stringify!($first), " = new.", stringify!($first)
                $(, ", ", stringify!($column), " = new.", stringify!($column))*,
                " FROM new WHERE ", stringify!($table), ".", stringify!($key), " = new.", stringify!($key)
                $(, " AND ", stringify!($table), ".", stringify!($keys), " = new.", stringify!($keys))*,
            ),
        )
    }};
}

/// Deletes rows of a table.
macro_rules! delete {
    ($table:ident, $rows:expr, |$row:pat_param| { $key:ident: $value:expr $(, $keys:ident: $values:expr)* $(,)? }) => {{
        $crate::by_name::known!($table: $key $(, $keys)*);
        $crate::sql::Write::other(
            concat!(
                "DELETE FROM ", stringify!($table), " WHERE (", stringify!($key) $(, ", ", stringify!($keys))*, ") IN (",
            ),
            $crate::sql::Rows::new($rows.map(|$row| [$value.into() $(, $values.into())*])),
            ")",
        )
    }};
}

/// Names rows that are given with a statement, and their columns.
macro_rules! given {
    ($name:literal, $rows:expr, |$row:pat_param| { $first:ident: $value:expr $(, $column:ident: $more:expr)* $(,)? }) => {
        (
            concat!($name, " (", stringify!($first) $(, ", ", stringify!($column))*, ")"),
            $crate::sql::Rows::new($rows.map(|$row| [$value.into() $(, $more.into())*])),
        )
    };
}

pub(crate) use {delete, given, insert, known, update, upsert};

//! Statements that write rows: each value stands beside the column that it goes to, so that none is taken for another, and what a
//! statement says of its columns comes from that one list.

/// Puts new rows into a table.
macro_rules! insert {
    ($table:literal, $rows:expr, |$row:pat_param| { $first:ident: $value:expr $(, $column:ident: $more:expr)* $(,)? }) => {
        $crate::sql::Write::insert(
            concat!($table, " (", stringify!($first) $(, ", ", stringify!($column))*, ")"),
            $crate::sql::Rows::new($rows.map(|$row| [$value.into() $(, $more.into())*])),
            "",
        )
    };
}

/// Puts rows into a table. Where one is there under the same key, its other columns become these; what is said `once` stays as it
/// was.
macro_rules! upsert {
    ($table:literal, $rows:expr, |$row:pat_param| {
        key { $key:ident: $key_value:expr $(, $keys:ident: $key_values:expr)* $(,)? }
        $(once { $($once:ident: $once_value:expr),* $(,)? })?
        set { $first:ident: $value:expr $(, $column:ident: $more:expr)* $(,)? }
    }) => {
        $crate::sql::Write::insert(
            concat!(
                $table, " (", stringify!($key) $(, ", ", stringify!($keys))* $($(, ", ", stringify!($once))*)?, ", ",
                stringify!($first) $(, ", ", stringify!($column))*, ")",
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
    };
}

/// Changes columns of rows that are there under these keys.
macro_rules! update {
    ($table:literal, $rows:expr, |$row:pat_param| {
        key { $key:ident: $key_value:expr $(, $keys:ident: $key_values:expr)* $(,)? }
        set { $first:ident: $value:expr $(, $column:ident: $more:expr)* $(,)? }
    }) => {
        $crate::sql::Write::update(
            concat!(
                "new (", stringify!($key) $(, ", ", stringify!($keys))*, ", ",
                stringify!($first) $(, ", ", stringify!($column))*, ")",
            ),
            $crate::sql::Rows::new($rows.map(|$row| {
                [$key_value.into() $(, $key_values.into())*, $value.into() $(, $more.into())*]
            })),
            concat!(
                $table, " SET ", stringify!($first), " = new.", stringify!($first)
                $(, ", ", stringify!($column), " = new.", stringify!($column))*,
                " FROM new WHERE ", $table, ".", stringify!($key), " = new.", stringify!($key)
                $(, " AND ", $table, ".", stringify!($keys), " = new.", stringify!($keys))*,
            ),
        )
    };
}

pub(crate) use {insert, update, upsert};

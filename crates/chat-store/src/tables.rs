//! The tables. Each is declared once, in a file that says what is read from it and written to it. A column that is not
//! declared cannot be named by a row that is read (below) or by a statement that writes (`by_name.rs`). A test compares
//! the declarations with what the migrations make.

pub(crate) mod answers;
pub(crate) mod changes;
pub(crate) mod devices;
pub(crate) mod feed;
pub(crate) mod files;
pub(crate) mod lobby;
pub(crate) mod members;
pub(crate) mod messages;
pub(crate) mod moderation;
pub(crate) mod names;
pub(crate) mod nodes;
pub(crate) mod notifications;
pub(crate) mod reactions;
pub(crate) mod reports;
pub(crate) mod rooms;
pub(crate) mod subscribers;
pub(crate) mod users;

/// Declares a table with all of its columns.
macro_rules! table {
    ($(#[$docs:meta])* $table:ident { $($column:ident),* $(,)? }) => {
        $(#[$docs])*
        #[allow(non_upper_case_globals, dead_code)]
        pub(crate) mod $table {
            /// The names of all columns.
            pub(crate) const COLUMNS: &[&str] = &[$(stringify!($column)),*];
            $(pub(crate) const $column: () = ();)*
        }
    };
}

/// Declares a row of a table. Statements call the table by a letter, and select `COLUMNS`. Without a letter it is an
/// answer that is not a row of one table.
macro_rules! row {
    ($(#[$docs:meta])* $row:ident of $table:ident as $letter:literal { $first:ident: $first_type:ty, $($column:ident: $type:ty,)* }) => {
        row! { $(#[$docs])* $row { $first: $first_type, $($column: $type,)* } }
        $crate::by_name::known!($table: $first $(, $column)*);
        impl $row {
            /// The row's columns, as statements select them.
            pub(crate) const COLUMNS: &'static str =
                concat!($letter, ".", stringify!($first), $(", ", $letter, ".", stringify!($column)),*);
        }
    };
    ($(#[$docs:meta])* $row:ident { $($column:ident: $type:ty,)* }) => {
        $(#[$docs])*
        #[derive(diesel::Queryable)]
        pub(crate) struct $row {
            $(pub(crate) $column: $type,)*
        }
        impl $crate::readable::Readable for $row {
            type Sql = ($(<$type as $crate::readable::Readable>::Sql,)*);
        }
    };
}

/// The tables that only Postgres has.
pub const ONLY_POSTGRES: &[&str] = &["nodes", "tells", "indexed", "gathered"];

/// The tables that only SQLite has.
pub const ONLY_SQLITE: &[&str] = &["ids"];

/// Collects the declarations of all tables.
macro_rules! declared {
    ($($file:ident: $($table:ident),*;)*) => {
        /// The columns of every table, by which macros check names.
        #[allow(unused_imports)]
        pub(crate) mod columns {
            $($(pub(crate) use super::$file::$table;)*)*
        }

        /// Every table with its columns.
        pub const TABLES: &[(&str, &[&str])] = &[$($((stringify!($table), columns::$table::COLUMNS)),*),*];
    };
}

declared! {
    changes: changes, receipts;
    devices: devices, pushes, levels, push_key;
    feed: feed, fed, leases, followers, facts, ids;
    files: files;
    lobby: lobby;
    members: members, hidden;
    messages: messages;
    moderation: audit, purges, blocks;
    names: sent, made, directs;
    nodes: nodes, tells, indexed, gathered;
    notifications: notifications, mentions, owed;
    reactions: reactions;
    reports: reports;
    rooms: rooms, unfound;
    subscribers: webhooks, webhook_rooms;
    users: users, suspensions, erasures, families, refresh_tokens, sessions;
}

use {row, table};

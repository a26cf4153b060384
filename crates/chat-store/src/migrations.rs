//! The migrations of both databases, which make the tables and bring them up to date.

/// The texts of the migrations in a folder.
macro_rules! steps {
    ($folder:literal, $($step:literal),*) => {
        &[$(include_str!(concat!("../migrations/", $folder, "/", $step, ".sql"))),*]
    };
}

/// The migrations of SQLite.
pub(crate) const SQLITE: &[&str] =
    steps!("sqlite", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18");

/// The migrations of Postgres.
pub(crate) const POSTGRES: &[&str] = steps!(
    "postgres", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18",
    "19", "20", "21", "22", "23"
);

//! The steps that bring the tables up to date, of both databases.

/// The texts of a folder's steps.
macro_rules! steps {
    ($folder:literal, $($step:literal),*) => {
        &[$(include_str!(concat!("../migrations/", $folder, "/", $step, ".sql"))),*]
    };
}

/// The steps that make SQLite's tables.
pub(crate) const SQLITE: &[&str] =
    steps!("sqlite", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17");

/// The steps that make Postgres's tables.
pub(crate) const POSTGRES: &[&str] = steps!(
    "postgres", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18",
    "19", "20", "21"
);

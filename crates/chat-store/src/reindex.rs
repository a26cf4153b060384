//! Having the index of words made anew by whoever keeps it, from another process.

use std::path::Path;

use crate::error::OpenError;
use crate::{postgres, sqlite, store};

/// Has the index of words of a database made anew, while it is used: at once by the server that keeps it, or when the next one
/// starts. What is in it is found meanwhile.
pub async fn reindex(url: &str) -> Result<(), OpenError> {
    match sqlite_file(url) {
        Some(path) => sqlite::reindex(path),
        None => postgres::reindex(url).await,
    }
}

/// How far that has come: after which message of which room it goes on, by their numbers. None when all messages are in the index.
pub async fn unindexed(url: &str) -> Result<Option<(i64, i64)>, OpenError> {
    match sqlite_file(url) {
        Some(path) => sqlite::unindexed(path),
        None => postgres::unindexed(url).await,
    }
}

fn sqlite_file(url: &str) -> Option<&Path> {
    url.strip_prefix("sqlite:").map(|path| Path::new(store::named(path)))
}

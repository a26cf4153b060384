//! Making the index of words anew, asked for by another process.

use std::path::Path;

use crate::error::OpenError;
use crate::{postgres, sqlite, store};

/// Asks to make the index of words of a database anew, while the database is in use: the server that keeps the index
/// begins at once, or the next one does when it starts. What is in the index can be found meanwhile.
pub async fn reindex(url: &str) -> Result<(), OpenError> {
    match sqlite_file(url) {
        Some(path) => sqlite::reindex(path),
        None => postgres::reindex(url).await,
    }
}

/// Returns how far making it has come: the numbers of the room and the message after which it goes on; `None` if all
/// messages are in the index.
pub async fn unindexed(url: &str) -> Result<Option<(i64, i64)>, OpenError> {
    match sqlite_file(url) {
        Some(path) => sqlite::unindexed(path),
        None => postgres::unindexed(url).await,
    }
}

fn sqlite_file(url: &str) -> Option<&Path> {
    url.strip_prefix("sqlite:").map(|path| Path::new(store::named(path)))
}

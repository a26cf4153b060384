//! Backups of a database that others may use meanwhile, and restoring them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::BackupError;
use crate::{sqlite, store};

/// Copies the database at an address (`sqlite:FILE`) into a new file, as it is at one moment, although others may write
/// to it meanwhile. The copy is durable, and only its owner can read it. It can be put in the place of the database or
/// be opened where it is; either begins another [epoch](chat_domain::Journal::epoch).
///
/// This blocks for as long as it takes to read and write the whole file.
pub fn back_up(url: &str, to: &Path) -> Result<(), BackupError> {
    sqlite::back_up(Path::new(file(url)?), to)
}

/// Returns the ids of the files that such a copy names and of which all bytes had come.
pub fn files_of_copy(copy: &Path) -> Result<BTreeSet<String>, BackupError> {
    sqlite::files_of_copy(copy)
}

/// Puts such a copy in the place of the database at an address (`sqlite:FILE`), which nobody may have open. The
/// database that was there before is kept beside it; returns where. A file that is not a copy of a chat, is damaged, or
/// is of a newer version is refused before anything is changed. After a crash at any moment, either the old or the new
/// database is in its place.
pub fn restore(url: &str, from: &Path) -> Result<Option<PathBuf>, BackupError> {
    sqlite::restore(file(url)?, from)
}

/// Returns the file that an address names.
fn file(url: &str) -> Result<&str, BackupError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if ![":memory:", ""].contains(&store::named(path)) => Ok(store::named(path)),
        _ => Err(BackupError::NoFile),
    }
}

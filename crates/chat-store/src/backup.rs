//! Backups of a database that others may use meanwhile, and their way back.

use std::path::{Path, PathBuf};

use crate::error::BackupError;
use crate::{sqlite, store};

/// Copies the database at an address (`sqlite:FILE`) into a file that is not there yet: as it is at one moment, though others
/// write to it; durable, and readable by its owner alone. It may be put in the place of the database, or opened where it is:
/// either begins another [epoch](chat_domain::Journal::epoch).
///
/// It takes as long as reading and writing the whole file: call it where that may block.
pub fn back_up(url: &str, to: &Path) -> Result<(), BackupError> {
    sqlite::back_up(Path::new(file(url)?), to)
}

/// Puts such a copy in the place of the database at an address (`sqlite:FILE`), which nobody may have open. What was there before
/// stays beside it; the answer says where, if there was anything. A copy that is none, is broken or of a newer version is refused
/// before anything is touched, and a crash at any moment leaves either database in its place.
pub fn restore(url: &str, from: &Path) -> Result<Option<PathBuf>, BackupError> {
    sqlite::restore(file(url)?, from)
}

/// The file of an address that names one.
fn file(url: &str) -> Result<&str, BackupError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if ![":memory:", ""].contains(&store::named(path)) => Ok(store::named(path)),
        _ => Err(BackupError::NoFile),
    }
}

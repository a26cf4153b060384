//! Backups of a database that others may use meanwhile.

use std::path::Path;

use crate::error::BackupError;
use crate::{sqlite, store};

/// Copies the database at an address (`sqlite:FILE`) into a file that is not there yet: as it is at one moment, though others
/// write to it; durable, and readable by its owner alone. It may be put in the place of the database, or opened where it is:
/// either begins another [epoch](chat_domain::Journal::epoch).
///
/// It takes as long as reading and writing the whole file: call it where that may block.
pub fn back_up(url: &str, to: &Path) -> Result<(), BackupError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if ![":memory:", ""].contains(&store::named(path)) => {
            sqlite::back_up(Path::new(store::named(path)), to)
        }
        _ => Err(BackupError::NoFile),
    }
}

//! Copying the file of a database as it is at one moment, while others write to it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::path::Path;

use super::queries::schema;
use super::{Conn, ready};
use crate::error::BackupError;
use crate::sql::Sql;
use crate::work_error::WorkError;

/// Copies the database in a file into a new file, which is durable afterwards and readable only by its owner.
pub(crate) fn back_up(from: &Path, to: &Path) -> Result<(), BackupError> {
    if !from.exists() {
        return Err(BackupError::Missing(from.display().to_string()));
    }
    let conn = Conn::open(&from.display().to_string()).map_err(|error| BackupError::failed(&error))?;
    let file = new_file(to).map_err(|error| BackupError::Unwritable(to.display().to_string(), error))?;
    let copied = copy(&conn, to).map_err(|error| BackupError::failed(&error)).and_then(|()| sync(&file, to));
    if copied.is_err() {
        // What was written is not a backup. The error that is returned is the one that counts.
        let _ = fs::remove_file(to);
    }
    copied
}

/// Returns the ids of the files that a copy names and of which all bytes had come.
pub(crate) fn files_of_copy(copy: &Path) -> Result<BTreeSet<String>, BackupError> {
    let conn = Conn::open(&copy.display().to_string()).map_err(|error| BackupError::failed(&error))?;
    let ids = ready(conn.load::<(String,)>(Sql::new("SELECT f.id FROM files f WHERE f.gone = 0 AND f.whole")));
    Ok(ids.map_err(|error| BackupError::failed(&error))?.into_iter().map(|(id,)| id).collect())
}

fn copy(conn: &Conn, to: &Path) -> Result<(), WorkError> {
    let to = to.display().to_string();
    ready(conn.run(Sql::new("VACUUM INTO ?").bind(&*to)))?;
    // The original notes that it is open, and so does the copy until this is corrected.
    let copy = Conn::open(&to).map_err(|error| WorkError::Broken(error.to_string()))?;
    ready(schema::put(&copy, "open", 0))?;
    Ok(copy.empty_log()?)
}

/// Makes a file durable, and its entry in its directory.
pub(super) fn sync(file: &File, to: &Path) -> Result<(), BackupError> {
    let directory = to.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = file.sync_all().and_then(|()| File::open(directory)?.sync_all());
    synced.map_err(|error| BackupError::failed(&error))
}

#[cfg(unix)]
fn new_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn new_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

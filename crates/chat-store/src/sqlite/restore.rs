//! Putting a copy in the place of a database's file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::backup::{back_up, sync};
use super::file::DatabaseFile;
use super::queries::schema;
use super::{Conn, index, ready};
use crate::error::{BackupError, OpenError};
use crate::sql::Sql;

/// Puts a copy in the place of the file of this name. Returns where the database that was there before is now.
pub(crate) fn restore(named: &str, from: &Path) -> Result<Option<PathBuf>, BackupError> {
    if !from.exists() {
        return Err(BackupError::Missing(from.display().to_string()));
    }
    // Locked until the end, so that no server opens a half restored database.
    let place = DatabaseFile::find(named)?;
    let path = place.path().ok_or(BackupError::NoFile)?;
    let draft = with(path, ".restoring");
    remove(&draft).map_err(|error| BackupError::failed(&error))?;
    let done = copy(from, &draft).and_then(|()| exchange(path, &draft).map_err(|error| BackupError::failed(&error)));
    if done.is_err() {
        // The error that is returned is the one that counts. An empty file there was made by looking for the lock.
        let _ = remove(&draft);
        if fs::metadata(path).is_ok_and(|file| file.len() == 0) {
            let _ = fs::remove_file(path);
        }
    }
    done
}

/// Makes a copy of the copy, and checks it before anything else is changed.
fn copy(from: &Path, draft: &Path) -> Result<(), BackupError> {
    back_up(from, draft).map_err(|error| match error {
        BackupError::Failed(said) => BackupError::NoCopy(from.display().to_string(), said),
        error => error,
    })?;
    let no_copy = |said: String| BackupError::NoCopy(from.display().to_string(), said);
    let conn = Conn::open(&draft.display().to_string()).map_err(|error| no_copy(error.to_string()))?;
    let broken = ready(conn.first::<(String,)>(Sql::new("PRAGMA quick_check(1)")));
    match broken.map_err(|error| no_copy(error.to_string()))? {
        Some((said,)) if said != "ok" => return Err(no_copy(said)),
        _ => {}
    }
    ready(schema::migrate(&conn, 0, None)).map_err(|error| match error {
        OpenError::Unready(said) => no_copy(said),
        error => BackupError::Place(error),
    })?;
    conn.empty_log().map_err(|error| BackupError::failed(&error))?;
    drop(conn);
    let file = File::open(draft).map_err(|error| BackupError::failed(&error))?;
    sync(&file, draft)
}

/// Exchanges the files. The log of writes is removed before the new file comes, because otherwise an old log would be
/// read into it. The old database is first kept under another name, with its log.
fn exchange(path: &Path, draft: &Path) -> io::Result<Option<PathBuf>> {
    let kept = match fs::metadata(path)?.len() {
        0 => None,
        _ => Some(keep(path)?),
    };
    remove_logs(path)?;
    // The index of words belongs to the old messages, and is made anew.
    remove(&index::beside(path))?;
    fs::rename(draft, path)?;
    remove_logs(draft)?;
    let directory = path.parent().unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()?;
    Ok(kept)
}

/// Gives the file and its log a name that no other file has.
fn keep(path: &Path) -> io::Result<PathBuf> {
    let mut names = (1..).map(|number| with(path, &format!(".before-restore-{number}")));
    let kept = names.find(|name| !name.exists()).unwrap_or_else(|| with(path, ".before-restore"));
    fs::hard_link(path, &kept)?;
    match fs::hard_link(with(path, "-wal"), with(&kept, "-wal")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(kept),
    }
}

/// Removes a database and the files that SQLite puts beside it.
fn remove(path: &Path) -> io::Result<()> {
    remove_logs(path)?;
    gone(fs::remove_file(path))
}

fn remove_logs(path: &Path) -> io::Result<()> {
    ["-wal", "-shm"].into_iter().try_for_each(|end| gone(fs::remove_file(with(path, end))))
}

/// Counts a file that does not exist as removed.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn with(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

//! The file of a database, locked against other processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::Conn;
use crate::error::OpenError;

/// The file of a database, locked against other processes until this is dropped.
pub(super) struct DatabaseFile {
    named: String,
    path: Option<PathBuf>,
    lock: Option<File>,
    had_log: bool,
}

impl DatabaseFile {
    /// Finds and locks the file of this name.
    pub(super) fn find(named: &str) -> Result<DatabaseFile, OpenError> {
        if named == ":memory:" {
            return Ok(DatabaseFile { named: named.into(), path: None, lock: None, had_log: false });
        }
        let path = Path::new(named);
        let (Some(name), Some(directory)) = (path.file_name(), path.parent()) else {
            return Err(OpenError::Scheme(format!("sqlite:{named}")));
        };
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let directory = directory.canonicalize().map_err(|_| OpenError::Directory(directory.display().to_string()))?;
        let path = directory.join(name);
        // The same file under another name must be locked, too.
        let path = path.canonicalize().unwrap_or(path);
        let lock = lock(&path)?;
        keep_private(&path);
        let had_log = PathBuf::from(format!("{}-wal", path.display())).exists();
        Ok(DatabaseFile { named: named.into(), path: Some(path), lock: Some(lock), had_log })
    }

    /// Returns the path, unless the database is in memory.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether the log of writes was beside the file before it was opened. After a good end it is not.
    pub(super) fn had_log(&self) -> bool {
        self.had_log
    }

    /// Returns the number of the file, which a copy of it does not have.
    pub(super) fn number(&self) -> Option<i64> {
        #[cfg(unix)]
        return Some(std::os::unix::fs::MetadataExt::ino(&self.path.as_ref()?.metadata().ok()?) as i64);
        #[cfg(not(unix))]
        return None;
    }

    /// Returns the mark that was noted beside the file, of a transaction that was committed. A database that does not
    /// have that transaction is an older copy.
    pub(super) fn noted(&self) -> i64 {
        let mut noted = String::new();
        let read = self.lock.as_ref().map(|mut file| file.read_to_string(&mut noted));
        if matches!(read, Some(Ok(_))) { noted.trim().parse().unwrap_or(0) } else { 0 }
    }

    /// Notes the mark of a transaction that was committed.
    pub(super) fn note(&self, mark: i64) {
        let Some(mut file) = self.lock.as_ref() else { return };
        // In one write: formatting straight into a file would write each digit by itself.
        let note = format!("{mark:020}");
        // If it fails, an older copy is noticed later, or by the number of its file.
        let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(note.as_bytes()));
    }

    /// Makes a connection to write with. Not in memory, where each connection has a database of its own.
    pub(super) fn connect(&self) -> Result<Conn, OpenError> {
        let path = self.path.as_ref().map_or(":memory:".into(), |path| path.display().to_string());
        let conn = Conn::open(&path).map_err(|error| error.to_string());
        let conn = conn.and_then(|conn| conn.with_large_cache().map_err(|error| error.to_string()));
        conn.map_err(|said| self.explain(OpenError::Unready(said)))
    }

    /// Returns an error in words that say what to do, if it is a known one of SQLite.
    pub(super) fn explain(&self, error: OpenError) -> OpenError {
        let OpenError::Unready(said) = &error else { return error };
        match said {
            said if said.contains("readonly") || said.contains("unable to open") => {
                OpenError::ReadOnly(self.named.clone())
            }
            said if said.contains("not a database") => OpenError::NotADatabase(self.named.clone()),
            said if said.contains("locked") => OpenError::InUse(self.named.clone()),
            _ => error,
        }
    }
}

/// Makes the file, if it does not exist, so that only its owner can read it: it will have messages and digests of
/// passwords. Files that SQLite makes beside it get the same mode. The mode of an existing file is left as it is.
pub(super) fn keep_private(path: &Path) {
    // SQLite finds out what is wrong with the file, and says it better.
    let Ok(file) = private().open(path) else { return };
    #[cfg(unix)]
    if file.metadata().is_ok_and(|data| std::os::unix::fs::MetadataExt::mode(&data) & 0o077 != 0) {
        tracing::warn!("{} may be read by others on this machine: chmod 600 keeps it to its owner", path.display());
    }
    drop(file);
}

/// Returns the options for opening a file that only its owner can read if it is new.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Locks a file beside the database, to show that the database is in use. (The database file has SQLite's own locks,
/// which closing any handle to that file would drop.)
fn lock(path: &Path) -> Result<File, OpenError> {
    let shown = || path.display().to_string();
    let beside = PathBuf::from(format!("{}.lock", path.display()));
    let file = private().read(true).open(beside).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly(shown()),
        _ => OpenError::Unready(error.to_string()),
    })?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(OpenError::Unready(error.to_string())),
        }
    }
    Err(OpenError::InUse(shown()))
}

/// How often, and how long each time, to wait for another holder of the file that may be about to end: a server that
/// was just told to stop while its successor starts, or a child of it that has yet to become another program. (A closed
/// store holds nothing.)
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(50);

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_one_write() {
        let path = std::env::temp_dir().join(format!("chat-note-{}", std::process::id()));
        let file =
            DatabaseFile { named: String::new(), path: None, lock: Some(File::create(&path).unwrap()), had_log: false };
        let before = writes();
        file.note(12_345);
        assert_eq!(writes() - before, 1);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "00000000000000012345");
        std::fs::remove_file(path).unwrap();
    }

    /// Returns how often this thread has written to anything.
    fn writes() -> u64 {
        let counted = std::fs::read_to_string("/proc/thread-self/io").unwrap();
        counted.lines().find_map(|line| line.strip_prefix("syscw: ")).unwrap().parse().unwrap()
    }
}

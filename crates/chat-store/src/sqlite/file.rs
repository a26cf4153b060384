//! Finding the file, and having it alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::Conn;
use crate::error::OpenError;

/// Where the database is, held against other processes for as long as this lives.
pub(super) struct DatabaseFile {
    named: String,
    path: Option<PathBuf>,
    lock: Option<File>,
    had_log: bool,
}

impl DatabaseFile {
    /// The file of this name.
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
        // The same file under another name is the same file.
        let path = path.canonicalize().unwrap_or(path);
        let lock = lock(&path)?;
        keep_private(&path);
        let had_log = PathBuf::from(format!("{}-wal", path.display())).exists();
        Ok(DatabaseFile { named: named.into(), path: Some(path), lock: Some(lock), had_log })
    }

    /// The file, unless the database is in memory.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether its log of writes was beside it, before it was opened. It is not after a good end, which leaves nothing in it.
    pub(super) fn had_log(&self) -> bool {
        self.had_log
    }

    /// The number of the file, which another copy of it has not.
    pub(super) fn number(&self) -> Option<i64> {
        #[cfg(unix)]
        return Some(std::os::unix::fs::MetadataExt::ino(&self.path.as_ref()?.metadata().ok()?) as i64);
        #[cfg(not(unix))]
        return None;
    }

    /// The mark of some transaction that was committed, from beside the file: one that does not have it is an older copy.
    pub(super) fn noted(&self) -> i64 {
        let mut noted = String::new();
        let read = self.lock.as_ref().map(|mut file| file.read_to_string(&mut noted));
        if matches!(read, Some(Ok(_))) { noted.trim().parse().unwrap_or(0) } else { 0 }
    }

    /// Notes the mark of a transaction that was committed.
    pub(super) fn note(&self, mark: i64) {
        let Some(mut file) = self.lock.as_ref() else { return };
        // In one piece: formatting straight into a file writes each digit by itself.
        let note = format!("{mark:020}");
        // Without a note an older copy is found out later, or by the number of its file.
        let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(note.as_bytes()));
    }

    /// Another connection to write with. In memory each would be another database.
    pub(super) fn connect(&self) -> Result<Conn, OpenError> {
        let path = self.path.as_ref().map_or(":memory:".into(), |path| path.display().to_string());
        let conn = Conn::open(&path).map_err(|error| error.to_string());
        let conn = conn.and_then(|conn| conn.with_large_cache().map_err(|error| error.to_string()));
        conn.map_err(|said| self.explain(OpenError::Unready(said)))
    }

    /// The same error in words that help, where SQLite's own are known.
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

/// Makes the file, if it is not there, for its owner alone: messages and the digests of passwords are in it. What SQLite puts beside
/// it gets the same mode. One that is there already is left as its owner has it.
pub(super) fn keep_private(path: &Path) {
    // What is wrong with it SQLite finds out, and says better.
    let Ok(file) = private().open(path) else { return };
    #[cfg(unix)]
    if file.metadata().is_ok_and(|data| std::os::unix::fs::MetadataExt::mode(&data) & 0o077 != 0) {
        tracing::warn!("{} may be read by others on this machine: chmod 600 keeps it to its owner", path.display());
    }
    drop(file);
}

/// How a file is opened that nobody else may read if it is new.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Holds the file beside the database that says: in use. (The database's own locks are SQLite's, and closing any handle to
/// that file would drop them.)
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

/// Who holds the file may be about to end: a server that was told to stop a moment ago while its successor starts, or its child
/// that has yet to become another program. (A store that was closed holds nothing.)
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

    /// How often this thread has written to something.
    fn writes() -> u64 {
        let counted = std::fs::read_to_string("/proc/thread-self/io").unwrap();
        counted.lines().find_map(|line| line.strip_prefix("syscw: ")).unwrap().parse().unwrap()
    }
}

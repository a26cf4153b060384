//! Why a store could not be opened, in sentences that say what to do about it.

use crate::work_error::WorkError;

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address does not begin like that of a database.
    #[error(
        "`{0}` is no address of a database: write sqlite:FILE, sqlite::memory: or postgres://USER:PASSWORD@HOST/NAME"
    )]
    Scheme(String),
    /// The address is not written correctly for its kind of database.
    #[error("the address of the database is wrong: {0}")]
    Address(String),
    /// The list of erased users cannot be read.
    #[error(
        "the list of who was erased, `{0}`, cannot be read ({1}): let this program read it, or name it with --erasures"
    )]
    Erasures(String, String),
    /// The directory of the file does not exist.
    #[error("the directory `{0}` does not exist: make it, or name a file in another one")]
    Directory(String),
    /// Another process has the file open.
    #[error("`{0}` is in use by another process: stop that one, or use another file")]
    InUse(String),
    /// The file or its directory cannot be written to.
    #[error("`{0}` cannot be written to: let the user that this program runs as write to the file and its directory")]
    ReadOnly(String),
    /// The file is not a database of this program.
    #[error("`{0}` is not an SQLite database: name another file, or move this one away")]
    NotADatabase(String),
    /// The server could not be reached, or refused the log-in.
    #[error(
        "the database at {place} did not let us in ({said}): check the address, the user, the password and that it runs"
    )]
    Refused {
        /// The address, without the password.
        place: String,
        /// What the server or the system said.
        said: String,
    },
    /// Another store has the database open, and one of the two must be alone.
    #[error(
        "the database is in use by another chat server ({who}, seen {seconds} s ago), and one of the two is to be alone: stop \
         that one, or let both talk to each other (without --backplane none); if it is dead, wait 15 s or start with --take-over"
    )]
    Taken {
        /// The process and the machine of the other store.
        who: String,
        /// How many seconds ago it was last seen.
        seconds: i64,
    },
    /// Another node signs its tokens with a secret that this one does not have.
    #[error("another node of this database ({who}) has another --jwt-secret: all of them need the same one")]
    OtherSecret {
        /// The process and the machine of the other node.
        who: String,
    },
    /// The server lacks something that is needed.
    #[error("the database is {0}: a chat server needs PostgreSQL itself")]
    Unsuitable(String),
    /// Notifications of the database do not arrive.
    #[error(
        "what is notified in the database does not arrive: something that pools transactions seems to stand between; name the \
         server itself, or a pooler that pools sessions"
    )]
    Unheard,
    /// There are tables with the same names that this program did not make.
    #[error(
        "there are tables here already that are not this program's ({0}): give it an empty database, or on Postgres a schema of its \
         own with `?options=-csearch_path%3Dchat` behind the address"
    )]
    Foreign(String),
    /// The database was used by a newer version of this program.
    #[error("the database is of version {version}, newer than this program's {newest}: use the newer program")]
    Newer {
        /// The database's version.
        version: usize,
        /// The newest version that this program knows.
        newest: usize,
    },
    /// The database answered with another error.
    #[error("the database could not be made ready: {0}")]
    Unready(String),
}

impl OpenError {
    /// Makes the error of a database for which there is no better word.
    pub(crate) fn away(error: WorkError) -> OpenError {
        OpenError::Unready(error.to_string())
    }
}

/// Why a backup or a restore failed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database is not in a file.
    #[error("only a database in a file is copied so: Postgres has pg_dump and pg_basebackup")]
    NoFile,
    /// The file of the database does not exist.
    #[error("there is no database `{0}`")]
    Missing(String),
    /// The copy cannot be made at this place.
    #[error("`{0}` cannot be made: {1} (name a file that is not there yet)")]
    Unwritable(String, std::io::Error),
    /// Something failed on the way. No file is left.
    #[error("the copy could not be made: {0}")]
    Failed(String),
    /// The file to be restored is not a copy of a chat, or is damaged.
    #[error("`{0}` is no whole copy of a chat: {1}")]
    NoCopy(String, String),
    /// The place for the restored file is not usable.
    #[error(transparent)]
    Place(#[from] OpenError),
}

impl BackupError {
    /// Makes the error of a copy for which there is no better word.
    pub(crate) fn failed(error: &dyn std::fmt::Display) -> BackupError {
        BackupError::Failed(error.to_string())
    }
}

//! Why a store could not be opened, in sentences that say what to do.

use crate::work_error::WorkError;

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address begins with something unknown.
    #[error(
        "`{0}` is no address of a database: write sqlite:FILE, sqlite::memory: or postgres://USER:PASSWORD@HOST/NAME"
    )]
    Scheme(String),
    /// The address is not written as one of its kind.
    #[error("the address of the database is wrong: {0}")]
    Address(String),
    /// The list of who was erased cannot be read.
    #[error(
        "the list of who was erased, `{0}`, cannot be read ({1}): let this program read it, or name it with --erasures"
    )]
    Erasures(String, String),
    /// The file's directory is not there.
    #[error("the directory `{0}` does not exist: make it, or name a file in another one")]
    Directory(String),
    /// Another process has the file open.
    #[error("`{0}` is in use by another process: stop that one, or use another file")]
    InUse(String),
    /// The file, or its directory, cannot be written to.
    #[error("`{0}` cannot be written to: let the user that this program runs as write to the file and its directory")]
    ReadOnly(String),
    /// The file holds something else.
    #[error("`{0}` is not an SQLite database: name another file, or move this one away")]
    NotADatabase(String),
    /// The server let nobody in.
    #[error(
        "the database at {place} did not let us in ({said}): check the address, the user, the password and that it runs"
    )]
    Refused {
        /// Where, without the password.
        place: String,
        /// What was said.
        said: String,
    },
    /// Another store has the database.
    #[error(
        "the database is in use by another chat server ({who}, seen {seconds} s ago), and one of the two is to be alone: stop \
         that one, or let both talk to each other (without --backplane none); if it is dead, wait 15 s or start with --take-over"
    )]
    Taken {
        /// The process and machine of the other one.
        who: String,
        /// How long ago it was last seen.
        seconds: i64,
    },
    /// Another node signs its tokens otherwise.
    #[error("another node of this database ({who}) has another --jwt-secret: all of them need the same one")]
    OtherSecret {
        /// The process and machine of the other one.
        who: String,
    },
    /// The server is of a sort that does not do what is needed.
    #[error("the database is {0}: a chat server needs PostgreSQL itself")]
    Unsuitable(String),
    /// What is notified is not heard.
    #[error(
        "what is notified in the database does not arrive: something that pools transactions seems to stand between; name the \
         server itself, or a pooler that pools sessions"
    )]
    Unheard,
    /// There are tables of the same names that this program did not make.
    #[error(
        "there are tables here already that are not this program's ({0}): give it an empty database, or on Postgres a schema of its \
         own with `?options=-csearch_path%3Dchat` behind the address"
    )]
    Foreign(String),
    /// A newer version of this program was here.
    #[error("the database is of version {version}, newer than this program's {newest}: use the newer program")]
    Newer {
        /// The database's version.
        version: usize,
        /// The newest version that is known here.
        newest: usize,
    },
    /// The database answered with an error.
    #[error("the database could not be made ready: {0}")]
    Unready(String),
}

impl OpenError {
    /// Anything that has no better word.
    pub(crate) fn away(error: WorkError) -> OpenError {
        OpenError::Unready(error.to_string())
    }
}

/// Why there is no backup, or no way back from one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no file to copy.
    #[error("only a database in a file is copied so: Postgres has pg_dump and pg_basebackup")]
    NoFile,
    /// The file of the database is not there.
    #[error("there is no database `{0}`")]
    Missing(String),
    /// The copy cannot be made there.
    #[error("`{0}` cannot be made: {1} (name a file that is not there yet)")]
    Unwritable(String, std::io::Error),
    /// Something went wrong on the way; no file is left.
    #[error("the copy could not be made: {0}")]
    Failed(String),
    /// What is to be put back is no copy of a chat, or a broken one.
    #[error("`{0}` is no whole copy of a chat: {1}")]
    NoCopy(String, String),
    /// The place where it is to be put cannot be had.
    #[error(transparent)]
    Place(#[from] OpenError),
}

impl BackupError {
    /// Anything that has no better word.
    pub(crate) fn failed(error: &dyn std::fmt::Display) -> BackupError {
        BackupError::Failed(error.to_string())
    }
}

//! Files that live here: what is known of them is in a store, their bytes are on a shelf.

mod folder;
pub(crate) mod kinds;
pub(crate) mod range;
mod receive;
mod sweep;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::Files;
use chat_domain::files::FileQuota;
use http::HeaderName;

pub use self::folder::Folder;
pub(crate) use self::folder::{Begin, Begun};
pub(crate) use self::receive::{receive, unkept};

/// How files are kept, and which.
#[derive(Clone)]
pub struct FileSettings {
    /// What knows of them.
    pub known: Arc<dyn Files>,
    /// Where their bytes are.
    pub shelf: Arc<Shelf>,
    /// Bytes that a file may have.
    pub most: u64,
    /// How much somebody may announce.
    pub quota: FileQuota,
    /// How long a file is kept that nobody has named.
    pub keep_unbound: Duration,
    /// Where this server is to be found, such as `https://chat.example`; without it, where the request went.
    pub public_url: Option<String>,
    /// Whether a file is read by its members only, and not by everybody who knows its address.
    pub private: bool,
}

/// Where the bytes of files are.
#[derive(Debug)]
pub enum Shelf {
    /// In a directory of this machine, or of one that all nodes share.
    Folder(Folder),
}

impl FileSettings {
    /// Files of usual size and quota.
    pub fn new(known: Arc<dyn Files>, shelf: Shelf) -> FileSettings {
        FileSettings {
            known,
            shelf: Arc::new(shelf),
            most: 25 << 20,
            quota: FileQuota { bytes: 1 << 30, span: DAY },
            keep_unbound: DAY,
            public_url: None,
            private: false,
        }
    }
}

impl fmt::Debug for FileSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSettings").field("shelf", &self.shelf).field("most", &self.most).finish_non_exhaustive()
    }
}

/// Where the next byte of a file goes.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const DAY: Duration = Duration::from_secs(24 * 3600);

//! Files that are kept by this server: facts about them in the store, their bytes on a shelf.

mod bucket;
mod folder;
pub(crate) mod kinds;
pub(crate) mod range;
mod receive;
mod shelf;
mod sweep;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::Files;
use chat_domain::files::FileQuota;
use http::HeaderName;

pub use self::bucket::{Bucket, BucketKey};
pub use self::folder::Folder;
pub(crate) use self::folder::{Begin, Begun};
pub(crate) use self::receive::{receive, unkept};
pub use self::shelf::Shelf;

/// Which files are kept, where and for how long.
#[derive(Clone)]
pub struct FileSettings {
    /// The port that knows the files.
    pub known: Arc<dyn Files>,
    /// Where their bytes are.
    pub shelf: Arc<Shelf>,
    /// How many bytes a file may have.
    pub most: u64,
    /// How much one person may upload.
    pub quota: FileQuota,
    /// How long a file is kept that no message names.
    pub keep_unbound: Duration,
    /// The public address of this server, such as `https://chat.example`. Without it, files' addresses have the host that the
    /// request went to.
    pub public_url: Option<String>,
    /// Whether only members of a file's rooms may read it. Otherwise everybody may who knows its address.
    pub private: bool,
}

impl FileSettings {
    /// Keeps files with the usual limits.
    pub fn new(known: Arc<dyn Files>, shelf: Arc<Shelf>) -> FileSettings {
        FileSettings {
            known,
            shelf,
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

/// The header with the offset at which the next byte of an upload belongs.
pub(crate) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const DAY: Duration = Duration::from_secs(24 * 3600);

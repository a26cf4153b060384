//! Opening the place where files are kept.

use std::path::PathBuf;
use std::sync::Arc;

use chat_domain::Files;
use chat_domain::files::FileQuota;
use chat_transport::account::secret::Secret;
use chat_transport::files::{Bucket, BucketKey, FileSettings, Folder, Shelf};

use crate::config::Config;
use crate::config::keeping::FilesAt;

/// The place where files are kept.
pub(crate) struct Kept {
    shelf: Arc<Shelf>,
    /// A directory that is deleted at the end, for a database in memory: what is known of the files ends with that.
    passing: Option<PathBuf>,
}

/// Opens the directory that is set, or the one beside the database.
pub(crate) fn kept(config: &Config) -> Result<Kept, String> {
    let at = |shelf, passing| Kept { shelf: Arc::new(shelf), passing };
    let for_good = |shelf| at(shelf, None);
    match &config.keeping.files {
        Some(FilesAt::Folder(path)) => {
            let folder = Folder::open(path);
            let folder = folder.map_err(|error| format!("cannot keep files in {}: {error}", path.display()))?;
            return Ok(for_good(Shelf::Folder(folder)));
        }
        Some(FilesAt::Bucket(address)) => return Ok(for_good(Shelf::Bucket(Box::new(Bucket::new(address, key()?)?)))),
        None => {}
    }
    let passing = || std::env::temp_dir().join(format!("chat-server-files-{}", std::process::id()));
    Ok(match folder(config) {
        Some(path) => for_good(Shelf::Folder(Folder::at(path))),
        None => at(Shelf::Folder(Folder::at(passing())), Some(passing())),
    })
}

/// Returns the directory that is set, or the one beside the database. There is none for a bucket, nor for a database in memory.
pub(crate) fn folder(config: &Config) -> Option<PathBuf> {
    match (&config.keeping.files, chat_store::file(&config.database)) {
        (Some(FilesAt::Folder(path)), _) => Some(path.clone()),
        (Some(FilesAt::Bucket(_)), _) => None,
        (None, Some(path)) => Some(format!("{}.files", path.display()).into()),
        (None, None) => chat_store::is_shared(&config.database).then(|| HERE.into()),
    }
}

/// Returns the key of the bucket, from the environment variables that other S3 programs use too.
fn key() -> Result<BucketKey, String> {
    let from = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (id, secret) = (from("AWS_ACCESS_KEY_ID"), from("AWS_SECRET_ACCESS_KEY").map(Secret::new));
    let (id, secret) = id.zip(secret).ok_or("a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")?;
    Ok(BucketKey { id, secret, session: from("AWS_SESSION_TOKEN").map(Secret::new) })
}

impl Kept {
    /// Returns the origin other than this server's to which the page must be allowed to send files.
    pub(crate) fn elsewhere(&self) -> Option<String> {
        match &*self.shelf {
            Shelf::Folder(_) => None,
            Shelf::Bucket(bucket) => Some(bucket.origin()),
        }
    }

    /// Returns the settings for files in this place that `known` knows.
    pub(crate) fn settings(&self, config: &Config, known: Arc<dyn Files>) -> FileSettings {
        let settings = FileSettings::new(known, self.shelf.clone());
        FileSettings {
            most: config.keeping.max_file.0,
            quota: FileQuota { bytes: config.keeping.file_quota.0, ..settings.quota },
            keep_unbound: config.keeping.keep_unbound.0,
            public_url: config.keeping.public_url.as_ref().map(ToString::to_string),
            private: config.keeping.private_files,
            ..settings
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(path) = &self.passing {
            // The directory may never have been created.
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// The directory for files where the database is not a file.
const HERE: &str = "chat-server.files";

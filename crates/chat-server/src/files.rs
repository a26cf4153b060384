//! Where the bytes of files are kept.

use std::path::PathBuf;
use std::sync::Arc;

use chat_domain::Files;
use chat_domain::files::FileQuota;
use chat_transport::files::{FileSettings, Folder, Shelf};

use crate::config::Config;

/// A place for files.
pub(crate) struct Kept {
    folder: Folder,
    /// Deleted at the end: what knows of its files is then gone, too.
    passing: Option<PathBuf>,
}

/// The place that is set, or the one beside the database. That of a database in memory ends with it.
pub(crate) fn kept(config: &Config) -> Result<Kept, String> {
    if let Some(path) = &config.keeping.files {
        let folder = Folder::open(path).map_err(|error| format!("cannot keep files in {}: {error}", path.display()))?;
        return Ok(Kept { folder, passing: None });
    }
    let passing = || std::env::temp_dir().join(format!("chat-server-files-{}", std::process::id()));
    Ok(match chat_store::file(&config.database) {
        Some(path) => Kept { folder: Folder::at(format!("{}.files", path.display())), passing: None },
        None if chat_store::is_shared(&config.database) => Kept { folder: Folder::at(HERE), passing: None },
        None => Kept { folder: Folder::at(passing()), passing: Some(passing()) },
    })
}

impl Kept {
    /// Files that live there, known to this store.
    pub(crate) fn settings(&self, config: &Config, known: Arc<dyn Files>) -> FileSettings {
        let settings = FileSettings::new(known, Shelf::Folder(self.folder.clone()));
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
            // What is not there need not go.
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// Where files are kept that are beside no file: a database that several may use.
const HERE: &str = "chat-server.files";

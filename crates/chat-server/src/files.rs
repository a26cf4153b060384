//! Opening the place where files are kept.

use std::path::PathBuf;
use std::sync::Arc;

use chat_domain::Files;
use chat_domain::files::FileQuota;
use chat_transport::files::{FileSettings, Folder, Shelf};

use crate::config::Config;

/// The place where files are kept.
pub(crate) struct Kept {
    folder: Folder,
    /// A directory that is deleted at the end, for a database in memory: what is known of the files ends with that.
    passing: Option<PathBuf>,
}

/// Opens the directory that is set, or the one beside the database.
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
    /// Returns the settings for files in this place that `known` knows.
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
            // The directory may never have been created.
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

/// The directory for files where the database is not a file.
const HERE: &str = "chat-server.files";

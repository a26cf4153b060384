//! The bytes of files beside a backup or an archive, in a directory of the same name with `.files` behind it.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, DirEntry};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use chat_domain::FileId;

use crate::config::Config;
use crate::config::keeping::FilesAt;
use crate::files;

/// Bytes of files on their way from one directory to another. A file's bytes never change, so where both are on one disk they are
/// linked instead of copied.
pub(super) struct Bytes {
    from: PathBuf,
    to: PathBuf,
}

impl Bytes {
    /// Returns the way out of the directory of a server with these settings. There is none if it keeps files in a bucket.
    pub(super) fn out(config: &Config, file: &Path) -> Option<Bytes> {
        if matches!(config.keeping.files, Some(FilesAt::Bucket(_))) {
            eprintln!("the bytes of files stay in their bucket: back that up by its own means");
        }
        Some(Bytes { from: files::folder(config)?, to: beside(file) })
    }

    /// Brings back all that lies beside a backup or an archive.
    pub(super) fn bring_back(config: &Config, file: &Path) -> Result<(), String> {
        let from = beside(file);
        if !from.is_dir() {
            return Ok(());
        }
        match files::folder(config) {
            Some(to) => Bytes { from, to }.copy(),
            None => {
                eprintln!("bring the files in {} into the bucket yourself, each under its last name", from.display());
                Ok(())
            }
        }
    }

    /// Copies all files that are whole and not there yet. One that is deleted meanwhile is left out.
    pub(super) fn copy(&self) -> Result<(), String> {
        self.each(&self.from, &|id, path| {
            let there = self.to.join(&id.as_str()[..2]);
            DirBuilder::new().recursive(true).mode(0o700).create(&there)?;
            copy(path, &there.join(id.as_str()))
        })
    }

    /// Copies what has come since, and leaves only the files of these ids. Says how many of them were not to be had: they were deleted
    /// since the database was copied.
    pub(super) fn finish(&self, named: &BTreeSet<String>) -> Result<(), String> {
        self.copy()?;
        let found = std::cell::Cell::new(0);
        self.each(&self.to, &|id, path| {
            match named.contains(id.as_str()) {
                true => found.set(found.get() + 1),
                false => fs::remove_file(path)?,
            }
            Ok(())
        })?;
        match named.len() - found.get().min(named.len()) {
            0 => {}
            missing => eprintln!("of {missing} files there are no bytes: they are being deleted, or kept elsewhere"),
        }
        Ok(())
    }

    /// Visits every whole file of a directory, if there is one. What else lies there is none of ours.
    fn each(&self, directory: &Path, visit: &dyn Fn(FileId, &Path) -> io::Result<()>) -> Result<(), String> {
        let is_dir = |entry: &DirEntry| entry.file_type().is_ok_and(|sort| sort.is_dir());
        let walk = || -> io::Result<()> {
            for shelf in listed(directory)?.filter(is_dir) {
                for entry in listed(&shelf.path())?.filter(|entry| entry.file_type().is_ok_and(|sort| sort.is_file())) {
                    if let Some(id) = entry.file_name().to_str().and_then(FileId::new) {
                        visit(id, &entry.path())?;
                    }
                }
            }
            // That they are there outlasts a power cut.
            listed(&self.to)?.filter(is_dir).try_for_each(|shelf| fs::File::open(shelf.path())?.sync_all())
        };
        walk().map_err(|error| {
            format!("cannot bring files from {} to {}: {error}", self.from.display(), self.to.display())
        })
    }
}

fn listed(directory: &Path) -> io::Result<impl Iterator<Item = DirEntry> + use<>> {
    match fs::read_dir(directory) {
        Ok(entries) => Ok(Some(entries).into_iter().flatten().filter_map(Result::ok)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None.into_iter().flatten().filter_map(Result::ok)),
        Err(error) => Err(error),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => return Ok(()),
        Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => return Ok(()),
        // It is another disk, or one that has no links.
        Err(_) => {}
    }
    // What was broken off is no whole file.
    let part = to.with_extension("part");
    match fs::copy(from, &part) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    fs::File::open(&part)?.sync_all()?;
    fs::rename(part, to)
}

fn beside(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.files", file.display()))
}

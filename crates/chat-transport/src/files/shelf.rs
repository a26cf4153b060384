//! The shelf: where the bytes of files are, and whether all of a file's are there.

use std::io;

use bytes::Bytes;
use chat_domain::{Bond, Draft, File, FileId, FileRow, UserId};
use chat_protocol::Trouble;
use tokio::sync::mpsc;

use super::{Bucket, FileSettings, Folder, unkept};

/// Where the bytes of files are.
#[derive(Debug)]
pub enum Shelf {
    /// In a directory of this machine, or of one that all nodes share.
    Folder(Folder),
    /// In a bucket of S3, to which clients upload them directly.
    Bucket(Box<Bucket>),
}

/// How much there is of a file.
enum Come {
    /// All of it is there.
    All,
    /// This many bytes are there.
    Some(u64),
    /// What is there differs from what was announced.
    Other,
}

impl Shelf {
    /// Returns the directory, if the bytes are in one. Only then are they uploaded through this server.
    pub(crate) fn folder(&self) -> Option<&Folder> {
        match self {
            Shelf::Folder(folder) => Some(folder),
            Shelf::Bucket(_) => None,
        }
    }

    /// Returns the first `most` bytes of a complete file, or all of a shorter one.
    pub(crate) async fn first(&self, id: FileId, most: usize) -> io::Result<Vec<u8>> {
        match self {
            Shelf::Folder(folder) => folder.first(id, most).await,
            Shelf::Bucket(bucket) => bucket.first(id, most).await,
        }
    }

    /// Reads a part of a complete file, as fast as the receiver takes it. If reading fails, the channel ends early.
    pub(crate) async fn read(&self, id: FileId, from: u64, length: u64) -> io::Result<mpsc::Receiver<Bytes>> {
        match self {
            Shelf::Folder(folder) => folder.read(id, from, length).await,
            Shelf::Bucket(bucket) => bucket.read(id, from, length).await,
        }
    }

    /// Deletes a file, complete or not.
    pub(super) async fn delete(&self, id: FileId) -> io::Result<()> {
        match self {
            Shelf::Folder(folder) => folder.delete(id).await,
            Shelf::Bucket(bucket) => bucket.delete(id).await,
        }
    }

    async fn come(&self, file: &File) -> io::Result<Come> {
        Ok(match self {
            Shelf::Folder(folder) => match folder.come(file.id).await? {
                (_, true) => Come::All,
                (come, false) => Come::Some(come),
            },
            Shelf::Bucket(bucket) => match bucket.size(file.id).await? {
                Some(size) if size == file.size => Come::All,
                Some(_) => Come::Other,
                None => Come::Some(0),
            },
        })
    }
}

impl FileSettings {
    /// Marks a file as complete if all of its bytes are there. If they differ from what was announced, the file is deleted.
    pub(crate) async fn confirm(&self, row: &FileRow) -> Result<(), Trouble> {
        match self.shelf.come(&row.file).await.map_err(unkept)? {
            Come::All => Ok(self.known.is_whole(row.file.id).await?),
            Come::Some(come) => Err(Trouble::Offset(come)),
            Come::Other => {
                self.shelf.delete(row.file.id).await.map_err(unkept)?;
                Err(Trouble::Malformed(format!("the file must have the {} bytes that were announced", row.file.size)))
            }
        }
    }

    /// Checks whether the files that a message names are complete, if that was not confirmed before. A missing one is refused
    /// later, by the rules.
    pub(crate) async fn look_for(&self, sender: UserId, draft: &Draft) -> Result<(), Trouble> {
        for named in draft.named_files() {
            let row = self.known.file(named.id).await?;
            let waits = |row: &FileRow| row.bond == Bond::Free && row.owner == sender && !row.is_whole;
            if let Some(row) = row.filter(waits) {
                match self.confirm(&row).await {
                    Ok(()) | Err(Trouble::Offset(_) | Trouble::Malformed(_)) => {}
                    Err(trouble) => return Err(trouble),
                }
            }
        }
        Ok(())
    }
}

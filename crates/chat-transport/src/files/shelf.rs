//! Where the bytes of files are, and whether all of a file's are there.

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
    /// In a bucket of S3: clients bring them there.
    Bucket(Box<Bucket>),
}

/// What there is of a file.
enum Come {
    /// All of it.
    All,
    /// So many bytes.
    Some(u64),
    /// Something else than was announced.
    Other,
}

impl Shelf {
    /// The directory, if they are in one: only there they come through this server.
    pub(crate) fn folder(&self) -> Option<&Folder> {
        match self {
            Shelf::Folder(folder) => Some(folder),
            Shelf::Bucket(_) => None,
        }
    }

    /// The first bytes of a whole file, as many as there are of these.
    pub(crate) async fn first(&self, id: FileId, most: usize) -> io::Result<Vec<u8>> {
        match self {
            Shelf::Folder(folder) => folder.first(id, most).await,
            Shelf::Bucket(bucket) => bucket.first(id, most).await,
        }
    }

    /// These bytes of a whole file, as somebody takes them. If not all of them can be read they end before.
    pub(crate) async fn read(&self, id: FileId, from: u64, length: u64) -> io::Result<mpsc::Receiver<Bytes>> {
        match self {
            Shelf::Folder(folder) => folder.read(id, from, length).await,
            Shelf::Bucket(bucket) => bucket.read(id, from, length).await,
        }
    }

    /// Deletes all that there is of a file.
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
    /// Notes that all bytes of a file are there, if they are. What is not what was announced is deleted.
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

    /// Looks whether the files that somebody wants to name are all there, where nobody has said that they are. What is not there is
    /// refused by the rules.
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

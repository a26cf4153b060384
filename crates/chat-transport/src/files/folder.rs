//! A directory with the bytes of files. An unfinished file is beside the finished ones, under its id with `.part`. Names that
//! people give are not used in any path.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use chat_domain::FileId;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// A directory with the bytes of files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

/// The result of beginning to upload a file, or of going on.
#[derive(Debug)]
pub(crate) enum Begin {
    /// The upload may go on.
    Begun(Begun),
    /// Another upload of the same file is under way, and has reached this length.
    Busy(u64),
    /// The file is complete.
    Whole,
}

/// An unfinished file that is locked for one uploader.
#[derive(Debug)]
pub(crate) struct Begun {
    file: File,
    /// How many bytes are there.
    pub(crate) length: u64,
    part: PathBuf,
    whole: PathBuf,
}

impl Folder {
    /// Opens the directory, and creates it for its owner only if it is missing. Fails if nothing can be written there.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Folder> {
        let root = root.into();
        make(&root)?;
        // Tried now, so that the operator hears of it at the start and not with the first file.
        let trial = root.join(".trial");
        File::create(&trial)?;
        fs::remove_file(&trial)?;
        Ok(Folder { root })
    }

    /// Uses this directory without touching it now: it is created with the first file.
    pub fn at(root: impl Into<PathBuf>) -> Folder {
        Folder { root: root.into() }
    }

    /// Begins an upload or goes on with it. If another one holds the file, it waits up to two seconds: a client whose connection
    /// broke may be back before the server has noticed.
    pub(crate) async fn begin(&self, id: FileId) -> io::Result<Begin> {
        for _ in 0..LOOKS {
            let folder = self.clone();
            match blocking(move || folder.begin_now(id)).await? {
                Begin::Busy(_) => sleep(LOOK).await,
                begin => return Ok(begin),
            }
        }
        let folder = self.clone();
        blocking(move || folder.begin_now(id)).await
    }

    /// Returns how many bytes of a file are there, and whether it is complete.
    pub(crate) async fn come(&self, id: FileId) -> io::Result<(u64, bool)> {
        Ok(match self.begin(id).await? {
            Begin::Begun(begun) => (begun.length, false),
            Begin::Busy(length) => (length, false),
            Begin::Whole => {
                let path = self.whole(id);
                (blocking(move || fs::metadata(path)).await?.len(), true)
            }
        })
    }

    fn begin_now(&self, id: FileId) -> io::Result<Begin> {
        let (part, whole) = (self.part(id), self.whole(id));
        if whole.exists() {
            return Ok(Begin::Whole);
        }
        let parent = part.parent().unwrap_or(&self.root);
        make(parent)?;
        let file = OpenOptions::new().append(true).create(true).mode(PRIVATE).open(&part)?;
        if let Err(error) = file.try_lock() {
            return match error {
                fs::TryLockError::WouldBlock => Ok(Begin::Busy(file.metadata()?.len())),
                fs::TryLockError::Error(error) => Err(error),
            };
        }
        // Its previous holder may have finished and renamed the file between our opening it and locking it: then this is no
        // longer the unfinished file.
        let held = file.metadata()?;
        match fs::metadata(&part) {
            Ok(there) if there.ino() == held.ino() => {}
            _ if whole.exists() => return Ok(Begin::Whole),
            _ => return Ok(Begin::Busy(held.len())),
        }
        Ok(Begin::Begun(Begun { file, length: held.len(), part, whole }))
    }

    /// Returns the first `most` bytes of a complete file, or all of a shorter one.
    pub(crate) async fn first(&self, id: FileId, most: usize) -> io::Result<Vec<u8>> {
        let path = self.whole(id);
        blocking(move || {
            let mut first = Vec::with_capacity(most);
            File::open(path)?.take(most as u64).read_to_end(&mut first)?;
            Ok(first)
        })
        .await
    }

    /// Reads a part of a complete file, as fast as the receiver takes it. If reading fails, the channel ends early.
    pub(crate) async fn read(&self, id: FileId, from: u64, length: u64) -> io::Result<mpsc::Receiver<Bytes>> {
        let path = self.whole(id);
        let mut file = blocking(move || {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(from))?;
            Ok(file)
        })
        .await?;
        let (give, take) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut left = length;
            while left > 0 {
                let size = left.min(CHUNK as u64) as usize;
                let read = blocking(move || {
                    let mut chunk = vec![0; size];
                    file.read_exact(&mut chunk)?;
                    Ok((file, chunk))
                });
                let Ok((same, chunk)) = read.await.inspect_err(|error| tracing::warn!(%id, %error, "a file broke off"))
                else {
                    return;
                };
                file = same;
                left -= size as u64;
                if give.send(chunk.into()).await.is_err() {
                    return;
                }
            }
        });
        Ok(take)
    }

    /// Deletes a file, finished or not. When this returns, the deletion survives a power failure.
    pub(crate) async fn delete(&self, id: FileId) -> io::Result<()> {
        let (part, whole) = (self.part(id), self.whole(id));
        blocking(move || {
            for path in [&part, &whole] {
                match fs::remove_file(path) {
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    done => done?,
                }
            }
            match part.parent().map(sync) {
                Some(Err(error)) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        })
        .await
    }

    fn whole(&self, id: FileId) -> PathBuf {
        self.root.join(&id.as_str()[..2]).join(id.as_str())
    }

    fn part(&self, id: FileId) -> PathBuf {
        self.root.join(&id.as_str()[..2]).join(format!("{id}.part"))
    }
}

impl Begun {
    /// Appends bytes.
    pub(crate) async fn write(mut self, bytes: Bytes) -> io::Result<Begun> {
        blocking(move || {
            self.file.write_all(&bytes)?;
            self.length += bytes.len() as u64;
            Ok(self)
        })
        .await
    }

    /// Cuts the file to this length.
    pub(crate) async fn cut(self, length: u64) -> io::Result<()> {
        blocking(move || self.file.set_len(length)).await
    }

    /// Makes the file complete. When this returns, it survives a power failure.
    pub(crate) async fn finish(self) -> io::Result<()> {
        blocking(move || {
            self.file.sync_all()?;
            fs::rename(&self.part, &self.whole)?;
            self.whole.parent().map_or(Ok(()), sync)
        })
        .await
    }
}

/// Creates a directory, and makes sure that it survives a power failure.
fn make(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync)
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// Files are readable by their owner only.
const PRIVATE: u32 = 0o600;
/// How many bytes are read at once.
const CHUNK: usize = 64 << 10;
/// How often, and how long apart, to try for a file that another upload holds.
const LOOKS: u32 = 100;
const LOOK: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests;

//! The port to whatever knows uploaded files. Their bytes are kept elsewhere, on the shelf.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::file::{File, FileId, FileRow};
use crate::id::UserId;
use crate::journal::Answer;
use crate::time::Time;

/// How much one user may announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileQuota {
    /// How many bytes may be announced within the span.
    pub bytes: u64,
    /// The span for which the bytes are counted.
    pub span: Duration,
}

/// What became of a file that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// The file was noted, and its bytes may be uploaded.
    Taken,
    /// Its owner has announced too much lately; there is room for it after this time.
    Full(Duration),
}

/// Whatever knows the files that were uploaded to this server.
pub trait Files: Send + Sync {
    /// Notes a file whose bytes are to be uploaded, unless its owner has announced too much lately.
    fn announce(&self, file: Arc<File>, owner: UserId, quota: FileQuota, at: Time) -> Answer<'_, Announced>;

    /// Returns what is known of a file. When its message is deleted, it is [`Bond::Gone`](crate::Bond::Gone) from that
    /// moment on.
    fn file(&self, id: FileId) -> Answer<'_, Option<FileRow>>;

    /// Returns a user's files that are not gone, in the order of ids, beginning after this one.
    fn files_of(&self, owner: UserId, after: Option<FileId>, limit: usize) -> Answer<'_, Vec<FileRow>>;

    /// Notes that all bytes of a file were uploaded, so that messages can name it from now on.
    fn is_whole(&self, id: FileId) -> Answer<'_, ()>;

    /// Lets files go that nobody needs any more: those that were announced before `unbound` and that no message names,
    /// and those whose message or owner was erased. From then on no message can name them. Returns at most `most` ids
    /// of files whose bytes are to be deleted, including those that it returned before and that were not reported with
    /// [`Files::are_deleted`] since.
    fn let_go(&self, unbound: Time, most: usize) -> Answer<'_, Vec<FileId>>;

    /// Notes that the bytes of these files were deleted.
    fn are_deleted(&self, ids: Vec<FileId>) -> Answer<'_, ()>;
}

impl FileQuota {
    /// Whether a file of this size may be announced now. `before` are the files announced within the span, oldest
    /// first.
    pub fn admit(&self, before: &[(Time, u64)], size: u64, at: Time) -> Announced {
        let mut sum = before.iter().map(|(_, size)| size).fold(size, |sum, size| sum.saturating_add(*size));
        if sum <= self.bytes {
            return Announced::Taken;
        }
        for (since, size) in before {
            sum = sum.saturating_sub(*size);
            if sum <= self.bytes {
                return Announced::Full(since.after(self.span).since(at));
            }
        }
        // This one file is larger than the whole quota.
        Announced::Full(self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_announced_too_much_hears_when_there_is_room() {
        let quota = FileQuota { bytes: 100, span: Duration::from_secs(10) };
        let before = [(Time::from_secs(1), 40), (Time::from_secs(3), 40)];
        assert_eq!(quota.admit(&before, 20, Time::from_secs(5)), Announced::Taken);
        assert_eq!(quota.admit(&before, 21, Time::from_secs(5)), Announced::Full(Duration::from_secs(6)));
        assert_eq!(quota.admit(&before, 61, Time::from_secs(5)), Announced::Full(Duration::from_secs(8)));
        assert_eq!(quota.admit(&[], 101, Time::from_secs(5)), Announced::Full(Duration::from_secs(10)));
    }
}

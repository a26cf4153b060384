//! The port to whatever knows the files that live here; their bytes are kept elsewhere.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::file::{File, FileId, FileRow};
use crate::id::UserId;
use crate::journal::Answer;
use crate::time::Time;

/// How much somebody may announce.
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
    /// Its bytes may come.
    Taken,
    /// Its owner has announced too much lately; there is room for it after this time.
    Full(Duration),
}

/// Whatever knows the files that live here.
pub trait Files: Send + Sync {
    /// Makes a file known whose bytes are to come, unless its owner has announced too much lately.
    fn announce(&self, file: Arc<File>, owner: UserId, quota: FileQuota, at: Time) -> Answer<'_, Announced>;

    /// What is known of a file. One whose message was deleted is gone from that moment on.
    fn file(&self, id: FileId) -> Answer<'_, Option<FileRow>>;

    /// All bytes of a file are there: it can be named from now on.
    fn is_whole(&self, id: FileId) -> Answer<'_, ()>;

    /// Lets files go that belong to nobody any more: those that nobody has named and that were announced before `unbound`, those
    /// whose message or owner was erased. Tells whose bytes are to be deleted, also those that it told before and of which
    /// nobody has said that they are, at most so many. Nobody can name one of them after that.
    fn let_go(&self, unbound: Time, most: usize) -> Answer<'_, Vec<FileId>>;

    /// The bytes of these files are deleted.
    fn are_deleted(&self, ids: Vec<FileId>) -> Answer<'_, ()>;
}

impl FileQuota {
    /// Whether another file of this size may be announced, beside those of the span before, the oldest first.
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
        // Alone it is more than anybody may have.
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

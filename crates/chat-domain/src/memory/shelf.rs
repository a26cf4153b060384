//! The rows of files that no rule reads, in memory.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::file::FileId;
use crate::time::Time;

/// The rows of files that no rule reads.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) announced: BTreeMap<FileId, Time>,
    /// The files whose bytes were deleted.
    pub(super) deleted: BTreeSet<FileId>,
}

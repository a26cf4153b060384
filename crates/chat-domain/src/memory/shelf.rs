//! What is known of files beside what decides.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::file::FileId;
use crate::time::Time;

/// What is known of files beside what decides.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) announced: BTreeMap<FileId, Time>,
    /// Those whose bytes are deleted.
    pub(super) deleted: BTreeSet<FileId>,
}

//! What was written since it was last taken.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::emoji::Emoji;
use crate::fact::Written;
use crate::file::FileId;
use crate::id::{MessageId, RoomId, UserId};
use crate::rows::*;

/// What changed: the keys of rows that are kept here, and the rows that never change.
#[derive(Clone, Debug, Default)]
pub(super) struct Dirty {
    /// For each that changed, whether it is new.
    pub(super) rooms: BTreeMap<RoomId, bool>,
    pub(super) members: BTreeSet<(RoomId, UserId)>,
    /// For each that changed, whether it is new.
    pub(super) messages: BTreeMap<(RoomId, MessageId), bool>,
    pub(super) files: BTreeSet<FileId>,
    pub(super) reactions: BTreeMap<(RoomId, MessageId, UserId, Emoji), ReactionRow>,
    pub(super) owing: BTreeSet<(RoomId, MessageId)>,
    pub(super) mentioning: BTreeSet<(RoomId, MessageId)>,
    /// How many replies came to each thread, less those that were deleted.
    pub(super) threads: BTreeMap<(RoomId, MessageId), i64>,
    pub(super) forgotten: BTreeSet<(RoomId, MessageId)>,
    pub(super) lobby: BTreeSet<UserId>,
    pub(super) purges: BTreeMap<(RoomId, UserId), PurgeRow>,
    pub(super) blocks: BTreeMap<(UserId, UserId), BlockRow>,
    /// The rows that never change, as they are to be kept.
    pub(super) rows: Written,
}

impl Dirty {
    /// Notes that a room changed.
    pub(super) fn room(&mut self, room: RoomId) {
        self.rooms.entry(room).or_insert(false);
    }

    /// Notes that a message changed.
    pub(super) fn message(&mut self, room: RoomId, message: MessageId) {
        self.messages.entry((room, message)).or_insert(false);
    }

    /// Notes that a thread has one reply more, or one fewer.
    pub(super) fn count_reply(&mut self, room: RoomId, thread: MessageId, more: i64) {
        *self.threads.entry((room, thread)).or_default() += more;
    }

    /// Notes that a message lost its reactions.
    pub(super) fn forget(&mut self, room: RoomId, message: MessageId) {
        self.reactions.retain(|&(r, m, ..), _| (r, m) != (room, message));
        self.forgotten.insert((room, message));
    }
}

//! What a chat has written since this was last taken.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::emoji::Emoji;
use crate::fact::Written;
use crate::file::FileId;
use crate::id::{MessageId, RoomId, UserId};
use crate::rows::*;

/// The keys of the rows that changed and are kept in the chat, and the new rows that never change.
#[derive(Clone, Debug, Default)]
pub(super) struct Dirty {
    /// The rooms that changed; `true` for a new one.
    pub(super) rooms: BTreeMap<RoomId, bool>,
    pub(super) members: BTreeSet<(RoomId, UserId)>,
    /// The messages that changed; `true` for a new one.
    pub(super) messages: BTreeMap<(RoomId, MessageId), bool>,
    pub(super) files: BTreeSet<FileId>,
    pub(super) reactions: BTreeMap<(RoomId, MessageId, UserId, Emoji), ReactionRow>,
    pub(super) owing: BTreeSet<(RoomId, MessageId)>,
    pub(super) mentioning: BTreeSet<(RoomId, MessageId)>,
    /// By how many the replies of each thread have changed.
    pub(super) threads: BTreeMap<(RoomId, MessageId), i64>,
    pub(super) forgotten: BTreeSet<(RoomId, MessageId)>,
    pub(super) lobby: BTreeSet<UserId>,
    pub(super) purges: BTreeMap<(RoomId, UserId), PurgeRow>,
    pub(super) blocks: BTreeMap<(UserId, UserId), BlockRow>,
    /// The new rows of tables whose rows never change.
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

    /// Adds `more` to the replies of a thread; -1 for one that was deleted.
    pub(super) fn count_reply(&mut self, room: RoomId, thread: MessageId, more: i64) {
        *self.threads.entry((room, thread)).or_default() += more;
    }

    /// Notes that all reactions to a message were deleted.
    pub(super) fn forget(&mut self, room: RoomId, message: MessageId) {
        self.reactions.retain(|&(r, m, ..), _| (r, m) != (room, message));
        self.forgotten.insert((room, message));
    }
}

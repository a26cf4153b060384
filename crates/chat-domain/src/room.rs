//! Rooms, who is in them, and how far everybody has come.

use alloc::string::String;

use crate::id::{MessageId, RoomId, UserId};
use crate::time::Time;

/// What sort of room it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RoomKind {
    /// Two people, once per pair, without an owner or a title.
    Direct,
    /// Any number of people, with an owner and a title.
    Group,
    /// Two strangers; closed for ever when one of them leaves.
    Roulette,
}

/// A room's own row: everything about it that does not grow with its members or messages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Room {
    /// Its own id.
    pub id: RoomId,
    /// The sort of room, which says who may do what.
    pub kind: RoomKind,
    /// The title of a group.
    pub title: Option<String>,
    /// The owner of a group that has members.
    pub owner: Option<UserId>,
    /// When it was made.
    pub created_at: Time,
    /// The last values of its two counters.
    pub head: Head,
    /// The `seq` of the last change of who is in it, so that a remembered membership can prove itself.
    pub members_seq: u64,
    /// How many people are in it.
    pub members: u32,
    /// When its last change was; the next one is never earlier.
    pub last_at: Time,
    /// The newest message, deleted or not.
    pub last_message: Option<MessageId>,
    /// How many messages were ever sent to it: the dense number of the newest.
    pub sent: u64,
    /// How many of its messages are pinned.
    pub pins: u32,
    /// A roulette chat that somebody left, which takes nothing more; or a group that was ended, in which nobody is any more,
    /// whatever the rows of its members say.
    pub closed: bool,
}

impl Room {
    /// Whether it is a group that was ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.closed && self.kind == RoomKind::Group
    }
}

/// A room's two counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Head {
    /// The number of the last durable change: 1, 2, 3 … without holes.
    pub seq: u64,
    /// The number of the last move of a read or delivered position.
    pub moves: u64,
}

/// What somebody may do in a room beside talking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// Adds, removes, renames, deletes what others wrote.
    Owner,
    /// Everybody else.
    Member,
}

/// Somebody's row in a room. It stays when they leave, so that who comes back finds the old position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Member {
    /// Whose row it is.
    pub user: UserId,
    /// Whether they are in the room now.
    pub active: bool,
    /// The `seq` with which they (last) came: the longest member is the one with the smallest.
    pub joined: u64,
    /// How many messages they ever sent to this room: the dense number of their newest.
    pub sent: u64,
    /// How far they have read.
    pub read: Position,
    /// How far messages have reached them.
    pub delivered: Position,
}

/// How far somebody has come in a room. It only moves forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Position {
    /// The newest message that it covers; `None` before the first.
    pub message: Option<MessageId>,
    /// The dense number of that message, 0 before the first.
    pub number: u64,
    /// How many of the messages it covers are the member's own (their dense number), 0 before the first.
    pub own: u64,
    /// When it got there.
    pub at: Time,
    /// The value of the room's `moves` when it got there; 0 for where it stood on joining.
    pub moved: u64,
}

impl Position {
    /// How many messages of others a member at this read position has not read. `sent` messages were ever sent to the room,
    /// `own` of them by the member; `deleted` of those of others above the position were deleted.
    pub fn unread(&self, sent: u64, own: u64, deleted: u64) -> u64 {
        let newer = sent.saturating_sub(self.number);
        newer.saturating_sub(own.saturating_sub(self.own)).saturating_sub(deleted)
    }
}

impl Member {
    /// Somebody who is in a room from its making.
    pub(crate) fn founder(user: UserId, at: Time) -> Member {
        let start = Position { at, ..Position::default() };
        Member { user, active: true, joined: 1, sent: 0, read: start, delivered: start }
    }

    /// What members are ordered by: who came first, then the smaller id.
    pub fn seniority(&self) -> (u64, UserId) {
        (self.joined, self.user)
    }

    /// The newest message that has reached them: what they read has reached them too.
    pub fn reached(&self) -> Option<MessageId> {
        self.read.message.max(self.delivered.message)
    }
}

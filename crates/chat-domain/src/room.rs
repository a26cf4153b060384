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
    /// How many seconds lie between two messages of a member.
    pub slow_mode: u32,
    /// Whether only who leads it sends.
    pub frozen: bool,
    /// A roulette chat that somebody left, which takes nothing more; or a group that was ended, in which nobody is any more,
    /// whatever the rows of its members say.
    pub closed: bool,
}

impl Room {
    /// The rank of somebody with this row in it, or with none.
    pub fn role_of(&self, user: UserId, member: Option<&Member>) -> Role {
        match member {
            _ if self.owner == Some(user) => Role::Owner,
            Some(member) if member.moderator => Role::Moderator,
            _ => Role::Member,
        }
    }

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

/// What somebody may do in a room beside talking: their rank, the highest first. Nobody acts on somebody of their own rank or above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// Adds and appoints, and does what moderators do.
    Owner,
    /// Removes, mutes, bans, renames, deletes what others wrote.
    Moderator,
    /// The rank of everybody else.
    Member,
}

impl Role {
    /// The word for it, on the wire and in every database.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Moderator => "moderator",
            Role::Member => "member",
        }
    }

    /// The rank that this word stands for.
    pub fn from_word(word: &str) -> Option<Role> {
        [Role::Owner, Role::Moderator, Role::Member].into_iter().find(|role| role.word() == word)
    }
}

/// Somebody's row in a room. It stays when they leave, so that who comes back finds the old position, and who was
/// muted is so still; who was banned without ever being there has one, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Member {
    /// Whose row it is.
    pub user: UserId,
    /// Whether they are in the room now.
    pub active: bool,
    /// Whether they lead it beside its owner.
    pub moderator: bool,
    /// Until when they are muted, which may be past.
    pub muted: Option<Time>,
    /// Until when they are banned, which may be past.
    pub banned: Option<Time>,
    /// Whether the other one in this direct chat has blocked them.
    pub silenced: bool,
    /// The `seq` with which they (last) came: the longest member is the one with the smallest; 0 for who never did.
    pub joined: u64,
    /// How many messages they ever sent to this room: the dense number of their newest.
    pub sent: u64,
    /// When they sent the newest; the beginning of time before the first.
    pub said: Time,
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
        Member { active: true, joined: 1, read: start, delivered: start, ..Member::stranger(user) }
    }

    /// Somebody who never was in it.
    pub fn stranger(user: UserId) -> Member {
        Member {
            user,
            active: false,
            moderator: false,
            muted: None,
            banned: None,
            silenced: false,
            joined: 0,
            sent: 0,
            said: Time::default(),
            read: Position::default(),
            delivered: Position::default(),
        }
    }

    /// Until when they are muted, if they are at this moment.
    pub fn muted_at(&self, now: Time) -> Option<Time> {
        self.muted.filter(|until| *until > now)
    }

    /// Until when they may not say anything, muted or blocked, which may be past.
    pub fn mute(&self) -> Option<Time> {
        if self.silenced { Some(Time::FOR_GOOD) } else { self.muted }
    }

    /// Until when they are banned, if they are at this moment.
    pub fn banned_at(&self, now: Time) -> Option<Time> {
        self.banned.filter(|until| *until > now)
    }

    /// Who owns a group when its owner leaves: the longest moderator, else the longest member.
    pub fn succession(&self) -> (bool, u64, UserId) {
        (!self.moderator, self.joined, self.user)
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

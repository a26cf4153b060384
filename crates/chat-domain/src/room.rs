//! Rooms, their members, and how far each member has come.

use alloc::string::String;

use crate::id::{MessageId, RoomId, UserId};
use crate::time::Time;

/// The kinds of room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RoomKind {
    /// Two people, once per pair, without an owner or a title.
    Direct,
    /// Any number of people, with an owner and a title.
    Group,
    /// Two strangers. It is closed for ever when one of them leaves.
    Roulette,
}

/// A room's own row: everything about it that does not grow with its members or messages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Room {
    /// The id of the room.
    pub id: RoomId,
    /// The kind of room, which decides who may do what.
    pub kind: RoomKind,
    /// The title of a group.
    pub title: Option<String>,
    /// The owner of a group that has members.
    pub owner: Option<UserId>,
    /// When it was made.
    pub created_at: Time,
    /// Its two counters.
    pub head: Head,
    /// The `seq` of the last change of its members. A remembered membership is good as long as this has not changed.
    pub members_seq: u64,
    /// How many people are in it.
    pub members: u32,
    /// The time of its last change that was told. The next one is never earlier.
    pub last_at: Time,
    /// The newest message, deleted or not.
    pub last_message: Option<MessageId>,
    /// How many messages were ever sent to it, which is the [number](crate::Message::number) of the newest.
    pub sent: u64,
    /// How many of its messages are pinned.
    pub pins: u32,
    /// How many seconds must lie between two messages of a member; 0 for no pause.
    pub slow_mode: u32,
    /// Whether only those who lead it may send.
    pub frozen: bool,
    /// Whether it is over: a roulette chat that somebody left, a direct chat that somebody parted from, or a group that
    /// was ended. An ended group has no members, whatever their rows say.
    pub closed: bool,
}

impl Room {
    /// Returns the rank of a user with this row in the room; without a row, the lowest.
    pub fn role_of(&self, user: UserId, member: Option<&Member>) -> Role {
        match member {
            _ if self.owner == Some(user) => Role::Owner,
            Some(member) if member.moderator => Role::Moderator,
            _ => Role::Member,
        }
    }

    /// Whether this is a group that was ended.
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

/// A member's rank, highest first. Nobody may act on a member of their own rank or above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// Adds members, appoints moderators, and does what moderators do.
    Owner,
    /// Removes, mutes and bans members, renames the group, pins messages, deletes messages of others.
    Moderator,
    /// Has no rights beyond talking.
    Member,
}

impl Role {
    /// Returns the word for it on the wire and in every database.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Moderator => "moderator",
            Role::Member => "member",
        }
    }

    /// Returns the rank that this word stands for.
    pub fn from_word(word: &str) -> Option<Role> {
        [Role::Owner, Role::Moderator, Role::Member].into_iter().find(|role| role.word() == word)
    }
}

/// A user's row in a room. It stays when they leave: if they come back, they find their old positions, and a mute still
/// holds. A user who was banned without ever having been in the room has a row, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// Whether they are in the room now.
    pub active: bool,
    /// Whether they are a moderator.
    pub moderator: bool,
    /// Until when they are muted. That may be past.
    pub muted: Option<Time>,
    /// Until when they are banned. That may be past.
    pub banned: Option<Time>,
    /// Whether the other person of this direct or roulette chat has blocked them.
    pub silenced: bool,
    /// The `seq` with which they last came, so that the longest member has the smallest; 0 for a user who never came.
    pub joined: u64,
    /// How many messages they ever sent to this room.
    pub sent: u64,
    /// When they sent their newest message; the beginning of time before the first.
    pub said: Time,
    /// How far they have read.
    pub read: Position,
    /// How far messages have reached them.
    pub delivered: Position,
}

/// How far a member has come in a room. A position only moves forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Position {
    /// The newest message that it covers; `None` before the first message.
    pub message: Option<MessageId>,
    /// The [number](crate::Message::number) of that message; 0 before the first.
    pub number: u64,
    /// How many of the messages that it covers are the member's own.
    pub own: u64,
    /// When it moved there.
    pub at: Time,
    /// The room's `moves` when it moved there; 0 for the position on joining.
    pub moved: u64,
}

impl Position {
    /// Returns how many messages of others a member with this read position has not read. `sent` messages were ever
    /// sent to the room, `own` of them by this member; `deleted` messages of others after the position are deleted.
    pub fn unread(&self, sent: u64, own: u64, deleted: u64) -> u64 {
        let newer = sent.saturating_sub(self.number);
        newer.saturating_sub(own.saturating_sub(self.own)).saturating_sub(deleted)
    }
}

impl Member {
    /// Returns the row of a user who is in a room from its beginning.
    pub(crate) fn founder(user: UserId, at: Time) -> Member {
        let start = Position { at, ..Position::default() };
        Member { active: true, joined: 1, read: start, delivered: start, ..Member::stranger(user) }
    }

    /// Returns the row of a user who never was in the room.
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

    /// Returns until when they are muted, if they are muted at `now`.
    pub fn muted_at(&self, now: Time) -> Option<Time> {
        self.muted.filter(|until| *until > now)
    }

    /// Returns until when they may not write, because they are muted or blocked. That may be past.
    pub fn mute(&self) -> Option<Time> {
        if self.silenced { Some(Time::FOR_GOOD) } else { self.muted }
    }

    /// Returns until when they are banned, if they are banned at `now`.
    pub fn banned_at(&self, now: Time) -> Option<Time> {
        self.banned.filter(|until| *until > now)
    }

    /// Returns the key by which the next owner is found: the smallest is the longest moderator, or else the longest
    /// member.
    pub fn succession(&self) -> (bool, u64, UserId) {
        (!self.moderator, self.joined, self.user)
    }

    /// Returns the key by which members are ordered: who came first, then the smaller id.
    pub fn seniority(&self) -> (u64, UserId) {
        (self.joined, self.user)
    }

    /// Returns the newest message that has reached them. What they have read has reached them too.
    pub fn reached(&self) -> Option<MessageId> {
        self.read.message.max(self.delivered.message)
    }
}

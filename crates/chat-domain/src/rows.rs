//! What a store remembers beside people, rooms, members and messages.
//!
//! Every type here is one row of one table. [`Chat::take_written`](crate::Chat::take_written) hands them out,
//! [`Fact`](crate::Fact) brings them back.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::command::ClientId;
use crate::digest::Digest;
use crate::emoji::Emoji;
use crate::event::Reached;
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::{Handle, Person};
use crate::reception::{Likes, Mark, NEWEST, Reception, Status};
use crate::room::{Member, Room};
use crate::time::Time;

mod log;
mod moderation;

pub use log::{LogKind, LogRow};
pub use moderation::{AuditRow, BlockRow, PurgeRow};

/// What somebody last did about one reaction to a message. It stays when they take it back (so that a replay tells only the
/// last toggle) and goes when the message is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReactionRow {
    /// The room of the message.
    pub room: RoomId,
    /// To which message.
    pub message: MessageId,
    /// The person who reacted.
    pub user: Handle,
    /// The emoji that was given.
    pub emoji: Emoji,
    /// Whether they stand behind it now.
    pub stands: bool,
    /// When they last gave it or took it back.
    pub at: Time,
    /// The `seq` of that. Reactions are ordered by it.
    pub seq: u64,
}

/// How far messages can get with somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Reach {
    /// The messages arrived.
    Delivered,
    /// They were read.
    Read,
}

/// One move of a read or delivered position. The first read receipt of a user with `upto` at or above a message says when
/// that user read the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt {
    /// The room in which the position moved.
    pub room: RoomId,
    /// The person whose position moved.
    pub user: UserId,
    /// The position that moved.
    pub what: Reach,
    /// The newest message that it covers since.
    pub upto: MessageId,
    /// The dense number of that message.
    pub number: u64,
    /// When it moved.
    pub at: Time,
    /// The value of the room's `moves`; 0 for the position that somebody has on joining (a read receipt: who joins has
    /// read what is there).
    pub moves: u64,
}

/// What a sender first sent to a room under a name of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SentRow {
    /// The room to which it was sent.
    pub room: RoomId,
    /// Who sent it.
    pub user: UserId,
    /// Under which name.
    pub client_id: ClientId,
    /// The digest of kind, content and metadata.
    pub digest: Digest,
    /// The message that it became.
    pub message: MessageId,
}

/// The group that somebody first made under a name of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MadeRow {
    /// Who made the group.
    pub user: UserId,
    /// Under which name.
    pub client_id: ClientId,
    /// The digest of title and founders.
    pub digest: Digest,
    /// The group that was made.
    pub room: RoomId,
}

/// The direct chat of two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DirectRow {
    /// The one with the smaller id.
    pub low: UserId,
    /// The higher of the two ids.
    pub high: UserId,
    /// The room of the two.
    pub room: RoomId,
}

/// Somebody's place in the lobby. It stays when they leave it and remembers the last partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LobbyRow {
    /// Whose place it is.
    pub user: UserId,
    /// Since when they wait for a stranger, if they do.
    pub waiting: Option<Time>,
    /// The open roulette chat that they are in, if they are.
    pub room: Option<RoomId>,
    /// Whom they were last given.
    pub partner: Option<UserId>,
    /// Until when this is good without a sign of life.
    pub lease: Time,
}

impl LobbyRow {
    /// A row of somebody who neither waits nor talks.
    pub fn idle(user: UserId) -> LobbyRow {
        LobbyRow { user, waiting: None, room: None, partner: None, lease: Time::default() }
    }

    /// The row after a sign of life at `at`. Who waited and whose lease had ended before stays out: the lobby may have
    /// passed over them meanwhile, so they have to search again.
    pub fn renewed(self, at: Time, until: Time) -> LobbyRow {
        let good = self.room.is_some() || self.waiting.is_some() && self.lease >= at;
        LobbyRow { lease: if good { self.lease.max(until) } else { self.lease }, ..self }
    }
}

/// A room with everybody who is in it now.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Roster {
    /// The room of the roster.
    pub room: Room,
    /// Its active members, in any order.
    pub members: Vec<(Member, Arc<Person>)>,
}

/// A message with what its reception is made of, likes aside.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Readership {
    /// The message that was read.
    pub message: Arc<Message>,
    /// The newest hundred of those who have read it, the sender aside, in order of time, then of id. That is everybody with
    /// a read receipt at or above it, whether still a member or not, each at the time of their first such receipt.
    pub readers: Vec<Mark>,
    /// When the first of all its readers read it.
    pub first_at: Option<Time>,
    /// Whether the delivered position of anybody but the sender covers it.
    pub delivered: bool,
}

impl Readership {
    /// The readership of a message, given everybody who has read it (the sender aside, in any order). Where older readers are
    /// left out, `first_at` is when the first of them read it.
    pub fn of(message: Arc<Message>, mut readers: Vec<Mark>, first_at: Option<Time>, delivered: bool) -> Readership {
        readers.sort_unstable_by_key(|mark| (mark.at, mark.user.id));
        let first_at = first_at.into_iter().chain(readers.first().map(|mark| mark.at)).min();
        readers.drain(..readers.len().saturating_sub(NEWEST));
        Readership { message, readers, first_at, delivered }
    }

    /// What became of the message; `likes` are the newest hundred that stand, in order of time (older ones do no harm).
    pub fn reception(&self, likes: &[ReactionRow]) -> Reception {
        let status = match (self.first_at, self.delivered) {
            (Some(_), _) => Status::Read,
            (None, true) => Status::Delivered,
            (None, false) => Status::Sent,
        };
        let readers = self.readers.iter().map(|mark| mark.user).collect();
        Reception {
            status,
            likes: Likes::of(self.message.likes(), likes),
            readers,
            read_at: self.first_at,
            last_reply_at: None,
        }
    }

    /// The message as one that a read position newly covers.
    pub fn reached(&self) -> Reached {
        let readers = self.readers.iter().map(|mark| mark.user).collect();
        Reached { message: self.message.id, sender: self.message.sender.id(), readers, first_at: self.first_at }
    }
}

impl Likes {
    /// One reaction: how many stand behind it, and their rows, in order of time.
    pub fn of(count: u32, rows: &[ReactionRow]) -> Likes {
        let newest = &rows[rows.len().saturating_sub(NEWEST)..];
        Likes { count, by: newest.iter().map(|row| row.user).collect(), at: newest.last().map(|row| row.at) }
    }
}

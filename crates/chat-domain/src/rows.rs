//! The rows that a store keeps besides people, rooms, members and messages.
//!
//! Each type here is a row of one table. [`Chat::take_written`](crate::Chat::take_written) hands rows out,
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

/// A user's reaction to a message with one emoji. The row stays when they take the reaction back, so that a replay
/// tells only the last change, and is deleted with the message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReactionRow {
    /// The room of the message.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// The person who reacted.
    pub user: Handle,
    /// The emoji that was given.
    pub emoji: Emoji,
    /// Whether the reaction stands now.
    pub stands: bool,
    /// When they last gave it or took it back.
    pub at: Time,
    /// The `seq` of that change, by which reactions are ordered.
    pub seq: u64,
}

/// What a position says of the messages that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Reach {
    /// The messages arrived.
    Delivered,
    /// They were read.
    Read,
}

/// One move of a read or delivered position. A user read a message at the time of their first read receipt whose `upto`
/// is at or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt {
    /// The room in which the position moved.
    pub room: RoomId,
    /// The user whose position moved.
    pub user: UserId,
    /// Which position moved.
    pub what: Reach,
    /// The newest message that the position covers from then on.
    pub upto: MessageId,
    /// The [number](crate::Message::number) of that message.
    pub number: u64,
    /// When it moved.
    pub at: Time,
    /// The room's `moves` after it; 0 for the position that a member has on joining, which is a read receipt for
    /// everything that is there.
    pub moves: u64,
}

/// What a user first sent to a room under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SentRow {
    /// The room to which it was sent.
    pub room: RoomId,
    /// Who sent it.
    pub user: UserId,
    /// The name.
    pub client_id: ClientId,
    /// The digest of kind, content, metadata and `reply_to`.
    pub digest: Digest,
    /// The message that it became.
    pub message: MessageId,
}

/// The group that a user first made under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MadeRow {
    /// Who made the group.
    pub user: UserId,
    /// The name.
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
    /// The smaller of the two ids.
    pub low: UserId,
    /// The larger of the two ids.
    pub high: UserId,
    /// The room of the two.
    pub room: RoomId,
}

/// A user's row in the lobby. It stays when they leave the lobby, and remembers their last partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LobbyRow {
    /// The user.
    pub user: UserId,
    /// Since when they wait for a stranger; `None` if they do not.
    pub waiting: Option<Time>,
    /// The open roulette chat that they are in; `None` if they are in none.
    pub room: Option<RoomId>,
    /// Their last partner.
    pub partner: Option<UserId>,
    /// When the lease ends if no sign of life comes.
    pub lease: Time,
}

impl LobbyRow {
    /// Returns the row of a user who neither waits nor talks.
    pub fn idle(user: UserId) -> LobbyRow {
        LobbyRow { user, waiting: None, room: None, partner: None, lease: Time::default() }
    }

    /// Returns the row after a sign of life at `at`. A user who waited and whose lease had ended does not wait any
    /// more: the lobby may have passed them over meanwhile, so they must search again.
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

/// A message with what its reception is made of, except likes.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Readership {
    /// The message.
    pub message: Arc<Message>,
    /// The newest hundred readers besides the sender, in order of time, then of id. A reader is whoever has a read
    /// receipt at or after the message, member or not, at the time of their first such receipt.
    pub readers: Vec<Mark>,
    /// When the first of all its readers read it.
    pub first_at: Option<Time>,
    /// Whether the delivered position of anybody but the sender covers it.
    pub delivered: bool,
}

impl Readership {
    /// Makes the readership of a message. `readers` are all readers besides the sender, in any order; if older ones are
    /// left out, `first_at` is when the first of them read it.
    pub fn of(message: Arc<Message>, mut readers: Vec<Mark>, first_at: Option<Time>, delivered: bool) -> Readership {
        readers.sort_unstable_by_key(|mark| (mark.at, mark.user.id));
        let first_at = first_at.into_iter().chain(readers.first().map(|mark| mark.at)).min();
        readers.drain(..readers.len().saturating_sub(NEWEST));
        Readership { message, readers, first_at, delivered }
    }

    /// Returns what became of the message. `likes` are the newest hundred that stand, in order of time; older ones in
    /// addition do no harm.
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

    /// Returns the message as one that a read position newly covers.
    pub fn reached(&self) -> Reached {
        let readers = self.readers.iter().map(|mark| mark.user).collect();
        Reached { message: self.message.id, sender: self.message.sender.id(), readers, first_at: self.first_at }
    }
}

impl Likes {
    /// Returns a reaction that `count` people give, with their newest rows in order of time.
    pub fn of(count: u32, rows: &[ReactionRow]) -> Likes {
        let newest = &rows[rows.len().saturating_sub(NEWEST)..];
        Likes { count, by: newest.iter().map(|row| row.user).collect(), at: newest.last().map(|row| row.at) }
    }
}

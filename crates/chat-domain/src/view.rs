//! The questions that people ask about rooms and messages, and the answers.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::emoji::Emoji;
use crate::event::{Change, Event};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::{Handle, Person};
use crate::reception::Reception;
use crate::room::{Head, Role, Room, RoomKind};
use crate::rows::ReactionRow;
use crate::time::Time;

pub use crate::reception::Mark;

/// The largest number of members that a chat in a list of chats names.
pub const MEMBERS_IN_LIST: usize = 20;

/// The largest number of members that a chat shown alone names. The others are shown by pages.
pub const MEMBERS_IN_CHAT: usize = 100;

/// Which messages of a room are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Page {
    /// The newest messages.
    Newest,
    /// The newest messages before this one.
    Before(MessageId),
    /// The oldest messages after this one; `None` for the oldest of all.
    After(Option<MessageId>),
    /// The pinned messages, newest pin first.
    Pinned,
}

/// A page of history, oldest first, without deleted messages.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct History {
    /// The messages of the page.
    pub messages: Vec<Shown>,
    /// Whether there are messages before the first of them.
    pub more_before: bool,
    /// Whether there are messages after the last of them.
    pub more_after: bool,
    /// The room's counters in the same snapshot.
    pub head: Head,
}

/// A message with what became of it, as a reader sees it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shown {
    /// The message as it is now.
    pub message: Arc<Message>,
    /// What became of it.
    pub reception: Reception,
    /// The reader's own reactions. Empty where no reader was named.
    pub mine: Vec<Emoji>,
}

/// Where a replay begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Since {
    /// Every change after this head, which a cursor names.
    Head(Head),
    /// Messages alone, after this id; `None` for all.
    Message(Option<MessageId>),
}

/// The question for one page of a replay. A reader asks for pages until `next` is `None`; together these pages are a
/// round. For the first page, `from` and `until` are `None`; for each following page they are the answer's `next` and
/// `until`. After the round, the reader is exactly at its `until`. What happened meanwhile is the next round, since
/// that head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Replay {
    /// What the reader had when the round began.
    pub since: Since,
    /// The `seq` after which this page begins; `None` for the first page.
    pub from: Option<u64>,
    /// The head at which the round ends; `None` for the first page.
    pub until: Option<Head>,
    /// The largest number of changes on a page.
    pub limit: usize,
}

/// A page of a replay.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Replayed {
    /// What was missed, as it is now.
    Changes {
        /// The changes in order of `seq`, each like a live event, but telling what is true now. A message that was sent
        /// and deleted since comes only as `Deleted`. A message that was sent and edited since comes once, with its
        /// present text. A message that the reader had and that was edited since comes as one `Edited`, in the place of
        /// the last edit. Of several likes and unlikes of a message by one person, only the last comes, with the
        /// present count. After the last page of a round since a head, the read positions that moved come in order of
        /// `moves`. The `head` of each event is where its reader stands after it.
        events: Vec<Arc<Event>>,
        /// The `seq` after which the next page of the round begins; `None` on the last page.
        next: Option<u64>,
        /// The head at which this round ends.
        until: Head,
    },
    /// The reader's head is older than what is kept, or from another life of the database. The reader must load the
    /// room anew and go on from here.
    Pruned {
        /// The room's present head.
        head: Head,
    },
}

/// A chat as one of its members sees it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ChatView {
    /// The room.
    pub room: Arc<Room>,
    /// Its first members in order of joining: at most [`MEMBERS_IN_LIST`] or [`MEMBERS_IN_CHAT`].
    pub members: Vec<MemberView>,
    /// How many messages of others the reader has not read.
    pub unread: u64,
    /// How many of these mention the reader, or everybody.
    pub mentions: u64,
    /// The newest message that is not deleted.
    pub last_message: Option<Shown>,
}

impl Room {
    /// Returns the row of a room that was just made.
    pub(crate) fn made(event: &Event, title: Option<String>) -> Room {
        Room {
            id: event.room,
            kind: event.room_kind,
            title,
            owner: (event.room_kind == RoomKind::Group).then(|| event.actor.id()),
            created_at: event.at,
            head: event.head,
            members_seq: event.head.seq,
            members: event.members,
            last_at: event.at,
            last_message: None,
            sent: 0,
            pins: 0,
            slow_mode: 0,
            frozen: false,
            closed: false,
        }
    }
}

impl ChatView {
    /// Returns what the maker of a room who has left it may still know: that it was made, but not who is in it now.
    pub fn from_outside(made: &Event) -> ChatView {
        let title = match &made.change {
            Change::Created { title, .. } => title.clone(),
            _ => None,
        };
        let room = Room { owner: None, members_seq: 0, ..Room::made(made, title) };
        ChatView { room: Arc::new(room), members: Vec::new(), unread: 0, mentions: 0, last_message: None }
    }
}

/// A page of a user's chats, most recently changed first (by [`Room::last_at`], then by id).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Chats {
    /// The chats of the page.
    pub chats: Vec<ChatView>,
    /// The last chat of the page if there are more: give it as `before` for the next page. `None` on the last page.
    pub next: Option<RoomId>,
}

/// A member as other members see them.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MemberView {
    /// The person.
    pub person: Arc<Person>,
    /// Their rank.
    pub role: Role,
    /// Until when they are muted. That may be past.
    pub muted: Option<Time>,
    /// When they were last seen online.
    pub last_seen: Option<Time>,
}

/// Which reactions to a message are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReactorsPage {
    /// Only reactions with this emoji.
    pub emoji: Option<Emoji>,
    /// Only reactions whose [`Reactor::seq`] is above this one.
    pub after: u64,
    /// The largest number of reactions.
    pub limit: usize,
}

/// A user who reacts to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reactor {
    /// The person who reacts.
    pub user: Handle,
    /// The emoji that they gave.
    pub emoji: Emoji,
    /// When they gave it.
    pub at: Time,
    /// The `seq` of that, by which reactions are ordered.
    pub seq: u64,
}

impl Reactor {
    /// Returns the user of this row.
    pub fn of(row: &ReactionRow) -> Reactor {
        Reactor { user: row.user, emoji: row.emoji.clone(), at: row.at, seq: row.seq }
    }
}

/// A room that a user is in, as the hub needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Membership {
    /// The room.
    pub room: RoomId,
    /// The kind of room.
    pub kind: RoomKind,
    /// How many people are in it.
    pub members: u32,
    /// The room's counters.
    pub head: Head,
    /// Until when the user may not write there. That may be past.
    pub mute: Option<Time>,
}

/// A line of a user's chat list: what has changed about a chat.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Summary {
    /// The user whose list it is.
    pub user: UserId,
    /// The room.
    pub room: RoomId,
    /// How many messages of others the user has not read.
    pub unread: u64,
    /// How many of these mention the user, or everybody.
    pub mentions: u64,
    /// The newest message that is not deleted.
    pub last_message: Option<Shown>,
}

/// A user's open roulette chat.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Match {
    /// The room.
    pub room: RoomId,
    /// The stranger.
    pub partner: Arc<Person>,
    /// When the stranger was last seen online.
    pub last_seen: Option<Time>,
}

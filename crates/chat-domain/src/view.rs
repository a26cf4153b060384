//! What people ask to see, and the answers.

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

/// How many members a chat in a list of chats names at most.
pub const MEMBERS_IN_LIST: usize = 20;

/// How many members a chat that is shown alone names at most; the others are paged.
pub const MEMBERS_IN_CHAT: usize = 100;

/// Which part of a room's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Page {
    /// The newest messages.
    Newest,
    /// The newest of those before this one.
    Before(MessageId),
    /// The oldest of those after this one; of all where none is named.
    After(Option<MessageId>),
    /// Those that are pinned, the newest pin first.
    Pinned,
}

/// A page of history, oldest first, without deleted messages.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct History {
    /// The messages of the page.
    pub messages: Vec<Shown>,
    /// Whether there are older ones before the first of them.
    pub more_before: bool,
    /// Whether there are newer ones after the last of them.
    pub more_after: bool,
    /// The room's counters in the same snapshot.
    pub head: Head,
}

/// A message with what became of it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Shown {
    /// The message as it is now.
    pub message: Arc<Message>,
    /// What became of it.
    pub reception: Reception,
    /// What the reader reacts to it with, where a reader was named.
    pub mine: Vec<Emoji>,
}

/// Where a replay begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Since {
    /// Everything after these counters: what a cursor says.
    Head(Head),
    /// Messages only, those after this id.
    Message(Option<MessageId>),
}

/// One page of a replay. A resume is a sequence of pages of one round: the first with `from` and `until` `None`, the
/// following with `from` and `until` as the answer before said, until `next` is `None`. The round brings its reader to
/// `head` of its first answer exactly; what happened meanwhile is the next round, since that head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Replay {
    /// What the reader had when the round began.
    pub since: Since,
    /// The `seq` after which this page begins; `None` for the first page.
    pub from: Option<u64>,
    /// The head at which the round ends; `None` for the first page.
    pub until: Option<Head>,
    /// How many changes a page holds at most.
    pub limit: usize,
}

/// What a page of a replay holds.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Replayed {
    /// What is true now of what was missed.
    Changes {
        /// In order of `seq`, each as a live event would be, but with what is true now. A message deleted since comes only
        /// as `Deleted`. One sent since comes with its present words, and its edits do not come. One that the reader had
        /// comes with one `Edited` in the place of its last edit. Of several likes and unlikes of a message by one person
        /// only the last comes, with the present count. After the last page of a round since a head come the read positions
        /// that have moved, in order of `moves`. `head` of each event is where its reader stands after it.
        events: Vec<Arc<Event>>,
        /// The `seq` from which the next page of the round begins, if there is one.
        next: Option<u64>,
        /// The head at which this round ends.
        until: Head,
    },
    /// What was asked for is older than what is kept, or from another life of the database: load anew, go on from here.
    Pruned {
        /// Where the room stands.
        head: Head,
    },
}

/// A chat as one of its members sees it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ChatView {
    /// The room that is seen.
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
    /// A room as it is made.
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
    /// What its maker, who has left it since, may still know of a room: that it was made, and not who is in it now.
    pub fn from_outside(made: &Event) -> ChatView {
        let title = match &made.change {
            Change::Created { title, .. } => title.clone(),
            _ => None,
        };
        let room = Room { owner: None, members_seq: 0, ..Room::made(made, title) };
        ChatView { room: Arc::new(room), members: Vec::new(), unread: 0, mentions: 0, last_message: None }
    }
}

/// A page of somebody's chats, those with the newest changes first (by [`Room::last_at`], then by id).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Chats {
    /// The chats of the page.
    pub chats: Vec<ChatView>,
    /// The last chat of the page if there are more: the next page begins below it.
    pub next: Option<RoomId>,
}

/// A member as the others see them.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MemberView {
    /// Who it is.
    pub person: Arc<Person>,
    /// What they may do.
    pub role: Role,
    /// Until when they are muted, which may be past.
    pub muted: Option<Time>,
    /// When they were last seen online.
    pub last_seen: Option<Time>,
}

/// Which of those who react to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReactorsPage {
    /// Only those who react with this.
    pub emoji: Option<Emoji>,
    /// Only those whose [`Reactor::seq`] is above this one.
    pub after: u64,
    /// How many at most.
    pub limit: usize,
}

/// Somebody who reacts to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reactor {
    /// The person who reacts.
    pub user: Handle,
    /// The emoji that they gave.
    pub emoji: Emoji,
    /// The moment when they gave it.
    pub at: Time,
    /// The `seq` of that: they are in its order.
    pub seq: u64,
}

impl Reactor {
    /// Whoever stands behind this row.
    pub fn of(row: &ReactionRow) -> Reactor {
        Reactor { user: row.user, emoji: row.emoji.clone(), at: row.at, seq: row.seq }
    }
}

/// A room that somebody is in, as the hub needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Membership {
    /// The room that they are in.
    pub room: RoomId,
    /// The sort of that room.
    pub kind: RoomKind,
    /// How many people are in it.
    pub members: u32,
    /// The room's counters.
    pub head: Head,
    /// Until when they may not say anything there, which may be past.
    pub mute: Option<Time>,
}

/// A line of the chat list: what changed about a chat for one of its members.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Summary {
    /// The member whose list it is in.
    pub user: UserId,
    /// The room of the line.
    pub room: RoomId,
    /// How many messages of others they have not read.
    pub unread: u64,
    /// How many of these mention them, or everybody.
    pub mentions: u64,
    /// The newest message that is not deleted.
    pub last_message: Option<Shown>,
}

/// An open roulette chat.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Match {
    /// The room of the two.
    pub room: RoomId,
    /// The stranger whom they met.
    pub partner: Arc<Person>,
    /// When the stranger was last seen online.
    pub last_seen: Option<Time>,
}

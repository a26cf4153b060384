//! What a working set learns before it decides, and the rows that it hands back to be written.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::command::{ClientId, Need};
use crate::digest::Digest;
use crate::emoji::Emoji;
use crate::file::{FileId, FileRow};
use crate::id::{MessageId, RoomId, UserId};
use crate::message::Message;
use crate::person::Person;
use crate::room::{Member, Room};
use crate::rows::*;

/// The answer to a [`Need`]; each need has its variant. All facts that one working set learns must come from one
/// snapshot of the store.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Fact {
    /// Answers [`Need::Person`].
    Person(UserId, Option<Arc<Person>>),
    /// Answers [`Need::Room`].
    Room(RoomId, Option<Room>),
    /// Answers [`Need::Member`].
    Member(RoomId, UserId, Option<Member>),
    /// Answers [`Need::Heir`].
    Heir(RoomId, Vec<(Member, Arc<Person>)>),
    /// Answers [`Need::Message`].
    Message(RoomId, MessageId, Option<Arc<Message>>),
    /// Answers [`Need::Ordinal`].
    Ordinal(RoomId, MessageId, UserId, Ordinal),
    /// Answers [`Need::Author`].
    Author(RoomId, MessageId, Option<Member>),
    /// Answers [`Need::Blocks`]: whether the first user blocks the second, and the second the first.
    Blocks(UserId, UserId, [bool; 2]),
    /// Answers [`Need::Apart`]: pairs of who blocks whom.
    Apart(UserId, Vec<(UserId, UserId)>),
    /// Answers [`Need::Direct`].
    Direct(UserId, UserId, Option<Roster>),
    /// Answers [`Need::Sent`].
    Sent(RoomId, UserId, ClientId, Option<FirstSent>),
    /// Answers [`Need::Named`].
    Named(RoomId, String, Option<(Arc<Person>, Option<Member>)>),
    /// Answers [`Need::File`].
    File(FileId, Option<FileRow>),
    /// Answers [`Need::Made`].
    Made(UserId, ClientId, Option<FirstMade>),
    /// Answers [`Need::Reactions`].
    Reactions(RoomId, MessageId, UserId, Emoji, Vec<ReactionRow>),
    /// Answers [`Need::Unread`].
    Unread(RoomId, UserId, Option<MessageId>, Vec<Readership>),
    /// Answers [`Need::Undelivered`].
    Undelivered(RoomId, UserId, MessageId, Vec<(MessageId, UserId)>),
    /// Answers [`Need::Lobby`].
    Lobby(UserId, Option<InLobby>),
    /// Answers [`Need::Waiting`].
    Waiting(Vec<(LobbyRow, Arc<Person>)>),
}

impl Fact {
    /// Returns the need that this fact answers.
    pub fn need(&self) -> Need {
        match self {
            Fact::Person(user, _) => Need::Person(*user),
            Fact::Room(room, _) => Need::Room(*room),
            Fact::Member(room, user, _) => Need::Member(*room, *user),
            Fact::Heir(room, _) => Need::Heir(*room),
            Fact::Message(room, message, _) => Need::Message(*room, *message),
            Fact::Ordinal(room, message, user, _) => Need::Ordinal(*room, *message, *user),
            Fact::Author(room, message, _) => Need::Author(*room, *message),
            Fact::Blocks(low, high, _) => Need::Blocks(*low, *high),
            Fact::Apart(user, _) => Need::Apart(*user),
            Fact::Direct(low, high, _) => Need::Direct(*low, *high),
            Fact::Sent(room, user, name, _) => Need::Sent(*room, *user, name.clone()),
            Fact::Named(room, name, _) => Need::Named(*room, name.clone()),
            Fact::File(id, _) => Need::File(*id),
            Fact::Made(user, name, _) => Need::Made(*user, name.clone()),
            Fact::Reactions(room, message, user, emoji, _) => Need::Reactions(*room, *message, *user, emoji.clone()),
            Fact::Unread(room, user, upto, _) => Need::Unread(*room, *user, *upto),
            Fact::Undelivered(room, user, upto, _) => Need::Undelivered(*room, *user, *upto),
            Fact::Lobby(user, _) => Need::Lobby(*user),
            Fact::Waiting(_) => Need::Waiting,
        }
    }
}

/// Where a message id stands in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ordinal {
    /// The newest message, deleted or not, whose id is not larger; `None` before the first.
    pub message: Option<MessageId>,
    /// That message's [number](Message::number); 0 before the first.
    pub number: u64,
    /// How many messages up to that one are the asked user's own.
    pub own: u64,
}

/// What a user first sent to a room under a name.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FirstSent {
    /// The digest of what they sent then.
    pub digest: Digest,
    /// The message as it is now.
    pub seen: Readership,
    /// The newest hundred likes of it that stand; older ones in addition do no harm.
    pub likes: Vec<ReactionRow>,
}

/// The group that a user first made under a name.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FirstMade {
    /// The digest of what they asked for then.
    pub digest: Digest,
    /// The group as it is now.
    pub roster: Roster,
}

/// A user's row in the lobby, and the rows that belong to it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InLobby {
    /// The row of that user in the lobby.
    pub row: LobbyRow,
    /// If the row names an open roulette chat: that room with its two people, and the partner's row.
    pub open: Option<(Roster, LobbyRow)>,
}

/// Rows that are new or have changed since the last time. Each is to be *inserted* where no row of its key exists yet,
/// *updated* where one does, or *upserted*: inserted, or written over an older row. No two rows of one kind have the
/// same key.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Written {
    /// Rooms to insert.
    pub new_rooms: Vec<Room>,
    /// Rooms to update. Their `seq` is to be written last, after all rows that it counts.
    pub rooms: Vec<Room>,
    /// Members to upsert, by room and user.
    pub members: Vec<(RoomId, Member)>,
    /// Messages to insert, grouped by room and in order of `seq`.
    pub new_messages: Vec<Arc<Message>>,
    /// Messages to update: edited, deleted, reacted to.
    pub messages: Vec<Arc<Message>>,
    /// New messages that owe a notification to those whom they mention; they are in `new_messages` too.
    pub owing: Vec<Arc<Message>>,
    /// Messages whose mentions are to be written anew, in place of those written before. A message that mentions
    /// anybody is in one of the other lists too.
    pub mentioning: Vec<Arc<Message>>,
    /// Files to update, because a message of their owner has named them for the first time. When a whole chat is saved,
    /// all files.
    #[cfg_attr(feature = "serde", serde(default))]
    pub files: Vec<FileRow>,
    /// Rows of the log to insert, grouped by room and in order of `seq`.
    pub log: Vec<LogRow>,
    /// Reactions to upsert, by message, user and emoji.
    pub reactions: Vec<ReactionRow>,
    /// By how much the number of replies in a thread has changed, by the thread's first message. Only this changes that
    /// number: a new message has none, and an update leaves it as it is, whatever [`Message::replies`] in the lists
    /// above says.
    pub threads: Vec<((RoomId, MessageId), i64)>,
    /// Messages all of whose reactions are to be deleted. `reactions` has none of them.
    pub forgotten: Vec<(RoomId, MessageId)>,
    /// Receipts to insert.
    pub receipts: Vec<Receipt>,
    /// First sent messages to insert.
    pub sent: Vec<SentRow>,
    /// First made groups to insert.
    pub made: Vec<MadeRow>,
    /// Direct chats to insert.
    pub directs: Vec<DirectRow>,
    /// Rows of the lobby to upsert, by user.
    pub lobby: Vec<LobbyRow>,
    /// Lines of groups' audits to insert.
    pub audit: Vec<AuditRow>,
    /// Purges to upsert, by room and user: messages that are to be deleted after a ban.
    pub purges: Vec<PurgeRow>,
    /// Blocks to upsert by both users, or to delete if they no longer stand.
    pub blocks: Vec<BlockRow>,
}

impl Written {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Written::default()
    }
}

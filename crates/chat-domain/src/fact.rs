//! What a working set learns before it decides, and what it hands back to be kept.

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

/// The answer to a [`Need`], one variant for each. All facts that one working set learns must come from one snapshot.
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
    /// Answers [`Need::Blocks`]: the first blocks the second, the second the first.
    Blocks(UserId, UserId, [bool; 2]),
    /// Answers [`Need::Apart`]: who blocks whom.
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
    /// What this answers.
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
    /// The dense number of that message, 0 before the first.
    pub number: u64,
    /// How many of the messages up to there are the asked user's.
    pub own: u64,
}

/// What somebody first sent under a name.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FirstSent {
    /// What was said then.
    pub digest: Digest,
    /// The message as it is now.
    pub seen: Readership,
    /// The newest hundred likes of it that stand (more do no harm).
    pub likes: Vec<ReactionRow>,
}

/// The group that somebody first made under a name.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FirstMade {
    /// What was said then.
    pub digest: Digest,
    /// The group as it is now.
    pub roster: Roster,
}

/// Somebody's place in the lobby and what hangs on it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InLobby {
    /// The row of that user in the lobby.
    pub row: LobbyRow,
    /// If the row names an open roulette chat: that room with its two people, and the partner's row.
    pub open: Option<(Roster, LobbyRow)>,
}

/// Rows that became new or changed since the last time. An *insert* never meets an older row of its key, an *upsert* puts
/// itself in the place of the older row if there is one. Rows of one kind have different keys.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Written {
    /// Rooms to insert.
    pub new_rooms: Vec<Room>,
    /// Rooms to update: they were there before. Their `seq` is the last thing to write.
    pub rooms: Vec<Room>,
    /// Members to upsert, by room and user.
    pub members: Vec<(RoomId, Member)>,
    /// Messages to insert, by room in order of `seq`.
    pub new_messages: Vec<Arc<Message>>,
    /// Messages to update: edited, deleted, reacted to.
    pub messages: Vec<Arc<Message>>,
    /// New messages that owe a notification to those whom they mention. They are in `new_messages` too.
    pub owing: Vec<Arc<Message>>,
    /// Messages of which it is to be written anew whom they mention, in the place of what was written of them; they are among
    /// the others too, if they mention anybody.
    pub mentioning: Vec<Arc<Message>>,
    /// Files to update: a message of their owner has named them for the first time. (Of a whole chat that is saved: all.)
    #[cfg_attr(feature = "serde", serde(default))]
    pub files: Vec<FileRow>,
    /// Log rows to insert, by room in order of `seq`.
    pub log: Vec<LogRow>,
    /// Reactions to upsert, by message, user and emoji.
    pub reactions: Vec<ReactionRow>,
    /// By how many replies that stand threads grew, or shrank, by their first messages. This alone says so: whatever
    /// [`Message::replies`] says in the rows above, a new message begins with none, and an update leaves them as they are.
    pub threads: Vec<((RoomId, MessageId), i64)>,
    /// Messages whose reactions are all to be deleted. None of them is in `reactions`.
    pub forgotten: Vec<(RoomId, MessageId)>,
    /// Receipts to insert.
    pub receipts: Vec<Receipt>,
    /// First sent messages to insert.
    pub sent: Vec<SentRow>,
    /// First made groups to insert.
    pub made: Vec<MadeRow>,
    /// Direct chats to insert.
    pub directs: Vec<DirectRow>,
    /// Places in the lobby to upsert, by user.
    pub lobby: Vec<LobbyRow>,
    /// Lines of what was done by who leads a group, to insert.
    pub audit: Vec<AuditRow>,
    /// What is to be erased behind it, to upsert by room and user.
    pub purges: Vec<PurgeRow>,
    /// Who blocks whom, to upsert by both, or to delete where it does not stand.
    pub blocks: Vec<BlockRow>,
}

impl Written {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Written::default()
    }
}

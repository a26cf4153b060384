//! What must be known to decide what somebody wants done.

use alloc::string::String;

use crate::client_id::ClientId;
use crate::emoji::Emoji;
use crate::file::FileId;
use crate::id::{MessageId, RoomId, UserId};

/// Something that a decision rests on, and that a working set must have been given before.
///
/// All needs of a batch of commands can be asked at once and in any order: no need's key comes from another's answer.
/// Where an answer hangs on rows beside its own, it brings them along ([`Fact`](crate::Fact)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Need {
    /// Who this is, or that nobody is.
    Person(UserId),
    /// The room's row, or that there is none.
    Room(RoomId),
    /// Somebody's row in a room (also of who left), or that there is none.
    Member(RoomId, UserId),
    /// The members who come first by [`Member::succession`](crate::Member::succession), without the owner, and who they are. One more
    /// is needed than the batch removes from this room; everybody, if there are fewer.
    Heir(RoomId),
    /// A message's row (also of a deleted one), or that the room has none of this id.
    Message(RoomId, MessageId),
    /// The newest message of the room that is not newer than this one, and how many of those up to it are this user's.
    Ordinal(RoomId, MessageId, UserId),
    /// The row in a room of who sent this message, or that there is none.
    Author(RoomId, MessageId),
    /// Which of these two (the smaller id first) blocks the other.
    Blocks(UserId, UserId),
    /// Whom this user blocks, and who blocks them. (Not only those who wait: others may begin to in the same batch.)
    Apart(UserId),
    /// The direct chat of these two (the smaller id first) with both members' rows, or that there is none.
    Direct(UserId, UserId),
    /// What this sender first sent to this room under this name and what became of that message, or that nothing was sent.
    Sent(RoomId, UserId, ClientId),
    /// Who has this name (as [`folded`](crate::names::folded) spells it) and their row in the room, or that nobody has it.
    Named(RoomId, String),
    /// A file, or that none of this id lives here.
    File(FileId),
    /// The group that this user first made under this name with its present members, or that none was made.
    Made(UserId, ClientId),
    /// Reactions of one sort to a message: this user's own row, whether it stands or not, and the newest rows that stand. Of
    /// those a hundred are needed, and one more for every need of this kind about the same message in the batch; more do no
    /// harm.
    Reactions(RoomId, MessageId, UserId, Emoji),
    /// What a read move of this user would make read: the messages of others between the present read position and this
    /// message (`None`: the newest). Deleted ones are left out; the newest hundred come, oldest first, each with its
    /// readers. Nothing if the user has no row in the room.
    Unread(RoomId, UserId, Option<MessageId>),
    /// What a delivered move of this user up to this message would make delivered: as for a read move, but above the larger
    /// of the two positions. Of each message its id and its sender are enough. The answer may be empty in a room of more members
    /// than [`Limits::quiet_room`](crate::limits::Limits::quiet_room), also if those have left by the time who may before it is
    /// decided.
    Undelivered(RoomId, UserId, MessageId),
    /// This user's own row in the lobby; if it names an open roulette chat, that room with its members' rows and the
    /// partner's row.
    Lobby(UserId),
    /// Everybody who waits for a stranger, whether or not their lease is still good.
    Waiting,
}

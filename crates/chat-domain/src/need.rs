//! What must be known to decide a command.

use alloc::string::String;

use crate::client_id::ClientId;
use crate::emoji::Emoji;
use crate::file::FileId;
use crate::id::{MessageId, RoomId, UserId};

/// Something that the rules of a command may ask, and that a working set must have learned before.
///
/// All needs of a batch of commands can be looked up at once and in any order, because no need's key comes from the
/// answer to another. If an answer is of no use without other rows, it brings them along ([`Fact`](crate::Fact)).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Need {
    /// The person with this id, or that there is none.
    Person(UserId),
    /// The room's row, or that there is none.
    Room(RoomId),
    /// A user's row in a room, also if they have left, or that there is none.
    Member(RoomId, UserId),
    /// The members who come first by [`Member::succession`](crate::Member::succession), without the owner, and who they
    /// are: one more than the batch removes from this room, or everybody if there are fewer.
    Heir(RoomId),
    /// A message, also a deleted one, or that the room has none of this id.
    Message(RoomId, MessageId),
    /// The newest message of the room whose id is not larger than this one, and how many messages up to it are this
    /// user's.
    Ordinal(RoomId, MessageId, UserId),
    /// The row in the room of the user who sent this message, or that there is none.
    Author(RoomId, MessageId),
    /// Whether each of these two users (smaller id first) blocks the other.
    Blocks(UserId, UserId),
    /// The users whom this user blocks, and those who block them. It is not enough to name those who wait in the lobby:
    /// others may begin to wait in the same batch.
    Apart(UserId),
    /// The direct chat of these two users (smaller id first) with both members' rows, or that there is none.
    Direct(UserId, UserId),
    /// What this sender first sent to this room under this name, and what became of that message; or that there is
    /// none.
    Sent(RoomId, UserId, ClientId),
    /// Who has this username (as [`folded`](crate::names::folded)), with their row in the room; or that nobody has it.
    Named(RoomId, String),
    /// An uploaded file, or that there is none of this id.
    File(FileId),
    /// The group that this user first made under this name, with its present members; or that there is none.
    Made(UserId, ClientId),
    /// Reactions to a message with this emoji: this user's own row, whether it stands or not, and the newest rows that
    /// stand. Of these a hundred are needed, and one more for each other need of this kind about the same message in
    /// the batch; more do no harm.
    Reactions(RoomId, MessageId, UserId, Emoji),
    /// The messages that a read position of this user would newly cover: those of others after the present position and
    /// up to this message (`None`: up to the newest). Deleted ones are left out. The newest hundred are needed, oldest
    /// first, each with its readers; none if the user has no row in the room.
    Unread(RoomId, UserId, Option<MessageId>),
    /// The messages that a delivered position of this user would newly cover: as for a read position, but after the
    /// larger of both positions. Ids and senders are enough. The answer may be empty for a room of more members than
    /// [`Limits::quiet_room`](crate::limits::Limits::quiet_room), even if enough of them leave before the command is
    /// decided.
    Undelivered(RoomId, UserId, MessageId),
    /// This user's row in the lobby. If it names an open roulette chat, also that room with its members' rows, and the
    /// partner's row.
    Lobby(UserId),
    /// Everybody who waits for a stranger, whether or not their lease is still good.
    Waiting,
}

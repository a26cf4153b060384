//! The domain's types for values as databases have them. The rows themselves are in `tables`.

use chat_domain::digest::Digest;
use chat_domain::{MessageId, RoomId, UserId};

pub(crate) use crate::tables::answers::*;
pub(crate) use crate::tables::changes::{CHANGE, ChangeRow, change};
pub(crate) use crate::tables::lobby::{LOBBY, LobbySeat, lobby};
pub(crate) use crate::tables::members::{MEMBER, STANDING, StandingRow, WholeMemberRow, member};
pub(crate) use crate::tables::messages::{MESSAGE, MORE, SaidRow, message};
pub(crate) use crate::tables::notifications::{NOTIFICATION, NotificationRow, notification};
pub(crate) use crate::tables::reactions::{REACTION, ReactionOf, reaction};
pub(crate) use crate::tables::rooms::{ROOM, RoomRow, STANDS, room, room_kind};
pub(crate) use crate::tables::users::{
    AccountRow, ErasureRow, HANDLE, HandleRow, PERSON, PersonRow, account, handle, person,
};
use crate::work_error::{WorkError, Worked};

/// Returns a digest as it is stored.
pub(crate) fn spelled(digest: Digest) -> String {
    digest.0.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| HEX[usize::from(nibble)]).collect()
}

/// Reads a stored digest.
pub(crate) fn digest(text: &str) -> Worked<Digest> {
    let nibbles: Option<Vec<u8>> = text.chars().map(|letter| letter.to_digit(16).map(|nibble| nibble as u8)).collect();
    let bytes: Vec<u8> = nibbles.unwrap_or_default().chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    bytes.try_into().map(Digest).map_err(|_| bad("a digest", &text))
}

/// Reads a user's id.
pub(crate) fn user(number: i64) -> Worked<UserId> {
    UserId::new(number).ok_or_else(|| bad("a user's id", &number))
}

/// Reads a room's id.
pub(crate) fn room_id(number: i64) -> Worked<RoomId> {
    RoomId::new(number).ok_or_else(|| bad("a room's id", &number))
}

/// Reads a message's id.
pub(crate) fn message_id(number: i64) -> Worked<MessageId> {
    MessageId::new(number).ok_or_else(|| bad("a message's id", &number))
}

/// Reads a count, which is never negative.
pub(crate) fn count(number: i64) -> Worked<u64> {
    u64::try_from(number).map_err(|_| bad("a count", &number))
}

/// Reads a count of people.
pub(crate) fn small(number: i64) -> Worked<u32> {
    u32::try_from(number).map_err(|_| bad("a number of people", &number))
}

/// Returns the error about a value that this crate never writes: the database is damaged.
pub(crate) fn bad(what: &str, value: &dyn std::fmt::Debug) -> WorkError {
    WorkError::Broken(format!("the database holds {value:?} where {what} belongs"))
}

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];

//! Rooms.

use chat_domain::{Head, Room, RoomKind, Time};

use super::{row, table};
use crate::by_name::{update, upsert};
use crate::rows::{bad, count, message_id, room_id, small, user};
use crate::sql::Write;
use crate::work_error::Worked;

table! {
    /// Rooms. The last columns say up to where changes and receipts were deleted, and for how long messages are kept.
    rooms {
        id, kind, title, owner, created_at, seq, moves, members_seq, members, last_at, last_message, sent, pins, slow_mode,
        frozen, closed, pruned, pruned_moves, keep, due, vanished,
    }
}

table! {
    /// Stubs of messages that the index of words must forget.
    unfound { room, message }
}

row! {
    /// A room, of `rooms r`.
    RoomRow of rooms as "r" {
        id: i64,
        kind: String,
        title: Option<String>,
        owner: Option<i64>,
        created_at: i64,
        seq: i64,
        moves: i64,
        members_seq: i64,
        members: i64,
        last_at: i64,
        last_message: Option<i64>,
        sent: i64,
        pins: i64,
        slow_mode: i64,
        frozen: bool,
        closed: bool,
    }
}

/// The columns of a [`RoomRow`].
pub(crate) const ROOM: &str = RoomRow::COLUMNS;

/// Whether the room `r` still has members: a group that was ended has none, whatever the members' rows say.
pub(crate) const STANDS: &str = "NOT (r.closed AND r.kind = 'group')";

/// Reads a room.
pub(crate) fn room(row: RoomRow) -> Worked<Room> {
    Ok(Room {
        id: room_id(row.id)?,
        kind: room_kind(&row.kind)?,
        title: row.title,
        owner: row.owner.map(user).transpose()?,
        created_at: Time(row.created_at),
        head: Head { seq: count(row.seq)?, moves: count(row.moves)? },
        members_seq: count(row.members_seq)?,
        members: small(row.members)?,
        last_at: Time(row.last_at),
        last_message: row.last_message.map(message_id).transpose()?,
        sent: count(row.sent)?,
        pins: small(row.pins)?,
        slow_mode: small(row.slow_mode)?,
        frozen: row.frozen,
        closed: row.closed,
    })
}

/// Returns the kind of room that this word stands for.
pub(crate) fn room_kind(word: &str) -> Worked<RoomKind> {
    let all = [RoomKind::Direct, RoomKind::Group, RoomKind::Roulette];
    all.into_iter().find(|kind| room_word(*kind) == word).ok_or_else(|| bad("a kind of room", &word))
}

/// Returns the word for a kind of room.
pub(crate) fn room_word(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Direct => "direct",
        RoomKind::Group => "group",
        RoomKind::Roulette => "roulette",
    }
}

/// Upserts rooms of which anything may have changed.
pub(crate) fn rooms<'w>(rooms: impl Iterator<Item = &'w Room>) -> Write<'w> {
    upsert!(rooms, rooms, |room| {
        key { id: room.id }
        once { kind: room_word(room.kind), created_at: room.created_at }
        set {
            title: room.title.as_deref(),
            owner: room.owner,
            seq: room.head.seq,
            moves: room.head.moves,
            members_seq: room.members_seq,
            members: room.members,
            last_at: room.last_at,
            last_message: room.last_message,
            sent: room.sent,
            pins: room.pins,
            slow_mode: room.slow_mode,
            frozen: room.frozen,
            closed: room.closed,
        }
    })
}

/// Updates rooms in which only messages were sent and positions moved.
pub(crate) fn rooms_that_went_on<'w>(rooms: &[&'w Room]) -> Write<'w> {
    update!(rooms, rooms.iter().copied(), |room| {
        key { id: room.id }
        set {
            seq: room.head.seq,
            moves: room.head.moves,
            last_at: room.last_at,
            last_message: room.last_message,
            sent: room.sent,
        }
    })
}

//! The changes of rooms that are not messages, and the read receipts.

use chat_domain::Time;
use chat_domain::fact::Written;
use chat_domain::rows::{LogKind, LogRow, Reach};

use super::{row, table};
use crate::by_name::insert;
use crate::rows::{bad, count, message_id, room_id, user};
use crate::sql::Write;
use crate::work_error::Worked;

table! {
    /// Lasting changes of rooms that are not new messages.
    changes { room, seq, at, actor, kind, message, person, heir, title }
}

table! {
    /// The moves of read positions.
    receipts { room, person, number, upto, at, moves }
}

row! {
    /// A durable change that is not a message, of `changes c`.
    ChangeRow of changes as "c" {
        room: i64,
        seq: i64,
        at: i64,
        actor: i64,
        kind: String,
        message: Option<i64>,
        person: Option<i64>,
        heir: Option<i64>,
        title: Option<String>,
    }
}

/// The columns of a [`ChangeRow`].
pub(crate) const CHANGE: &str = ChangeRow::COLUMNS;

/// Reads a change.
pub(crate) fn change(row: ChangeRow) -> Worked<LogRow> {
    Ok(LogRow {
        room: room_id(row.room)?,
        seq: count(row.seq)?,
        at: Time(row.at),
        actor: user(row.actor)?,
        kind: LogKind::from_word(&row.kind).ok_or_else(|| bad("a kind of change", &row.kind))?,
        message: row.message.map(message_id).transpose()?,
        user: row.person.map(user).transpose()?,
        heir: row.heir.map(user).transpose()?,
        text: row.title,
    })
}

/// Inserts the changes of a batch.
pub(crate) fn log(written: &Written) -> Write<'_> {
    insert!(changes, written.log.iter(), |row| {
        room: row.room,
        seq: row.seq,
        at: row.at,
        actor: row.actor,
        kind: row.kind.word(),
        message: row.message,
        person: row.user,
        heir: row.heir,
        title: row.text.as_deref(),
    })
}

/// Inserts the read receipts of a batch.
pub(crate) fn receipts(written: &Written) -> Write<'_> {
    // A delivered position is in its member's row. Only of read positions it is asked later when they moved.
    let read = written.receipts.iter().filter(|receipt| receipt.what == Reach::Read);
    insert!(receipts, read, |row| {
        room: row.room,
        person: row.user,
        number: row.number,
        upto: row.upto,
        at: row.at,
        moves: row.moves,
    })
}

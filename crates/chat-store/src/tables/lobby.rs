//! The lobby.

use chat_domain::Time;
use chat_domain::fact::Written;
use chat_domain::rows::LobbyRow;

use super::{row, table};
use crate::by_name::upsert;
use crate::rows::{room_id, user};
use crate::sql::Write;
use crate::work_error::Worked;

table! {
    /// Users who wait in the lobby, talk to a stranger, or did so once.
    lobby { person, waiting, room, partner, lease }
}

row! {
    /// A user's row in the lobby, of `lobby y`.
    LobbySeat of lobby as "y" {
        person: i64,
        waiting: Option<i64>,
        room: Option<i64>,
        partner: Option<i64>,
        lease: i64,
    }
}

/// The columns of a [`LobbySeat`].
pub(crate) const LOBBY: &str = LobbySeat::COLUMNS;

/// Reads a row of the lobby.
pub(crate) fn lobby(row: LobbySeat) -> Worked<LobbyRow> {
    Ok(LobbyRow {
        user: user(row.person)?,
        waiting: row.waiting.map(Time),
        room: row.room.map(room_id).transpose()?,
        partner: row.partner.map(user).transpose()?,
        lease: Time(row.lease),
    })
}

/// Upserts the rows of the lobby that a batch has changed.
pub(crate) fn seats(written: &Written) -> Write<'_> {
    upsert!(lobby, written.lobby.iter(), |row| {
        key { person: row.user }
        set { waiting: row.waiting, room: row.room, partner: row.partner, lease: row.lease }
    })
}

//! Reactions to messages.

use chat_domain::fact::Written;
use chat_domain::rows::ReactionRow;
use chat_domain::{Emoji, Time};

use super::users::{HandleRow, handle};
use super::{row, table};
use crate::by_name::{delete, upsert};
use crate::rows::{bad, count, message_id, room_id};
use crate::sql::Write;
use crate::work_error::Worked;

table! {
    /// For each user, message and emoji: the reaction that was last given or taken back.
    reactions { room, message, person, emoji, stands, at, seq }
}

row! {
    /// A reaction without its user, of `reactions x`.
    ReactionOf of reactions as "x" {
        room: i64,
        message: i64,
        emoji: String,
        stands: bool,
        at: i64,
        seq: i64,
    }
}

/// The columns of a [`ReactionOf`]. Its user is a [`HandleRow`] beside it.
pub(crate) const REACTION: &str = ReactionOf::COLUMNS;

/// Reads a reaction.
pub(crate) fn reaction((row, whose): (ReactionOf, HandleRow)) -> Worked<ReactionRow> {
    Ok(ReactionRow {
        room: room_id(row.room)?,
        message: message_id(row.message)?,
        user: handle(whose.id, whose.uuid.as_deref())?,
        emoji: Emoji::new(&row.emoji).ok_or_else(|| bad("an emoji", &row.emoji))?,
        stands: row.stands,
        at: Time(row.at),
        seq: count(row.seq)?,
    })
}

/// Deletes the reactions to messages that were deleted.
pub(crate) fn forgotten_reactions(written: &Written) -> Write<'_> {
    delete!(reactions, written.forgotten.iter(), |(room, message)| { room: *room, message: *message })
}

/// Upserts reactions that were given or taken back.
pub(crate) fn reactions(written: &Written) -> Write<'_> {
    upsert!(reactions, written.reactions.iter(), |row| {
        key { room: row.room, message: row.message, person: row.user.id, emoji: row.emoji.as_str() }
        set { stands: row.stands, at: row.at, seq: row.seq }
    })
}

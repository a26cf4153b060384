//! Audits, purges and blocks.

use chat_domain::fact::Written;

use super::{row, table};
use crate::by_name::{delete, insert, upsert};
use crate::sql::Write;

table! {
    /// The audits of groups.
    audit { room, seq, at, actor, action, person, message, reason }
}

table! {
    /// The messages that are still to be deleted after bans and erasures.
    purges { room, person, actor, since, upto }
}

table! {
    /// Blocks of one user by another.
    blocks { person, blocked, at }
}

row! {
    /// A line of an audit, of `audit a`.
    AuditedRow of audit as "a" {
        seq: i64,
        at: i64,
        actor: i64,
        action: String,
        person: Option<i64>,
        message: Option<i64>,
        reason: Option<String>,
    }
}

/// Inserts the lines of audits.
pub(crate) fn acts(written: &Written) -> Write<'_> {
    insert!(audit, written.audit.iter(), |row| {
        room: row.room,
        seq: row.seq,
        at: row.at,
        actor: row.actor,
        action: row.act.word(),
        person: row.user,
        message: row.message,
        reason: row.reason.as_deref(),
    })
}

/// Upserts purges.
pub(crate) fn purges(written: &Written) -> Write<'_> {
    upsert!(purges, written.purges.iter(), |row| {
        key { room: row.room, person: row.user }
        set { actor: row.actor, since: row.since, upto: row.upto }
    })
}

/// Upserts blocks that stand.
pub(crate) fn blocked(written: &Written) -> Write<'_> {
    upsert!(blocks, written.blocks.iter().filter(|row| row.stands), |row| {
        key { person: row.person, blocked: row.blocked }
        set { at: row.at }
    })
}

/// Deletes blocks that were lifted.
pub(crate) fn unblocked(written: &Written) -> Write<'_> {
    delete!(blocks, written.blocks.iter().filter(|row| !row.stands), |row| { person: row.person, blocked: row.blocked })
}

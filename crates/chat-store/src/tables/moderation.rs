//! What was done by those who lead groups, and who has nothing to do with whom.

use chat_domain::fact::Written;

use super::{row, table};
use crate::by_name::{delete, insert, upsert};
use crate::sql::Write;

table! {
    /// What was done to groups by those who lead them.
    audit { room, seq, at, actor, action, person, message, reason }
}

table! {
    /// What is still to be erased behind bans.
    purges { room, person, actor, since, upto }
}

table! {
    /// Who wants to have nothing to do with whom.
    blocks { person, blocked, at }
}

row! {
    /// One thing that was done by who leads a group, of `audit a`.
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

/// What was done by those who lead groups.
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

/// Whose messages are to be erased behind a ban.
pub(crate) fn purges(written: &Written) -> Write<'_> {
    upsert!(purges, written.purges.iter(), |row| {
        key { room: row.room, person: row.user }
        set { actor: row.actor, since: row.since, upto: row.upto }
    })
}

/// Whom somebody wants to have nothing to do with.
pub(crate) fn blocked(written: &Written) -> Write<'_> {
    upsert!(blocks, written.blocks.iter().filter(|row| row.stands), |row| {
        key { person: row.person, blocked: row.blocked }
        set { at: row.at }
    })
}

/// Whom somebody puts up with again.
pub(crate) fn unblocked(written: &Written) -> Write<'_> {
    delete!(blocks, written.blocks.iter().filter(|row| !row.stands), |row| { person: row.person, blocked: row.blocked })
}

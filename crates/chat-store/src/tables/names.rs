//! What was done under names of requests, and direct chats: each exists only once.

use chat_domain::fact::Written;

use super::table;
use crate::by_name::insert;
use crate::rows::spelled;
use crate::sql::Write;

table! {
    /// What was first sent under a name.
    sent { room, person, client_id, digest, message }
}

table! {
    /// The groups that were first made under a name.
    made { person, client_id, digest, room }
}

table! {
    /// The direct chat of each pair, smaller id first.
    directs { low, high, room }
}

/// Inserts what was first sent under a name.
pub(crate) fn sent(written: &Written) -> Write<'_> {
    insert!(sent, written.sent.iter(), |row| {
        room: row.room,
        person: row.user,
        client_id: row.client_id.as_str(),
        digest: spelled(row.digest),
        message: row.message,
    })
}

/// Inserts what was first made under a name.
pub(crate) fn made(written: &Written) -> Write<'_> {
    insert!(made, written.made.iter(), |row| {
        person: row.user,
        client_id: row.client_id.as_str(),
        digest: spelled(row.digest),
        room: row.room,
    })
}

/// Inserts direct chats.
pub(crate) fn directs(written: &Written) -> Write<'_> {
    insert!(directs, written.directs.iter(), |row| { low: row.low, high: row.high, room: row.room })
}

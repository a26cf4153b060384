//! What was done under a name of its maker's own, and whose direct chat is whose: each is done once.

use chat_domain::fact::Written;

use super::table;
use crate::by_name::insert;
use crate::rows::spelled;
use crate::sql::Write;

table! {
    /// What was first said under a name.
    sent { room, person, client_id, digest, message }
}

table! {
    /// What was first made under a name.
    made { person, client_id, digest, room }
}

table! {
    /// Whose direct chat is whose, the lower id first.
    directs { low, high, room }
}

/// What was first said under a name.
pub(crate) fn sent(written: &Written) -> Write<'_> {
    insert!(sent, written.sent.iter(), |row| {
        room: row.room,
        person: row.user,
        client_id: row.client_id.as_str(),
        digest: spelled(row.digest),
        message: row.message,
    })
}

/// What was first made under a name.
pub(crate) fn made(written: &Written) -> Write<'_> {
    insert!(made, written.made.iter(), |row| {
        person: row.user,
        client_id: row.client_id.as_str(),
        digest: spelled(row.digest),
        room: row.room,
    })
}

/// Whose direct chat is whose.
pub(crate) fn directs(written: &Written) -> Write<'_> {
    insert!(directs, written.directs.iter(), |row| { low: row.low, high: row.high, room: row.room })
}

//! Who is known, and their log-ins.

use std::sync::Arc;

use chat_domain::{Account, Handle, Person, Time, Uuid};

use super::{row, table};
use crate::rows::{bad, user};
use crate::work_error::Worked;

table! {
    /// Everybody who is known.
    users {
        id, uuid, issuer, subject, username, folded, name, shown, avatar, password, last_seen, generation, tokens_since,
        erased_at, visit, unsaid,
    }
}

table! {
    /// Who may not come in until when, and why, in the order in which that was said.
    suspensions { person, until, reason, no }
}

table! {
    /// Who was erased, and how far that has come.
    erasures { person, at, unsaid, said, done }
}

row! {
    /// How far somebody's erasing has come, of `erasures e`.
    ErasureRow of erasures as "e" {
        person: i64,
        at: i64,
        unsaid: bool,
        said: i64,
        done: Option<i64>,
    }
}

table! {
    /// Log-ins: each a family of refresh tokens.
    families { id, person, expires, revoked }
}

table! {
    /// The tokens of families.
    refresh_tokens { digest, family, expires, used }
}

table! {
    /// Cookies by which people are logged in.
    sessions { digest, person, expires }
}

row! {
    /// One user as the others see them, of `users u`.
    PersonRow of users as "u" {
        id: i64,
        uuid: Option<String>,
        username: String,
        name: String,
        avatar: String,
        unsaid: bool,
    }
}

/// The columns of a [`PersonRow`].
pub(crate) const PERSON: &str = PersonRow::COLUMNS;

/// The person of a row.
pub(crate) fn person(row: PersonRow) -> Worked<Arc<Person>> {
    let PersonRow { id, uuid, username, name, avatar, unsaid: _ } = row;
    Ok(Arc::new(Person { handle: handle(id, uuid.as_deref())?, username, name, avatar }))
}

/// One user with what only they and their friends see: [`PERSON`] and `u.last_seen`.
pub(crate) type AccountRow = (PersonRow, Option<i64>);

/// The account of a row.
pub(crate) fn account((row, last_seen): AccountRow) -> Worked<Account> {
    Ok(Account { person: person(row)?, last_seen: last_seen.map(Time) })
}

row! {
    /// Both spellings of a user, of `users u`.
    HandleRow of users as "u" {
        id: i64,
        uuid: Option<String>,
    }
}

/// The columns of a [`HandleRow`].
pub(crate) const HANDLE: &str = HandleRow::COLUMNS;

/// Both spellings of a user.
pub(crate) fn handle(id: i64, uuid: Option<&str>) -> Worked<Handle> {
    let computed = Handle::from(user(id)?);
    Ok(match uuid {
        Some(uuid) => Handle { uuid: uuid.parse::<Uuid>().map_err(|_| bad("a UUID", &uuid))?, ..computed },
        None => computed,
    })
}

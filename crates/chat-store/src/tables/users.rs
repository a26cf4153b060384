//! Users and their credentials.

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
    /// Suspensions, numbered in the order in which they were noted.
    suspensions { person, until, reason, no }
}

table! {
    /// Erased users, and how far that has come.
    erasures { person, at, unsaid, said, done }
}

row! {
    /// How far the erasing of a user has come, of `erasures e`.
    ErasureRow of erasures as "e" {
        person: i64,
        at: i64,
        unsaid: bool,
        said: i64,
        done: Option<i64>,
    }
}

table! {
    /// Log-ins, each a family of refresh tokens.
    families { id, person, expires, revoked }
}

table! {
    /// The refresh tokens of families.
    refresh_tokens { digest, family, expires, used }
}

table! {
    /// Cookie sessions.
    sessions { digest, person, expires }
}

row! {
    /// A user as others see them, of `users u`.
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

/// Reads a person.
pub(crate) fn person(row: PersonRow) -> Worked<Arc<Person>> {
    let PersonRow { id, uuid, username, name, avatar, unsaid: _ } = row;
    Ok(Arc::new(Person { handle: handle(id, uuid.as_deref())?, username, name, avatar }))
}

/// A user with when they were last seen: [`PERSON`] and `u.last_seen`.
pub(crate) type AccountRow = (PersonRow, Option<i64>);

/// Reads an account.
pub(crate) fn account((row, last_seen): AccountRow) -> Worked<Account> {
    Ok(Account { person: person(row)?, last_seen: last_seen.map(Time) })
}

row! {
    /// Both ids of a user, of `users u`.
    HandleRow of users as "u" {
        id: i64,
        uuid: Option<String>,
    }
}

/// The columns of a [`HandleRow`].
pub(crate) const HANDLE: &str = HandleRow::COLUMNS;

/// Returns both ids of a user.
pub(crate) fn handle(id: i64, uuid: Option<&str>) -> Worked<Handle> {
    let computed = Handle::from(user(id)?);
    Ok(match uuid {
        Some(uuid) => Handle { uuid: uuid.parse::<Uuid>().map_err(|_| bad("a UUID", &uuid))?, ..computed },
        None => computed,
    })
}

//! Accounts, visitors, and questions about people.

use std::collections::HashSet;
use std::sync::Arc;

use chat_domain::backplane::Tell;
use chat_domain::directory::{NewAccount, Subject, Update, Visit, Visitor};
use chat_domain::id::FIRST_FOREIGN_USER;
use chat_domain::names::folded;
use chat_domain::{Account, Handle, Person, Refusal, Time, UserId, Uuid};

use super::{Conn, erasing, tells};
use crate::by_name::{insert, update};
use crate::rows::{self, AccountRow, PERSON, PersonRow, account};
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// Makes an account.
pub(super) async fn register(conn: &Conn, new: NewAccount) -> Worked<Account> {
    new.check()?;
    conn.lock_names(&[USERS_LOCK]).await?;
    if named(conn, &new.username).await?.is_some() {
        return Err(Refusal::NameTaken.into());
    }
    let handle = Handle::from(free_id(conn).await?);
    let name = new.name.unwrap_or_else(|| new.username.clone());
    let person = Person { handle, username: new.username, name, avatar: new.avatar };
    insert(conn, &person, None, Some(&new.password)).await?;
    Ok(Account { person: Arc::new(person), last_seen: None })
}

/// Returns the account with this username and the digest of its password.
pub(super) async fn credential(conn: &Conn, username: &str) -> Worked<Option<(Account, String)>> {
    let sql = Sql::new(format!(
        "SELECT {PERSON}, u.last_seen, u.password FROM users u WHERE u.folded = ? AND u.password IS NOT NULL"
    ))
    .bind(folded(username));
    let row = conn.first::<(PersonRow, Option<i64>, String)>(sql).await?;
    row.map(|(person, seen, password)| Ok((account((person, seen))?, password))).transpose()
}

/// Returns these accounts. Unknown ids are left out.
pub(super) async fn people(conn: &Conn, users: impl IntoIterator<Item = UserId>) -> Worked<Vec<Account>> {
    let sql = Sql::new(format!("SELECT {PERSON}, u.last_seen FROM users u WHERE u.id IN ({{}})"))
        .rows(Rows::ints(users.into_iter().map(UserId::number)));
    conn.load::<AccountRow>(sql).await?.into_iter().map(account).collect()
}

/// Returns the user with this UUID.
pub(super) async fn by_uuid(conn: &Conn, uuid: Uuid) -> Worked<Option<Account>> {
    let sql = match UserId::from_uuid(uuid) {
        Some(id) => {
            Sql::new(format!("SELECT {PERSON}, u.last_seen FROM users u WHERE u.id = ? AND u.uuid IS NULL")).bind(id)
        }
        None => Sql::new(format!("SELECT {PERSON}, u.last_seen FROM users u WHERE u.uuid = ?")).bind(uuid.to_string()),
    };
    conn.first::<AccountRow>(sql).await?.map(account).transpose()
}

/// Returns the user with this username, in any letter case.
pub(super) async fn by_username(conn: &Conn, username: &str) -> Worked<Option<Account>> {
    named(conn, username).await
}

/// Returns people whose username or name begins with `query`, in order of username.
pub(super) async fn search(conn: &Conn, query: &str, after: Option<String>, limit: usize) -> Worked<Vec<Account>> {
    let low = folded(query);
    let high = format!("{low}\u{10ffff}");
    let after = after.map(|name| folded(&name)).unwrap_or_default();
    let sql = Sql::new(format!(
        "SELECT {PERSON}, u.last_seen FROM users u WHERE u.id IN (
            SELECT id FROM (SELECT id FROM users WHERE folded >= ? AND folded < ? AND folded > ? ORDER BY folded LIMIT ?) a
            UNION
            SELECT id FROM (SELECT id FROM users WHERE shown >= ? AND shown < ? AND folded > ? ORDER BY folded LIMIT ?) b
        ) ORDER BY u.folded LIMIT ?"
    ))
    .bind(low.clone()).bind(high.clone()).bind(after.clone()).bind(limit)
    .bind(low).bind(high).bind(after).bind(limit)
    .bind(limit);
    conn.load::<AccountRow>(sql).await?.into_iter().map(account).collect()
}

/// Returns the user whom a visitor's issuer and subject mean, if they were here before.
pub(super) async fn visitor(conn: &Conn, visitor: &Visitor) -> Worked<Option<Account>> {
    let sql = match &visitor.subject {
        Subject::Number(id) => Sql::new(format!("SELECT {PERSON}, u.last_seen FROM users u WHERE u.id = ?")).bind(*id),
        Subject::Uuid(uuid) => return by_uuid(conn, *uuid).await,
        Subject::Text(text) => {
            let sql = format!("SELECT {PERSON}, u.last_seen FROM users u WHERE u.issuer = ? AND u.subject IN (?, ?)");
            Sql::new(sql).bind(&*visitor.issuer).bind(&**text).bind(erasing::subject_of_erased(&visitor.issuer, text))
        }
    };
    conn.first::<AccountRow>(sql).await?.map(account).transpose()
}

/// Returns the user whom a visitor's issuer and subject mean, made when they are first seen. Takes over what the
/// visitor states.
pub(super) async fn admit(conn: &Conn, new: Visitor) -> Worked<Account> {
    conn.lock_names(&[USERS_LOCK]).await?;
    let before = visitor(conn, &new).await?;
    if before.as_ref().is_some_and(|account| account.person.is_erased()) {
        return Err(Refusal::UnknownUser.into());
    }
    let last_seen = before.as_ref().and_then(|account| account.last_seen);
    let before = before.map(|account| account.person);
    let taken = names_of_others(conn, new.wanted(), before.as_deref().map(Person::id)).await?;
    let is_free = |name: &str| !taken.contains(&folded(name));
    // Checked before an integer is assigned: the next visitor gets it if this one is refused.
    new.check_free(is_free)?;
    let handle = match &before {
        Some(before) => before.handle,
        None => new.subject.handle(new_id(conn, &new.subject).await?),
    };
    let person = new.admitted(handle, before.as_deref(), is_free);
    let is_known = before.is_some();
    match is_known {
        true => update(conn, &person).await?,
        false => insert(conn, &person, Some(&new), None).await?,
    }
    let person = Arc::new(person);
    if is_known {
        tells::note(conn, &Tell::Now(person.clone())).await?;
    }
    Ok(Account { person, last_seen })
}

/// Changes what a user shows of themselves.
pub(super) async fn change(conn: &Conn, user: UserId, said: Update) -> Worked<Account> {
    conn.lock_names(&[USERS_LOCK]).await?;
    let Account { person, last_seen } = people(conn, [user]).await?.pop().ok_or(Refusal::UnknownUser)?;
    let person = said.of(&person)?;
    update(conn, &person).await?;
    let person = Arc::new(person);
    tells::note(conn, &Tell::Now(person.clone())).await?;
    Ok(Account { person, last_seen })
}

/// Notes when these users were last seen.
pub(super) async fn seen(conn: &Conn, users: Vec<(UserId, Time)>) -> Worked<()> {
    for (user, at) in users {
        let sql = Sql::new("UPDATE users SET last_seen = ? WHERE id = ? AND (last_seen IS NULL OR last_seen < ?)");
        conn.run(sql.bind(at).bind(user).bind(at)).await?;
    }
    Ok(())
}

/// Notes when these users came to Socket.IO or left it. A coming is stored as a negative time.
pub(super) async fn note_visits(conn: &Conn, visits: Vec<(UserId, Visit)>) -> Worked<()> {
    for (user, visit) in visits {
        let (Visit::Came(Time(at)) | Visit::Left(Time(at))) = visit;
        let noted = if matches!(visit, Visit::Came(_)) { -at } else { at };
        conn.run(Sql::new("UPDATE users SET visit = ? WHERE id = ?").bind(noted).bind(user)).await?;
    }
    Ok(())
}

/// Returns what was last noted of that.
pub(super) async fn last_visit(conn: &Conn, user: UserId) -> Worked<Option<Visit>> {
    let sql = Sql::new("SELECT visit FROM users WHERE id = ?").bind(user);
    let noted = conn.first::<(Option<i64>,)>(sql).await?.and_then(|(visit,)| visit);
    Ok(noted.map(|at| if at < 0 { Visit::Came(Time(-at)) } else { Visit::Left(Time(at)) }))
}

async fn insert(conn: &Conn, person: &Person, by: Option<&Visitor>, password: Option<&str>) -> Worked<()> {
    let own = person.handle != Handle::from(person.id());
    let subject = by.and_then(|visitor| match &visitor.subject {
        Subject::Text(text) => Some((visitor.issuer.as_str(), text.as_str())),
        Subject::Number(_) | Subject::Uuid(_) => None,
    });
    let new = insert!(users, [person].into_iter(), |person| {
        id: person.id(),
        uuid: own.then(|| person.handle.uuid.to_string()),
        issuer: subject.map(|(issuer, _)| issuer),
        subject: subject.map(|(_, text)| text),
        username: &*person.username,
        folded: folded(&person.username),
        name: &*person.name,
        shown: folded(&person.name),
        avatar: &*person.avatar,
        password: password,
    });
    Ok(conn.run(new.into_sql("")).await.map(drop)?)
}

async fn update(conn: &Conn, person: &Person) -> Worked<()> {
    let changed = update!(users, [person].into_iter(), |person| {
        key { id: person.id() }
        set {
            username: &*person.username,
            folded: folded(&person.username),
            name: &*person.name,
            shown: folded(&person.name),
            avatar: &*person.avatar,
        }
    });
    Ok(conn.run(changed.into_sql("")).await.map(drop)?)
}

/// Returns the integer id for a person who comes for the first time.
async fn new_id(conn: &Conn, subject: &Subject) -> Worked<UserId> {
    match subject.own_id() {
        Some(id) => Ok(id),
        None => foreign_id(conn).await,
    }
}

/// Returns the next integer that nobody has. A visitor may have come with it.
async fn free_id(conn: &Conn) -> Worked<UserId> {
    loop {
        let id = rows::user(conn.take_ids("users", 1).await?.pop().unwrap_or(0))?;
        if people(conn, [id]).await?.is_empty() {
            return Ok(id);
        }
    }
}

async fn foreign_id(conn: &Conn) -> Worked<UserId> {
    let number = conn.take_ids("visitors", 1).await?.pop().unwrap_or(0);
    rows::user(FIRST_FOREIGN_USER - 1 + number)
}

/// Returns those of these usernames (folded) that somebody else has.
async fn names_of_others(conn: &Conn, names: Vec<String>, whose: Option<UserId>) -> Worked<HashSet<String>> {
    let names = Rows::new(names.iter().map(|name| [folded(name).into()]));
    let sql = Sql::new("SELECT u.folded FROM users u WHERE u.folded IN ({}) AND u.id <> ?").rows(names);
    let sql = sql.bind(whose.map_or(0, UserId::number));
    Ok(conn.load::<(String,)>(sql).await?.into_iter().map(|(name,)| name).collect())
}

async fn named(conn: &Conn, name: &str) -> Worked<Option<Account>> {
    let sql = Sql::new(format!("SELECT {PERSON}, u.last_seen FROM users u WHERE u.folded = ?")).bind(folded(name));
    conn.first::<AccountRow>(sql).await?.map(account).transpose()
}

/// The number that is locked while users are made or renamed, because usernames and subjects are unique.
pub(super) const USERS_LOCK: i64 = 0x75_7365_7273;

//! Whom messages mention, and the notifications that messages owe.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chat_domain::fact::{Fact, Written};
use chat_domain::{Handle, Member, Mentions, Message, Notification, NotificationKind, Person, RoomId, Time, UserId};

use super::{Conn, notifications, tells};
use crate::by_name::{delete, insert, update};
use crate::rows::*;
use crate::sql::{Rows, Sql, Write};
use crate::tables::messages::ALL;
use crate::work_error::Worked;

/// Returns whom a message mentions, given what is stored about it.
pub(super) fn read(spelled: &str, handles: &HashMap<i64, Handle>) -> Mentions {
    let people = ids(spelled).filter_map(|id| handles.get(&id).copied()).collect();
    Mentions { people, all: spelled.split(' ').any(|word| word == ALL) }
}

/// Whom a message mentions, by integer ids.
pub(super) struct Mentioned {
    pub(super) people: Vec<i64>,
    pub(super) all: bool,
}

/// Returns whom a message mentions, without looking up UUIDs.
pub(super) fn kept_ids(spelled: &str) -> Mentioned {
    Mentioned { people: ids(spelled).collect(), all: spelled.split(' ').any(|word| word == ALL) }
}

fn ids(spelled: &str) -> impl Iterator<Item = i64> {
    spelled.split(' ').filter_map(|word| word.parse().ok())
}

/// Returns both ids of everybody who is mentioned in these texts.
pub(super) async fn handles(conn: &Conn, spelled: impl Iterator<Item = &str>) -> Worked<HashMap<i64, Handle>> {
    let people: BTreeSet<i64> = spelled.flat_map(ids).collect();
    if people.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = Sql::new(format!("SELECT {HANDLE} FROM users u WHERE u.id IN ({{}})"));
    let rows = conn.load::<HandleRow>(sql.rows(Rows::ints(people))).await?;
    rows.into_iter().map(|row| Ok((row.id, handle(row.id, row.uuid.as_deref())?))).collect()
}

/// Returns who has these usernames, with their rows in the rooms where they are mentioned.
pub(super) async fn named(conn: &Conn, asked: &[(RoomId, String)]) -> Worked<Vec<Fact>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let names: BTreeSet<&str> = asked.iter().map(|(_, name)| name.as_str()).collect();
    let sql = Sql::new(format!("SELECT u.folded, {PERSON} FROM users u WHERE u.folded IN ({{}})"));
    let rows = conn.load::<(String, PersonRow)>(sql.rows(Rows::new(names.iter().map(|name| [(*name).into()])))).await?;
    let people =
        rows.into_iter().map(|(name, row)| Ok((name, person(row)?))).collect::<Worked<HashMap<_, Arc<Person>>>>()?;
    let of = asked.iter().filter_map(|(room, name)| Some((*room, people.get(name)?.id())));
    let slots = super::rosters::slots(conn, &of.collect::<Vec<_>>()).await?;
    let facts = asked.iter().map(|(room, name)| {
        let whose = people.get(name).map(|person| {
            let member: Option<Member> = slots.get(&(*room, person.id())).copied();
            (person.clone(), member)
        });
        Fact::Named(*room, name.clone(), whose)
    });
    Ok(facts.collect())
}

/// Deletes the mentions that were stored of these messages. To be written before [`kept`].
pub(super) fn forgotten(written: &Written) -> Write<'_> {
    delete!(mentions, written.mentioning.iter(), |message| { room: message.room, message: message.id })
}

/// Stores the present mentions of these messages.
pub(super) fn kept(written: &Written) -> Write<'_> {
    let whom = written.mentioning.iter().flat_map(|message| whom(message).map(move |person| (message, person)));
    insert!(mentions, whom, |(message, person)| {
        room: message.room,
        person: person,
        number: message.number,
        message: message.id,
        sender: message.sender.id(),
    })
}

/// Stores that new messages owe notifications.
pub(super) fn owed(written: &Written) -> Write<'_> {
    let whom = written.owing.iter().flat_map(|message| whom(message).map(move |person| (message, person)));
    insert!(owed, whom, |(message, person)| { room: message.room, message: message.id, person: person, after: 0i64 })
}

/// Returns whom a message mentions besides its sender.
fn whom(message: &Arc<Message>) -> impl Iterator<Item = i64> {
    let mentions = message.mentions.as_deref();
    let people = mentions.into_iter().flat_map(|mentions| &mentions.people).map(|person| person.id);
    let others = people.filter(|person| *person != message.sender.id()).map(UserId::number);
    others.chain(mentions.filter(|mentions| mentions.all).map(|_| EVERYBODY))
}

/// Stores some of the notifications that are owed. Another node that does this at the same time gets others.
pub(super) async fn notify(conn: &Conn, at: Time, most: usize) -> Worked<Vec<Arc<Notification>>> {
    let skipping = if Conn::SHARED { " FOR UPDATE OF o SKIP LOCKED" } else { "" };
    let sql = Sql::new(format!(
        "SELECT o.room, o.message, o.person, o.after, x.sender, x.deleted_at
         FROM owed o JOIN messages x ON x.room = o.room AND x.id = o.message
         ORDER BY o.room, o.message, o.person LIMIT ?{skipping}"
    ));
    let (mut whom, mut paid, mut going_on) = (BTreeSet::new(), Vec::new(), Vec::new());
    for row in conn.load::<OwedRow>(sql.bind(most)).await? {
        let OwedRow { room, message, person, after, sender, deleted_at } = row;
        let more = match person {
            _ if deleted_at.is_some() => Vec::new(),
            EVERYBODY => members(conn, room, after, sender, most).await?,
            person => vec![person],
        };
        match more.last().filter(|_| person == EVERYBODY && more.len() == most) {
            Some(&last) => going_on.push((room, message, last)),
            None => paid.push((room, message, person)),
        }
        whom.extend(more.into_iter().map(|person| (person, room, message)));
        if whom.len() >= most {
            break;
        }
    }
    if paid.is_empty() && going_on.is_empty() {
        return Ok(Vec::new());
    }
    let new = store(conn, whom, at).await?;
    tells::note_notifications(conn, &new).await?;
    pay(conn, paid, going_on).await?;
    // If everybody in this page had been notified before, the page would be empty, which would mean that none is left.
    if new.is_empty() { Box::pin(notify(conn, at, most)).await } else { Ok(new) }
}

/// Deletes what is no longer owed; where everybody is owed a notification, notes after whom to go on.
async fn pay(conn: &Conn, paid: Vec<(i64, i64, i64)>, going_on: Vec<(i64, i64, i64)>) -> Worked<()> {
    for write in [
        delete!(owed, paid.into_iter(), |(room, message, person)| { room: room, message: message, person: person }),
        update!(owed, going_on.into_iter(), |(room, message, last)| {
            key { room: room, message: message, person: EVERYBODY }
            set { after: last }
        }),
    ] {
        if !write.rows.is_empty() {
            conn.run(write.into_sql("")).await?;
        }
    }
    Ok(())
}

/// Returns members of a room besides the sender, in order of their ids.
async fn members(conn: &Conn, room: i64, after: i64, sender: i64, most: usize) -> Worked<Vec<i64>> {
    let sql = Sql::new(
        "SELECT m.person FROM members m WHERE m.room = ? AND m.person > ? AND m.active AND m.person <> ?
         ORDER BY m.person LIMIT ?",
    );
    let rows = conn.load::<(i64,)>(sql.bind(room).bind(after).bind(sender).bind(most)).await?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

/// Stores those of these notifications that are not stored yet.
async fn store(conn: &Conn, whom: BTreeSet<(i64, i64, i64)>, at: Time) -> Worked<Vec<Arc<Notification>>> {
    if whom.is_empty() {
        return Ok(Vec::new());
    }
    let ids = conn.take_ids("notifications", whom.len()).await?;
    let kind = NotificationKind::Mention.word();
    let new = insert!(notifications, whom.iter().zip(&ids), |(&(person, room, message), &id)| {
        person: person,
        id: id,
        kind: kind,
        // The text is made when the notification is shown.
        title: "",
        body: "",
        data: "{}",
        created_at: at,
        room: room,
        message: message,
    });
    conn.run(Write { tail: "ON CONFLICT DO NOTHING", ..new }.into_sql("")).await?;
    notifications::these(conn, whom.iter().map(|(person, ..)| *person).zip(ids)).await
}

/// Stands in the place of a person for everybody.
const EVERYBODY: i64 = 0;

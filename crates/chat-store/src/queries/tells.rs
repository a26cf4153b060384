//! What is told to people beside what happens in rooms, and who came into rooms: remembered for the nodes that did not hear it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::backplane::{Coming, Going, Tell, Told};
use chat_domain::grant::Family;
use chat_domain::{Notification, Time, UserId};

use super::{Conn, notifications, people};
use crate::rows::{room_id, user};
use crate::sql::{Rows, Sql, Write};
use crate::work_error::Worked;

/// Remembers it, in the transaction that brings it about. Where there can be no other node nobody asks for it.
pub(super) async fn note(conn: &Conn, tell: &Tell) -> Worked<()> {
    if !Conn::SHARED {
        return Ok(());
    }
    let (kind, person, number, said) = match tell {
        Tell::Notification(of) => (NOTIFICATION, Some(of.user), Some(of.id.number()), None),
        Tell::Disconnect(user, at) => (DISCONNECT, Some(*user), Some(at.0), None),
        Tell::EndAll(user, at) => (END_ALL, Some(*user), Some(at.0), None),
        Tell::EndFamily(user, family, _) => (END_FAMILY, Some(*user), Some(family.0), None),
        Tell::EndSession(digest) => (END_SESSION, None, None, Some(digest.clone())),
        Tell::Now(person) => (NOW, Some(person.id()), None, None),
        Tell::Post(people, what) => {
            let people: Vec<_> = people.iter().map(|user| user.number().to_string()).collect();
            (POST, None, None, Some(format!("{} {what}", people.join(","))))
        }
    };
    let sql = Sql::new("INSERT INTO tells (kind, person, number, said) VALUES (?, ?, ?, ?)");
    conn.run(sql.bind(kind).bind(person.map(UserId::number)).bind(number).bind(said)).await?;
    Ok(())
}

/// The same of many notifications.
pub(super) async fn note_notifications(conn: &Conn, new: &[Arc<Notification>]) -> Worked<()> {
    if !Conn::SHARED || new.is_empty() {
        return Ok(());
    }
    let rows = new.iter().map(|of| [NOTIFICATION.into(), of.user.into(), of.id.into()]);
    conn.write(Write::insert("tells (kind, person, number)", Rows::new(rows), "")).await?;
    Ok(())
}

/// What was told within this time, in its order.
pub(super) async fn within(conn: &Conn, within: Duration) -> Worked<Vec<Told>> {
    if !Conn::SHARED {
        return Ok(Vec::new());
    }
    let sql = Sql::new(
        "SELECT t.id, (extract(epoch FROM t.at) * 1000000)::bigint, t.kind, t.person, t.number, t.said FROM tells t
         WHERE t.at > clock_timestamp() - ? * interval '1 ms' ORDER BY t.at LIMIT 10000",
    );
    let rows = conn.load::<Row>(sql.bind(within.as_millis() as i64)).await?;
    let of = |kind: &'static str| rows.iter().filter(move |((_, _, is), _)| is == kind);
    let named = of(NOTIFICATION).filter_map(|(_, (person, number, _))| Some(((*person)?, (*number)?)));
    let notices = notifications::these(conn, named).await?;
    let notices: HashMap<_, _> = notices.into_iter().map(|one| ((one.user.number(), one.id.number()), one)).collect();
    let shown = of(NOW).filter_map(|(_, (person, ..))| UserId::new((*person)?)).collect::<Vec<_>>();
    let shown = people::people(conn, shown).await?;
    let shown: HashMap<_, _> = shown.into_iter().map(|of| (of.person.id().number(), of.person)).collect();
    let told = rows.iter().filter_map(|((no, at, kind), (person, number, said))| {
        let who = || UserId::new((*person)?);
        let tell = match kind.as_str() {
            NOTIFICATION => Tell::Notification(notices.get(&((*person)?, (*number)?))?.clone()),
            DISCONNECT => Tell::Disconnect(who()?, Time((*number)?)),
            END_ALL => Tell::EndAll(who()?, Time((*number)?)),
            END_FAMILY => Tell::EndFamily(who()?, Family((*number)?), Time(*at)),
            END_SESSION => Tell::EndSession(said.clone()?),
            NOW => Tell::Now(shown.get(&(*person)?)?.clone()),
            POST => post(said.as_deref()?)?,
            _ => return None,
        };
        Some(Told { no: *no as u64, at: Time(*at), tell })
    });
    Ok(told.collect())
}

/// Its number and time and sort, and what it is about.
type Row = ((i64, i64, String), (Option<i64>, Option<i64>, Option<String>));

fn post(said: &str) -> Option<Tell> {
    let (people, what) = said.split_once(' ')?;
    let people = people.split(',').filter_map(|user| UserId::new(user.parse().ok()?)).collect();
    Some(Tell::Post(people, what.to_owned()))
}

/// Who came into rooms and left them since then, in their order.
pub(super) async fn comings(conn: &Conn, since: Time) -> Worked<Vec<Coming>> {
    if !Conn::SHARED {
        return Ok(Vec::new());
    }
    let sql = Sql::new(
        "SELECT c.room, c.seq, c.kind, COALESCE(c.person, m.person, c.actor) FROM changes c
         LEFT JOIN members m ON c.kind = 'created' AND m.room = c.room AND m.active AND m.joined = 1
         WHERE c.kind IN ('created', 'added', 'removed', 'closed') AND c.at > ? ORDER BY c.at, c.room, c.seq LIMIT 10000",
    );
    let rows = conn.load::<(i64, i64, String, i64)>(sql.bind(since)).await?;
    let coming = |(room, seq, kind, who): (i64, i64, String, i64)| {
        let going = match kind.as_str() {
            "removed" => Going::Out,
            "closed" => Going::Closed,
            _ => Going::In,
        };
        Ok(Coming { room: room_id(room)?, seq: seq as u64, user: user(who)?, going })
    };
    rows.into_iter().map(coming).collect()
}

/// Forgets what was told long ago; says whether there was less than so much of it.
pub(super) async fn forget(conn: &Conn, most: usize) -> Worked<bool> {
    if !Conn::SHARED {
        return Ok(true);
    }
    let sql = Sql::new(
        "DELETE FROM tells WHERE id IN (SELECT t.id FROM tells t WHERE t.at < clock_timestamp() - interval '10 min'
         ORDER BY t.at LIMIT ?)",
    );
    Ok(conn.run(sql.bind(most)).await? < most)
}

const NOTIFICATION: &str = "notification";
const DISCONNECT: &str = "disconnect";
const END_ALL: &str = "end all";
const END_FAMILY: &str = "end family";
const END_SESSION: &str = "end session";
const NOW: &str = "now";
const POST: &str = "post";

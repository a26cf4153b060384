//! What is told to people outside of rooms, and who came into rooms or left them: remembered for nodes that did not
//! hear it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chat_domain::backplane::{Coming, Going, Tell, Told};
use chat_domain::grant::Family;
use chat_domain::{MessageId, Notification, RoomId, Time, UserId, Vanished};

use super::{Conn, notifications, people};
use crate::by_name::insert;
use crate::rows::{room_id, user};
use crate::sql::Sql;
use crate::tables::nodes::ToldRow;
use crate::work_error::Worked;

/// Notes a tell in the transaction that causes it. Does nothing where there can be only one node.
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
        Tell::Unsaid(user) => (UNSAID, Some(*user), None, None),
        Tell::Vanished(Vanished { room, upto }) => {
            (VANISHED, None, Some(upto.number()), Some(room.number().to_string()))
        }
        Tell::Post(people, what) => {
            let people: Vec<_> = people.iter().map(|user| user.number().to_string()).collect();
            (POST, None, None, Some(format!("{} {what}", people.join(","))))
        }
    };
    let row = insert!(tells, [said].into_iter(), |said| { kind: kind, person: person, number: number, said: said });
    Ok(conn.write(row).await?)
}

/// Notes the tells of many notifications.
pub(super) async fn note_notifications(conn: &Conn, new: &[Arc<Notification>]) -> Worked<()> {
    if !Conn::SHARED || new.is_empty() {
        return Ok(());
    }
    Ok(conn.write(insert!(tells, new.iter(), |of| { kind: NOTIFICATION, person: of.user, number: of.id })).await?)
}

/// Returns what was told within this time, in order.
pub(super) async fn within(conn: &Conn, within: Duration) -> Worked<Vec<Told>> {
    if !Conn::SHARED {
        return Ok(Vec::new());
    }
    let sql = Sql::new(
        "SELECT t.id, (extract(epoch FROM t.at) * 1000000)::bigint, t.kind, t.person, t.number, t.said FROM tells t
         WHERE t.at > clock_timestamp() - ? * interval '1 ms' ORDER BY t.at LIMIT 10000",
    );
    let rows = conn.load::<ToldRow>(sql.bind(within.as_millis() as i64)).await?;
    let of = |kind: &'static str| rows.iter().filter(move |row| row.kind == kind);
    let named = of(NOTIFICATION).filter_map(|row| Some((row.person?, row.number?)));
    let notices = notifications::these(conn, named).await?;
    let notices: HashMap<_, _> = notices.into_iter().map(|one| ((one.user.number(), one.id.number()), one)).collect();
    let shown = of(NOW).filter_map(|row| UserId::new(row.person?)).collect::<Vec<_>>();
    let shown = people::people(conn, shown).await?;
    let shown: HashMap<_, _> = shown.into_iter().map(|of| (of.person.id().number(), of.person)).collect();
    let told = rows.iter().filter_map(|row| {
        let (at, who) = (Time(row.at), || UserId::new(row.person?));
        let tell = match row.kind.as_str() {
            NOTIFICATION => Tell::Notification(notices.get(&(row.person?, row.number?))?.clone()),
            DISCONNECT => Tell::Disconnect(who()?, Time(row.number?)),
            END_ALL => Tell::EndAll(who()?, Time(row.number?)),
            END_FAMILY => Tell::EndFamily(who()?, Family(row.number?), at),
            END_SESSION => Tell::EndSession(row.said.clone()?),
            NOW => Tell::Now(shown.get(&row.person?)?.clone()),
            UNSAID => Tell::Unsaid(who()?),
            VANISHED => {
                let room = RoomId::new(row.said.as_deref()?.parse().ok()?)?;
                Tell::Vanished(Vanished { room, upto: MessageId::new(row.number?)? })
            }
            POST => post(row.said.as_deref()?)?,
            _ => return None,
        };
        Some(Told { no: row.id as u64, at, tell })
    });
    Ok(told.collect())
}

fn post(said: &str) -> Option<Tell> {
    let (people, what) = said.split_once(' ')?;
    let people = people.split(',').filter_map(|user| UserId::new(user.parse().ok()?)).collect();
    Some(Tell::Post(people, what.to_owned()))
}

/// Returns who came into rooms or left them since this moment, in order.
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

/// Deletes what was told long ago. Returns whether nothing is left.
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
const UNSAID: &str = "unsaid";
const VANISHED: &str = "vanished";
const POST: &str = "post";

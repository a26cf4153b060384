//! What is to be pushed to devices: found in the feed, and looked at again once their people are away.

use std::collections::{BTreeMap, BTreeSet};

use chat_domain::devices::{Push, PushNotes, Pushes, Ready, Waiting};
use chat_domain::{FeedEntry, Level, RoomId, Time, Uuid};

use super::replay::{CEILING, FLOOR};
use super::{Conn, devices, feed, mentions};
use crate::by_name::{update, upsert};
use crate::rows::*;
use crate::sql::{Rows, Sql, Write};
use crate::tables::devices::{DeviceRow, PlaceRow, PushRow, TriedRow};
use crate::work_error::{WorkError, Worked};

/// Returns everything that waits; `None` if there are no devices.
pub(super) async fn all(conn: &Conn) -> Worked<Option<Pushes>> {
    // What happened before the first device was registered is for none of them.
    let sql = Sql::new("SELECT MIN(d.fed), (SELECT f.no FROM followers f WHERE f.name = 'push') FROM devices d");
    let Some((Some(earliest), noted)) = conn.first::<(Option<i64>, Option<i64>)>(sql).await? else { return Ok(None) };
    let sql = format!("SELECT {} FROM pushes p JOIN devices d ON d.id = p.device", PushRow::COLUMNS);
    let waiting = conn.load::<PushRow>(Sql::new(sql)).await?.into_iter().map(waiting).collect::<Worked<_>>()?;
    let sql = Sql::new(format!("SELECT d.id, {} FROM devices d WHERE d.tries > 0", TriedRow::COLUMNS));
    let tried = conn.load::<(String, TriedRow)>(sql).await?;
    let tried = tried.into_iter().map(|(id, row)| Ok((named(&id)?, devices::tried(row)))).collect::<Worked<_>>()?;
    Ok(Some(Pushes { fed: count(earliest.max(noted.unwrap_or(0)))?, waiting, tried }))
}

/// Returns what these entries of the feed bring to devices.
pub(super) async fn of_entries(conn: &Conn, entries: Vec<FeedEntry>, at: Time) -> Worked<Vec<Waiting>> {
    let said = said(conn, &entries).await?;
    let mut found: BTreeMap<(String, i64), Waiting> = BTreeMap::new();
    let rooms: BTreeSet<i64> = said.iter().map(|said| said.room).collect();
    for Listener { device, person, room } in hearing_all(conn, &rooms).await? {
        let newest = said.iter().filter(|said| said.room == room && said.sender != person).map(|said| said.id).max();
        note_down(&mut found, (device, person, room), newest, at)?;
    }
    let mut named: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    let mut everybody: BTreeMap<i64, Vec<&Said>> = BTreeMap::new();
    for said in &said {
        let mentions = mentions::kept_ids(&said.mentions);
        for person in mentions.people.into_iter().filter(|person| *person != said.sender) {
            let newest = named.entry((person, said.room)).or_insert(said.id);
            *newest = said.id.max(*newest);
        }
        if mentions.all {
            everybody.entry(said.room).or_default().push(said);
        }
    }
    for Listener { device, person, room } in mentioned(conn, &named).await? {
        note_down(&mut found, (device, person, room), named.get(&(person, room)).copied(), at)?;
    }
    let rooms = everybody.keys().copied().collect();
    for Listener { device, person, room } in present(conn, &rooms).await? {
        let others = everybody.get(&room).into_iter().flatten().filter(|said| said.sender != person);
        note_down(&mut found, (device, person, room), others.map(|said| said.id).max(), at)?;
    }
    Ok(found.into_values().collect())
}

fn note_down(
    found: &mut BTreeMap<(String, i64), Waiting>,
    (device, person, room): (String, i64, i64),
    message: Option<i64>,
    at: Time,
) -> Worked<()> {
    let Some(message) = message.map(message_id).transpose()? else { return Ok(()) };
    let new = Waiting { device: named(&device)?, person: user(person)?, room: room_id(room)?, message, since: at };
    let kept = found.entry((device, room)).or_insert(new);
    kept.message = kept.message.max(message);
    Ok(())
}

/// A message that was sent in one of the entries.
struct Said {
    room: i64,
    id: i64,
    sender: i64,
    mentions: String,
}

/// A device of a member.
struct Listener {
    device: String,
    person: i64,
    room: i64,
}

async fn said(conn: &Conn, entries: &[FeedEntry]) -> Worked<Vec<Said>> {
    let bound = |bound: &str, seq: &str| bound.replacen('?', "need.room", 1).replacen('?', seq, 1);
    let sql = Sql::new(format!(
        "WITH need (room, low, high) AS ({{}}) SELECT m.room, m.id, m.sender, m.mentions
         FROM need CROSS JOIN messages m
         WHERE m.room = need.room AND m.id > {} AND m.id <= {} AND m.seq >= need.low AND m.seq <= need.high
         AND m.deleted_at IS NULL",
        bound(FLOOR, "need.low"),
        bound(CEILING, "need.high")
    ));
    let of_rooms = entries.iter().filter_map(|entry| Some((entry.room?, entry)));
    let need = Rows::new(of_rooms.map(|(room, entry)| [room.into(), entry.from.into(), entry.upto.into()]));
    if need.is_empty() {
        return Ok(Vec::new());
    }
    let rows = conn.load::<(i64, i64, i64, Option<String>)>(sql.rows(need)).await?;
    let said = rows.into_iter().map(|(room, id, sender, mentions)| {
        let mentions = mentions.unwrap_or_default();
        Said { room, id, sender, mentions }
    });
    Ok(said.collect())
}

/// Returns the devices of members who want to be pushed every message of these rooms.
async fn hearing_all(conn: &Conn, rooms: &BTreeSet<i64>) -> Worked<Vec<Listener>> {
    let two = format!(
        "WITH need (room) AS ({{}}) SELECT d.id, d.person, m.room
         FROM need CROSS JOIN rooms r CROSS JOIN members m CROSS JOIN devices d
         WHERE r.id = need.room AND r.kind <> 'group' AND m.room = r.id AND m.active AND d.person = m.person
         AND COALESCE((SELECT l.level FROM levels l WHERE l.person = m.person AND l.room = m.room), '{0}') = '{0}'",
        Level::All.word()
    );
    let groups = "WITH need (room) AS ({}) SELECT d.id, d.person, m.room
         FROM need CROSS JOIN levels l CROSS JOIN members m CROSS JOIN devices d
         WHERE l.room = need.room AND l.level = 'all' AND m.room = l.room AND m.person = l.person AND m.active
         AND d.person = m.person";
    let mut listeners = listeners(conn, two, Rows::ints(rooms.iter().copied())).await?;
    listeners.extend(self::listeners(conn, groups.into(), Rows::ints(rooms.iter().copied())).await?);
    Ok(listeners)
}

/// Returns the devices of these people in these rooms, except of those who want to be pushed nothing.
async fn mentioned(conn: &Conn, whom: &BTreeMap<(i64, i64), i64>) -> Worked<Vec<Listener>> {
    let sql = format!(
        "WITH need (person, room) AS ({{}}) SELECT d.id, d.person, m.room
         FROM need CROSS JOIN members m CROSS JOIN devices d
         WHERE m.room = need.room AND m.person = need.person AND m.active AND d.person = m.person AND {HEARS}"
    );
    listeners(conn, sql, Rows::new(whom.keys().map(|&(person, room)| [person.into(), room.into()]))).await
}

/// Returns the devices of everybody in these rooms, except of those who want to be pushed nothing.
async fn present(conn: &Conn, rooms: &BTreeSet<i64>) -> Worked<Vec<Listener>> {
    let sql = format!(
        "WITH need (room) AS ({{}}) SELECT d.id, d.person, m.room FROM need CROSS JOIN members m CROSS JOIN devices d
         WHERE m.room = need.room AND m.active AND d.person = m.person AND {HEARS}"
    );
    listeners(conn, sql, Rows::ints(rooms.iter().copied())).await
}

async fn listeners(conn: &Conn, sql: String, need: Rows<'_>) -> Worked<Vec<Listener>> {
    if need.is_empty() {
        return Ok(Vec::new());
    }
    let rows = conn.load::<(String, i64, i64)>(Sql::new(sql).rows(need)).await?;
    Ok(rows.into_iter().map(|(device, person, room)| Listener { device, person, room }).collect())
}

/// Returns what is to be done about a message that waits.
pub(super) async fn one(conn: &Conn, waiting: Waiting, at: Time) -> Worked<Ready> {
    let sql = Sql::new(format!(
        "SELECT {} FROM devices d WHERE d.id = ?
         AND (d.family IS NULL OR EXISTS
            (SELECT 1 FROM families f WHERE f.id = d.family AND f.revoked = ? AND f.expires > ?))
         AND (d.session IS NULL OR EXISTS (SELECT 1 FROM sessions s WHERE s.digest = d.session AND s.expires > ?))",
        DeviceRow::COLUMNS
    ));
    let sql = sql.bind(waiting.device.to_string()).bind(false).bind(at).bind(at);
    let Some(device) = conn.first::<DeviceRow>(sql).await? else { return Ok(Ready::Gone) };
    let Some(place) = place(conn, waiting.room, device.person, at).await? else { return Ok(Ready::Nothing) };
    let PlaceRow { kind, title, read_message, read_number, level } = place;
    let kind = room_kind(&kind)?;
    let level = level.and_then(|word| Level::of(&word)).unwrap_or(Level::unsaid(kind));
    let mentioned = match level {
        Level::None => return Ok(Ready::Nothing),
        Level::All => "",
        Level::Mentions => {
            " AND EXISTS (SELECT 1 FROM mentions x
                WHERE x.room = m.room AND x.person IN (0, need.person) AND x.number = m.number AND x.message = m.id)"
        }
    };
    let sql = Sql::new(format!(
        "WITH need (room, person, newest, read, read_message) AS ({{}}) SELECT {MESSAGE}, {MORE}, {PERSON}
         FROM need CROSS JOIN messages m CROSS JOIN users u
         WHERE m.room = need.room AND m.id <= need.newest AND m.id > need.read_message AND m.number > need.read
         AND m.sender <> need.person AND m.deleted_at IS NULL AND u.id = m.sender{mentioned}
         ORDER BY m.id DESC LIMIT 1"
    ));
    let (room, person, newest) = (waiting.room.into(), device.person.into(), waiting.message.into());
    let need = [room, person, newest, read_number.into(), read_message.unwrap_or(0).into()];
    let Some(row) = conn.first::<SaidRow>(sql.rows(Rows::new([need]))).await? else { return Ok(Ready::Nothing) };
    Ok(Ready::Push(Push::of(devices::device(device)?, kind, title, &message(row)?)))
}

/// Returns a member to whom something may be pushed: not while they are suspended.
async fn place(conn: &Conn, room: RoomId, person: i64, at: Time) -> Worked<Option<PlaceRow>> {
    let sql = Sql::new(format!(
        "SELECT r.kind, r.title, m.read_message, m.read_number,
            (SELECT l.level FROM levels l WHERE l.person = m.person AND l.room = m.room)
         FROM members m JOIN rooms r ON r.id = m.room
         WHERE m.room = ? AND m.person = ? AND m.active AND {STANDS}
         AND NOT EXISTS (SELECT 1 FROM suspensions s WHERE s.person = m.person AND s.until > ?)"
    ));
    Ok(conn.first::<PlaceRow>(sql.bind(room).bind(person).bind(at)).await?)
}

/// Notes changes, if this holder has the lease.
pub(super) async fn note(conn: &Conn, notes: PushNotes, holder: u64) -> Worked<bool> {
    // A node that was frozen must not take back what another one has pushed.
    if Conn::SHARED && !feed::hold(conn, holder).await? {
        return Ok(false);
    }
    conn.write(upsert!(followers, std::iter::once(notes.fed), |fed| {
        key { name: "push" }
        set { no: fed }
    }))
    .await?;
    let done = notes.waiting.iter().filter(|(_, waiting)| waiting.is_none());
    let done = Rows::new(done.map(|((device, room), _)| [device.to_string().into(), (*room).into()]));
    if !done.is_empty() {
        conn.run(Write::other("DELETE FROM pushes WHERE (device, room) IN (", done, ")").into_sql("")).await?;
    }
    let waiting = notes.waiting.iter().filter_map(|(_, waiting)| *waiting);
    conn.write(upsert!(pushes, waiting, |waiting| {
        key { device: waiting.device.to_string(), room: waiting.room }
        set { person: waiting.person, message: waiting.message, since: waiting.since }
    }))
    .await?;
    conn.write(update!(devices, notes.tried.into_iter(), |(id, tried)| {
        key { id: id.to_string() }
        set { tries: tried.tries, due: tried.due, answer: tried.answer, tried_at: tried.at }
    }))
    .await?;
    devices::forget(conn, notes.ended.iter().map(Uuid::to_string).collect()).await?;
    Ok(true)
}

fn waiting(row: PushRow) -> Worked<Waiting> {
    Ok(Waiting {
        device: named(&row.device)?,
        person: user(row.person)?,
        room: room_id(row.room)?,
        message: message_id(row.message)?,
        since: Time(row.since),
    })
}

fn named(id: &str) -> Worked<Uuid> {
    id.parse().map_err(|_| WorkError::Broken(format!("`{id}` is no device of ours")))
}

/// Whether a member `m` wants to be pushed messages that mention them.
const HEARS: &str =
    "NOT EXISTS (SELECT 1 FROM levels l WHERE l.person = m.person AND l.room = m.room AND l.level = 'none')";

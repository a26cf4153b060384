//! Devices to which people are pushed what they miss, and their levels.

use chat_domain::devices::Tried;
use chat_domain::grant::Family;
use chat_domain::{Device, Level, RoomId, Time, UserId};

use super::Conn;
use super::reads::visible;
use crate::by_name::{insert, upsert};
use crate::rows::user;
use crate::sql::{Rows, Sql};
use crate::tables::devices::{DeviceRow, TriedRow};
use crate::work_error::{WorkError, Worked};

/// Returns the key that signs pushes. `fresh` becomes that key if there is none yet.
pub(super) async fn key(conn: &Conn, fresh: String) -> Worked<String> {
    conn.run(
        Sql::new("INSERT INTO push_key (one, key) VALUES (1, ?) ON CONFLICT (one) DO NOTHING").bind(fresh.clone()),
    )
    .await?;
    let kept = conn.first::<(String,)>(Sql::new("SELECT key FROM push_key WHERE one = 1")).await?;
    Ok(kept.map_or(fresh, |(key,)| key))
}

/// Adds a device, and removes the oldest if its person has too many.
pub(super) async fn add(conn: &Conn, device: Device, fed: u64, most: usize) -> Worked<bool> {
    conn.lock_names(&[LOCK]).await?;
    let sql = Sql::new("SELECT d.id, d.person FROM devices d WHERE d.address = ?").bind(device.address.clone());
    let known = conn.first::<(String, i64)>(sql).await?;
    let is_new = known.is_none();
    match known {
        Some((id, person)) if person == device.person.number() => {
            let sql =
                Sql::new("UPDATE devices SET p256dh = ?, auth = ?, tree = ?, family = ?, session = ? WHERE id = ?");
            let sql = sql.bind(device.key).bind(device.auth).bind(device.tree);
            conn.run(sql.bind(device.family.map(|family| family.0)).bind(device.session).bind(id)).await?;
        }
        other => {
            let sql = Sql::new("SELECT d.id FROM devices d WHERE d.person = ? ORDER BY d.created_at, d.id");
            let theirs = conn.load::<(String,)>(sql.bind(device.person)).await?;
            let surplus = (theirs.len() + 1).saturating_sub(most);
            let oldest = theirs.into_iter().map(|(id,)| id).take(surplus);
            forget(conn, other.map(|(id, _)| id).into_iter().chain(oldest).collect()).await?;
            put(conn, device, fed).await?;
        }
    }
    Ok(is_new)
}

async fn put(conn: &Conn, device: Device, fed: u64) -> Worked<()> {
    conn.write(insert!(devices, std::iter::once(device), |device| {
        id: device.id.to_string(),
        person: device.person,
        address: device.address,
        p256dh: device.key,
        auth: device.auth,
        tree: device.tree,
        family: device.family.map(|family| family.0),
        session: device.session,
        created_at: device.created_at,
        fed: fed,
        tries: 0u64,
        due: 0u64,
        answer: "",
    }))
    .await?;
    Ok(())
}

/// Removes these devices, and what waits for them.
pub(super) async fn forget(conn: &Conn, ids: Vec<String>) -> Worked<()> {
    if ids.is_empty() {
        return Ok(());
    }
    for from in ["pushes WHERE device", "devices WHERE id"] {
        let rows = Rows::new(ids.iter().map(|id| [id.clone().into()]));
        conn.run(Sql::new(format!("DELETE FROM {from} IN ({{}})")).rows(rows)).await?;
    }
    Ok(())
}

/// Removes a device, if it is this person's.
pub(super) async fn remove(conn: &Conn, person: UserId, address: String) -> Worked<()> {
    forget_where(
        conn,
        Sql::new("SELECT d.id FROM devices d WHERE d.address = ? AND d.person = ?").bind(address).bind(person),
    )
    .await
}

/// Removes all devices and levels of an erased person.
pub(super) async fn forget_all_of(conn: &Conn, person: UserId) -> Worked<()> {
    conn.run(Sql::new("DELETE FROM levels WHERE person = ?").bind(person)).await?;
    forget_where(conn, Sql::new("SELECT d.id FROM devices d WHERE d.person = ?").bind(person)).await
}

/// Removes the devices that were registered by a log-in with tokens.
pub(super) async fn forget_of_family(conn: &Conn, family: i64) -> Worked<()> {
    forget_where(conn, Sql::new("SELECT d.id FROM devices d WHERE d.family = ?").bind(family)).await
}

/// Removes the devices that were registered by a cookie session.
pub(super) async fn forget_of_session(conn: &Conn, digest: &str) -> Worked<()> {
    forget_where(conn, Sql::new("SELECT d.id FROM devices d WHERE d.session = ?").bind(digest.to_owned())).await
}

/// Removes the devices of log-ins that have expired, for as many log-ins as are deleted at a time.
pub(super) async fn forget_expired(conn: &Conn, now: Time, most: usize) -> Worked<()> {
    for (column, key, table) in [("session", "digest", "sessions"), ("family", "id", "families")] {
        let sql = format!(
            "SELECT d.id FROM devices d WHERE d.{column} IN
                (SELECT x.{key} FROM {table} x WHERE x.expires <= ? ORDER BY x.expires LIMIT ?)"
        );
        forget_where(conn, Sql::new(sql).bind(now).bind(most)).await?;
    }
    Ok(())
}

async fn forget_where(conn: &Conn, sql: Sql<'_>) -> Worked<()> {
    let found = conn.load::<(String,)>(sql).await?;
    forget(conn, found.into_iter().map(|(id,)| id).collect()).await
}

/// Returns a person's devices, oldest first, and how the last pushes to each went.
pub(super) async fn all_of(conn: &Conn, person: UserId) -> Worked<Vec<(Device, Tried)>> {
    let sql = Sql::new(format!(
        "SELECT {}, {} FROM devices d WHERE d.person = ? ORDER BY d.created_at, d.id",
        DeviceRow::COLUMNS,
        TriedRow::COLUMNS
    ));
    let rows = conn.load::<(DeviceRow, TriedRow)>(sql.bind(person)).await?;
    rows.into_iter().map(|(row, tried_row)| Ok((device(row)?, tried(tried_row)))).collect()
}

/// Sets of which messages of a room a member is pushed.
pub(super) async fn set_level(conn: &Conn, member: UserId, room: RoomId, level: Level) -> Worked<()> {
    visible(conn, member, room).await?;
    conn.write(upsert!(levels, std::iter::once(level), |level| {
        key { person: member, room: room }
        set { level: level.word() }
    }))
    .await?;
    Ok(())
}

/// Returns that level.
pub(super) async fn level(conn: &Conn, member: UserId, room: RoomId) -> Worked<Level> {
    let kind = visible(conn, member, room).await?.kind;
    let sql = Sql::new("SELECT l.level FROM levels l WHERE l.person = ? AND l.room = ?");
    let said = conn.first::<(String,)>(sql.bind(member).bind(room)).await?;
    Ok(said.and_then(|(word,)| Level::of(&word)).unwrap_or(Level::unsaid(kind)))
}

/// Returns the device of a row.
pub(super) fn device(row: DeviceRow) -> Worked<Device> {
    Ok(Device {
        id: row.id.parse().map_err(|_| WorkError::Broken(format!("`{}` is no device of ours", row.id)))?,
        person: user(row.person)?,
        address: row.address,
        key: row.p256dh,
        auth: row.auth,
        tree: row.tree,
        family: row.family.map(Family),
        session: row.session,
        created_at: Time(row.created_at),
    })
}

/// Returns how the last pushes to the device of a row went.
pub(super) fn tried(row: TriedRow) -> Tried {
    let tries = u32::try_from(row.tries).unwrap_or(u32::MAX);
    Tried { tries, due: Time(row.due), answer: row.answer, at: row.tried_at.map(Time) }
}

/// The number that is locked while a device is added.
const LOCK: i64 = 0x6465_7669_6365_7300;

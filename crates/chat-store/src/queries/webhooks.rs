//! Webhooks, and how far each was told.

use std::collections::HashMap;

use chat_domain::subscribers::{Owed, Progress, Subscribed, Webhook};
use chat_domain::{RoomId, Time, Uuid};

use super::{Conn, feed};
use crate::by_name::{insert, update};
use crate::rows::{count, room_id};
use crate::sql::Sql;
use crate::tables::subscribers::{OwedEventsRow, WebhookRow};
use crate::work_error::{WorkError, Worked};

/// Returns all webhooks, oldest first.
pub(super) async fn all(conn: &Conn) -> Worked<Vec<Subscribed>> {
    let sql = Sql::new(format!("SELECT {} FROM webhooks w ORDER BY w.created_at, w.id", WebhookRow::COLUMNS));
    let rows = conn.load::<WebhookRow>(sql).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::new("SELECT o.webhook, COUNT(*) FROM webhook_rooms o GROUP BY o.webhook");
    let owed: HashMap<String, i64> = conn.load::<(String, i64)>(sql).await?.into_iter().collect();
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let sql = Sql::new("SELECT COUNT(*) FROM (SELECT f.no FROM feed f WHERE f.no > ? LIMIT ?) b");
        let behind = conn.first::<(i64,)>(sql.bind(row.fed).bind(COUNTED)).await?.map_or(0, |(behind,)| behind);
        let rooms_behind = count(owed.get(&row.id).copied().unwrap_or(0))?;
        let (webhook, progress) = parted(row)?;
        all.push(Subscribed { webhook, progress, rooms_behind, entries_behind: count(behind)? });
    }
    Ok(all)
}

/// Adds a webhook, unless there are too many.
pub(super) async fn add(conn: &Conn, webhook: Webhook, fed: u64, most: usize) -> Worked<bool> {
    conn.lock_names(&[LOCK]).await?;
    let sql = Sql::new("SELECT COUNT(*) FROM webhooks w WHERE w.ended IS NULL");
    let standing = conn.first::<(i64,)>(sql).await?.map_or(0, |(count,)| count);
    if standing >= most as i64 {
        return Ok(false);
    }
    let rooms = spaced(webhook.rooms.iter().map(|room| room.number().to_string()));
    let (former, until) = webhook.former.unzip();
    let row = [webhook.id.to_string()].into_iter();
    conn.write(insert!(webhooks, row, |id| {
        id: id,
        address: webhook.address.clone(),
        wants: spaced(webhook.wants.iter().cloned()),
        rooms: rooms.clone(),
        secret: webhook.secret.clone(),
        former: former.clone(),
        former_until: until,
        created_at: webhook.created_at,
        fed: fed,
        why: "",
    }))
    .await?;
    Ok(true)
}

/// Gives a webhook another secret.
pub(super) async fn rotate(conn: &Conn, id: Uuid, secret: String, until: Time) -> Worked<bool> {
    let sql = Sql::new("UPDATE webhooks SET former = secret, former_until = ?, secret = ? WHERE id = ?");
    Ok(conn.run(sql.bind(until).bind(secret).bind(id.to_string())).await? > 0)
}

/// Removes a webhook.
pub(super) async fn remove(conn: &Conn, id: Uuid) -> Worked<bool> {
    let known = conn.run(Sql::new("DELETE FROM webhooks WHERE id = ?").bind(id.to_string())).await? > 0;
    conn.run(Sql::new("DELETE FROM webhook_rooms WHERE webhook = ?").bind(id.to_string())).await?;
    Ok(known)
}

/// Returns how far a webhook was told.
pub(super) async fn progress(conn: &Conn, id: Uuid) -> Worked<Option<Progress>> {
    let sql = Sql::new(format!("SELECT {} FROM webhooks w WHERE w.id = ?", WebhookRow::COLUMNS));
    let Some(row) = conn.first::<WebhookRow>(sql.bind(id.to_string())).await? else { return Ok(None) };
    let sql = Sql::new(format!("SELECT {} FROM webhook_rooms o WHERE o.webhook = ?", OwedEventsRow::COLUMNS));
    let owed = conn.load::<OwedEventsRow>(sql.bind(id.to_string())).await?;
    let owed = owed.into_iter().map(owed_events).collect::<Worked<_>>()?;
    Ok(Some(Progress { owed, ..parted(row)?.1 }))
}

/// Notes how far a webhook was told, if this holder has the lease.
pub(super) async fn note(conn: &Conn, id: Uuid, progress: Progress, holder: u64) -> Worked<bool> {
    // A node that was frozen must not take back what another one has told.
    if Conn::SHARED && !feed::hold(conn, holder).await? {
        return Ok(false);
    }
    let told = update!(webhooks, [&progress].into_iter(), |progress| {
        key { id: id.to_string() }
        set { fed: progress.fed, failing: progress.failing, why: &*progress.why, ended: progress.ended }
    });
    if conn.run(told.into_sql("")).await? == 0 {
        return Ok(false);
    }
    conn.run(Sql::new("DELETE FROM webhook_rooms WHERE webhook = ?").bind(id.to_string())).await?;
    conn.write(insert!(webhook_rooms, progress.owed.iter(), |owed| {
        webhook: id.to_string(),
        room: owed.room.map_or(feed::REPORTS, RoomId::number),
        next_seq: owed.next,
        to_seq: owed.upto,
        tries: owed.tries,
        since: owed.since,
        due: owed.due,
    }))
    .await?;
    Ok(true)
}

fn parted(row: WebhookRow) -> Worked<(Webhook, Progress)> {
    let bad = |text: &str| WorkError::Broken(format!("`{text}` is no webhook of ours"));
    let rooms = row.rooms.split_whitespace().map(|room| room_id(room.parse().map_err(|_| bad(room))?));
    let webhook = Webhook {
        id: row.id.parse().map_err(|_| bad(&row.id))?,
        address: row.address,
        wants: row.wants.split_whitespace().map(str::to_owned).collect(),
        rooms: rooms.collect::<Worked<_>>()?,
        secret: row.secret,
        former: row.former.zip(row.former_until.map(Time)),
        created_at: Time(row.created_at),
    };
    let (failing, ended) = (row.failing.map(Time), row.ended.map(Time));
    Ok((webhook, Progress { fed: count(row.fed)?, owed: Vec::new(), failing, why: row.why, ended }))
}

fn owed_events(row: OwedEventsRow) -> Worked<Owed> {
    Ok(Owed {
        room: (row.room != feed::REPORTS).then(|| room_id(row.room)).transpose()?,
        next: count(row.next_seq)?,
        upto: count(row.to_seq)?,
        tries: u32::try_from(row.tries).unwrap_or(u32::MAX),
        since: row.since.map(Time),
        due: Time(row.due),
    })
}

fn spaced(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// How many entries of the feed are counted at most that a webhook is behind.
const COUNTED: usize = 10_000;
/// The number that is locked while a webhook is added, so that the limit holds.
const LOCK: i64 = 0x7765_6268_6f6f_6b73;

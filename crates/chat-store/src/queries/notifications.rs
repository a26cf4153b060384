//! Notifications.

use std::sync::Arc;

use chat_domain::Limits;
use chat_domain::backplane::Tell;
use chat_domain::notification::{NewNotification, NotificationPage};
use chat_domain::{Notification, NotificationId, Refusal, Time, UserId};

use super::locks::name_lock;
use super::{Conn, people, tells};
use crate::by_name::insert;
use crate::rows::{AboutRow, NOTIFICATION, NotificationRow, notification};
use crate::sql::{Rows, Sql};
use crate::work_error::Worked;

/// Stores a notification, or finds the one that was stored under this name before.
pub(super) async fn notify(
    conn: &Conn,
    new: NewNotification,
    at: Time,
    limits: &Limits,
) -> Worked<(Arc<Notification>, bool)> {
    conn.lock_names(&[name_lock("notifications", new.user, "")]).await?;
    if let Some(earlier) = named(conn, &new).await? {
        let same = new.is_repeat_of(&earlier);
        return if same { Ok((earlier, false)) } else { Err(Refusal::Reused { message: None }.into()) };
    }
    if people::people(conn, [new.user]).await?.is_empty() {
        return Err(Refusal::UnknownUser.into());
    }
    let data = new.check(limits)?;
    let id = conn.take_ids("notifications", 1).await?.pop().unwrap_or(0);
    let row = insert!(notifications, [&new].into_iter(), |new| {
        person: new.user,
        id: id,
        kind: new.kind.word(),
        title: &*new.title,
        body: &*new.body,
        data: &*data,
        created_at: at,
        client_id: new.client_id.as_ref().map(|name| name.as_str()),
    });
    conn.run(row.into_sql("")).await?;
    let stored = these(conn, [(new.user.number(), id)].into_iter()).await?.pop();
    let stored = stored.ok_or(Refusal::UnknownNotification)?;
    tells::note(conn, &Tell::Notification(stored.clone())).await?;
    Ok((stored, true))
}

/// Returns a page of a user's notifications, newest first.
pub(super) async fn page(conn: &Conn, user: UserId, page: NotificationPage) -> Worked<Vec<Arc<Notification>>> {
    let which = match page.is_read {
        None => "",
        Some(true) => " AND n.read_at IS NOT NULL",
        Some(false) => " AND n.read_at IS NULL",
    };
    let sql = select(&format!("WHERE n.person = ? AND n.id < ?{which} ORDER BY n.id DESC LIMIT ?"));
    let before = page.before.map_or(i64::MAX, NotificationId::number);
    let rows = conn.load::<(NotificationRow, AboutRow)>(sql.bind(user).bind(before).bind(page.limit)).await?;
    rows.into_iter().map(notification).collect()
}

/// Marks a notification as read. Only the first time counts.
pub(super) async fn read(conn: &Conn, user: UserId, id: NotificationId, at: Time) -> Worked<Arc<Notification>> {
    let sql = Sql::new("UPDATE notifications SET read_at = ? WHERE person = ? AND id = ? AND read_at IS NULL");
    conn.run(sql.bind(at).bind(user).bind(id)).await?;
    let found = these(conn, [(user.number(), id.number())].into_iter()).await?.pop();
    Ok(found.ok_or(Refusal::UnknownNotification)?)
}

/// Marks all notifications of a user as read. Returns how many were unread.
pub(super) async fn read_all(conn: &Conn, user: UserId, at: Time) -> Worked<u64> {
    let sql = Sql::new("UPDATE notifications SET read_at = ? WHERE person = ? AND read_at IS NULL");
    Ok(conn.run(sql.bind(at).bind(user)).await? as u64)
}

async fn named(conn: &Conn, new: &NewNotification) -> Worked<Option<Arc<Notification>>> {
    let Some(name) = &new.client_id else { return Ok(None) };
    let sql = select("WHERE n.person = ? AND n.client_id = ?");
    let row = conn.first::<(NotificationRow, AboutRow)>(sql.bind(new.user).bind(name.as_str())).await?;
    row.map(notification).transpose()
}

/// Returns these notifications, each given by its user and its id. Unknown ones are left out.
pub(super) async fn these(conn: &Conn, of: impl Iterator<Item = (i64, i64)>) -> Worked<Vec<Arc<Notification>>> {
    let of: Vec<_> = of.map(|(person, id)| [person.into(), id.into()]).collect();
    // Postgres must know the types of rows, even if there are none.
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let sql = select("WHERE (n.person, n.id) IN ({}) ORDER BY n.person, n.id").rows(Rows::new(of));
    conn.load::<(NotificationRow, AboutRow)>(sql).await?.into_iter().map(notification).collect()
}

/// Selects notifications with the messages that they are about, as these are now.
fn select(which: &str) -> Sql<'static> {
    Sql::new(format!(
        "SELECT {NOTIFICATION}, x.room, x.id, CASE WHEN s.unsaid THEN '' ELSE substr(x.content, 1, {}) END, s.name
         FROM notifications n
         LEFT JOIN messages x ON x.room = n.room AND x.id = n.message LEFT JOIN users s ON s.id = x.sender {which}",
        chat_domain::quote::EXCERPT
    ))
}

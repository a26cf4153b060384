//! Notifications, and the mentions of messages.

use std::sync::Arc;

use chat_domain::{Notification, NotificationId, NotificationKind, Time};

use super::answers::AboutRow;
use super::{row, table};
use crate::rows::{bad, message_id, room_id, user};
use crate::work_error::Worked;

table! {
    /// The notifications of users.
    notifications { id, person, kind, title, body, data, created_at, read_at, client_id, room, message }
}

table! {
    /// Whom messages mention.
    mentions { room, person, number, message, sender }
}

table! {
    /// Notifications that messages owe, by person. If everybody is owed one, those after `after` are.
    owed { room, message, person, after }
}

row! {
    /// A notification, of `notifications n`.
    NotificationRow of notifications as "n" {
        id: i64,
        person: i64,
        kind: String,
        title: String,
        body: String,
        data: String,
        created_at: i64,
        read_at: Option<i64>,
    }
}

/// The columns of a [`NotificationRow`].
pub(crate) const NOTIFICATION: &str = NotificationRow::COLUMNS;

/// Reads a notification, with the text of the message that it is about.
pub(crate) fn notification((row, about): (NotificationRow, AboutRow)) -> Worked<Arc<Notification>> {
    let stored = plain_notification(row)?;
    let Some(message) = about.message.zip(about.room) else { return Ok(Arc::new(stored)) };
    let about_it = (room_id(message.1)?, message_id(message.0)?);
    let (author, excerpt) = (about.author.unwrap_or_default(), about.excerpt.unwrap_or_default());
    let told = Notification::of_mention(stored.id, stored.user, about_it, &author, &excerpt);
    Ok(Arc::new(Notification { created_at: stored.created_at, read_at: stored.read_at, ..told }))
}

fn plain_notification(row: NotificationRow) -> Worked<Notification> {
    Ok(Notification {
        id: NotificationId::new(row.id).ok_or_else(|| bad("a notification's id", &row.id))?,
        user: user(row.person)?,
        kind: NotificationKind::from_word(&row.kind).ok_or_else(|| bad("a kind of notification", &row.kind))?,
        title: row.title,
        body: row.body,
        data: row.data.into(),
        created_at: Time(row.created_at),
        read_at: row.read_at.map(Time),
    })
}

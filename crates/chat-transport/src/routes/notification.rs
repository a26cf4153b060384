//! Notifications: listing them, and marking them as read.

use chat_domain::Notification;
use chat_domain::notification::NotificationPage;
use chat_protocol::Trouble;
use chat_protocol::rest::{Reply, answer};

use super::call::Call;
use crate::account::caller::Caller;

pub(super) async fn list(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let (query, limit) = (&call.query, call.query.limit()?);
    let before = query.notification("before_id", call.target.tree)?;
    let page = NotificationPage { is_read: query.flag("is_read")?, before, limit: limit + 1 };
    let found = call.app.journal.notifications(caller.id(), page).await?;
    let shown = found.iter().take(limit).map(|notification| -> &Notification { notification });
    Ok(answer::notifications(shown, found.len() > limit))
}

pub(super) async fn read(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    let notification = call.app.journal.read_notification(caller.id(), call.notification()?, call.now).await?;
    Ok(answer::notification_read(&notification, call.now))
}

pub(super) async fn read_all(call: &Call<'_>, caller: &Caller) -> Result<Reply, Trouble> {
    Ok(answer::updated(call.app.journal.read_all_notifications(caller.id(), call.now).await?))
}

//! Answers about notifications, and to back ends that told people something.

use chat_domain::{Notification, Time};

use super::super::Tree;
use super::{Reply, reply};
use crate::dialect::socketio::notification_fields;

/// Returns a notification that a back end made.
pub fn notification(status: u16, notification: &Notification) -> Reply {
    reply(Tree::V2, status, |o| {
        o.nest("data", |o| notification_fields(o, notification));
    })
}

/// Returns a page of notifications, newest first; `more` says whether there are older ones.
pub fn notifications<'a>(page: impl ExactSizeIterator<Item = &'a Notification> + Clone, more: bool) -> Reply {
    let last = page.clone().last().filter(|_| more);
    reply(Tree::V2, 200, |o| {
        o.objects("data", page, notification_fields);
        o.put("next_before", last.map(|notification| notification.id.uuid()));
    })
}

/// Returns a notification that was read, now or before.
pub fn notification_read(notification: &Notification, now: Time) -> Reply {
    reply(Tree::V2, 200, |o| {
        o.nest("data", |o| {
            o.put("notification_id", notification.id.uuid()).put("is_read", true);
            o.put("read_at", Tree::V2.moment(notification.read_at.unwrap_or(now)));
        });
    })
}

/// Returns how many notifications were marked as read.
pub fn updated(count: u64) -> Reply {
    reply(Tree::V2, 200, |o| {
        o.nest("data", |o| {
            o.put("updated", count);
        });
    })
}

/// Returns to how many people something was told.
pub fn told(people: usize) -> Reply {
    reply(Tree::V2, 202, |o| {
        o.nest("data", |o| {
            o.put("recipients", people as u64);
        });
    })
}

//! Notifications, and what back ends are told.

use chat_domain::{Notification, Time};

use super::super::Tree;
use super::{Reply, reply};
use crate::dialect::socketio::notification_fields;

/// A notification that a back end has made.
pub fn notification(status: u16, notification: &Notification) -> Reply {
    reply(Tree::V2, status, |o| {
        o.nest("data", |o| notification_fields(o, notification));
    })
}

/// A page of notifications, newest first; there are older ones if `more`.
pub fn notifications<'a>(page: impl ExactSizeIterator<Item = &'a Notification> + Clone, more: bool) -> Reply {
    let last = page.clone().last().filter(|_| more);
    reply(Tree::V2, 200, |o| {
        o.objects("data", page, notification_fields);
        o.put("next_before", last.map(|notification| notification.id.uuid()));
    })
}

/// A notification that was read, now or before.
pub fn notification_read(notification: &Notification, now: Time) -> Reply {
    reply(Tree::V2, 200, |o| {
        o.nest("data", |o| {
            o.put("notification_id", notification.id.uuid()).put("is_read", true);
            o.put("read_at", Tree::V2.moment(notification.read_at.unwrap_or(now)));
        });
    })
}

/// How many notifications were read at once.
pub fn updated(count: u64) -> Reply {
    reply(Tree::V2, 200, |o| {
        o.nest("data", |o| {
            o.put("updated", count);
        });
    })
}

/// Something was passed on to so many people, as far as they are here.
pub fn told(people: usize) -> Reply {
    reply(Tree::V2, 202, |o| {
        o.nest("data", |o| {
            o.put("recipients", people as u64);
        });
    })
}

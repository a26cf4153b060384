//! The rows of a room's log.

use crate::event::{Change, Event};
use crate::extra::Noted;
use crate::rows::{LogKind, LogRow};

impl LogRow {
    /// Returns the row of a durable change that is not a message; `None` for any other change.
    pub(super) fn of(event: &Event) -> Option<LogRow> {
        let row = |kind| LogRow {
            room: event.room,
            seq: event.head.seq,
            at: event.at,
            actor: event.actor.id(),
            kind,
            message: None,
            user: None,
            heir: None,
            text: None,
        };
        let about = |kind, message| Some(LogRow { message: Some(message), ..row(kind) });
        match &event.change {
            Change::Created { title, .. } => Some(LogRow { text: title.clone(), ..row(LogKind::Created) }),
            Change::Added { person } => Some(LogRow { user: Some(person.id()), ..row(LogKind::Added) }),
            Change::Removed { person, heir } => {
                Some(LogRow { user: Some(person.id()), heir: *heir, ..row(LogKind::Removed) })
            }
            Change::Closed => Some(row(LogKind::Closed)),
            Change::Edited { message } => about(LogKind::Edited, message.id),
            Change::Deleted { message, .. } => about(LogKind::Deleted, *message),
            Change::Liked { message, .. } => about(LogKind::Liked, *message),
            Change::Unliked { message, .. } => about(LogKind::Unliked, *message),
            Change::Extra(extra) => {
                let Noted { kind, message, user, text } = extra.noted();
                Some(LogRow { message, user, text, ..row(kind) })
            }
            Change::Sent { .. } | Change::Read(_) | Change::Delivered(_) => None,
        }
    }
}

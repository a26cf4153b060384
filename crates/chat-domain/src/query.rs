//! What people see of a whole chat. A store gives the same answers out of its tables.

mod belongings;
mod find;
mod history;
mod lobby;
mod marks;
mod moderation;
mod oversight;
mod replay;
mod rooms;

#[cfg(all(test, feature = "std"))]
pub(crate) use rooms::unread;

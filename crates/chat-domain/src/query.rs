//! What people see of a whole chat. The store gives the same answers.

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

//! The durable journal: a chat in SQLite or Postgres, behind the two ports of `chat-domain`.
//!
//! [`Store::open`] takes the address of a database and a sink. Orders wait in a queue; a committer takes what has queued while
//! the last transaction was committed, loads what these commands need with one question per table into a partial
//! [`chat_domain::Chat`], lets it decide, writes what became new with one statement per table, commits, and only then answers.
//! No rule is decided here. What a committer remembers of its rooms it does not ask for again: on SQLite nobody else writes; on
//! Postgres a message from memory is one statement that does nothing where memory is wrong.
//!
//! The questions are written once (`queries/`) and compiled twice, over the connection of each database.

mod backup;
mod error;
mod outage;
mod postgres;
mod room_cache;
mod rows;
mod shape;
mod sql;
mod sqlite;
mod store;
mod table;
mod tables;
mod work;
mod work_error;

pub use backup::back_up;
pub use error::{BackupError, OpenError};
pub use store::{Store, file};
pub use work::Options;

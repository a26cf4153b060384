//! A chat that is stored in SQLite or Postgres: [`Store`] implements the ports of `chat-domain`.
//!
//! ```
//! use std::sync::Arc;
//!
//! use chat_domain::directory::NewAccount;
//! use chat_domain::view::Page;
//! use chat_domain::{Command, Directory, Draft, Journal, Order, Settled, Sink, Time};
//! use chat_store::{Options, Store};
//!
//! /// Tells the other members what happens; here nobody listens.
//! struct Nobody;
//!
//! impl Sink for Nobody {
//!     fn settled(&self, _: Vec<Settled>) {}
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let store = Store::open("sqlite::memory:", Options::default(), Arc::new(Nobody)).await?;
//!     let (username, password) = ("anna".to_owned(), "a digest".to_owned());
//!     let anna = store.register(NewAccount { username, name: None, avatar: String::new(), password }).await?.person.id();
//!
//!     let order = |command| Order { actor: anna, at: Time::from_secs(1), command, origin: None };
//!     let made = Command::CreateGroup { title: "Books".into(), members: vec![], client_id: None };
//!     let room = store.execute(order(made)).await?.event().ok_or("a new group")?.room;
//!     store.execute(order(Command::Send { room, draft: Draft::text("hello"), client_id: None })).await?;
//!
//!     // What was answered is durable, and everybody can read it.
//!     let history = store.history(anna, room, Page::Newest, 50).await?;
//!     assert_eq!(&*history.messages[0].message.content, "hello");
//!     store.close().await;
//!     Ok(())
//! }
//! ```
//!
//! [`Store::open`] takes the address of a database and a sink. Orders wait in a queue. A committer takes everything that has
//! queued while the last transaction was committed, loads what these commands need into a partial [`chat_domain::Chat`]
//! with one question for each table, lets the chat decide, writes the new rows with one statement for each table, commits,
//! and only then answers. It decides no rule itself. A committer does not ask again for what it remembers of its rooms: on
//! SQLite nobody else writes; on Postgres, a message that was decided from memory is one statement, which does nothing if
//! memory is wrong.
//!
//! [`Journal::feed`](chat_domain::Journal::feed) is everything that was committed, in one order, for readers that follow all
//! rooms. The stores that are open on a database write it, a moment after their commits.
//!
//! The questions are written once (`queries/`), and compiled twice, for the connection of each database.

mod archive;
mod backup;
mod by_name;
mod cells;
mod company;
mod erasures;
mod error;
mod heard;
mod index;
mod migrations;
mod outage;
mod pace;
mod postgres;
mod readable;
mod reindex;
mod room_cache;
mod rows;
mod sql;
mod sqlite;
mod store;
mod tables;
mod work;
mod work_error;

pub use archive::{Numbered, Record, export};
pub use backup::{back_up, files_of_copy, restore};
pub use error::{BackupError, OpenError};
pub use reindex::{reindex, unindexed};
pub use store::{Store, file, is_shared};
#[doc(hidden)]
pub use tables::{ONLY_POSTGRES, ONLY_SQLITE, TABLES};
pub use work::Options;

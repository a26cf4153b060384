//! What a chat is and what may happen in it.
//!
//! No I/O, no clock and no randomness: time, ids and chance arrive as values. [`Chat::execute`] decides a [`Command`]
//! and tells what became of it; the same `Chat` is a whole chat in memory, the model in property tests, and the working
//! set that a durable store fills with the rows of one transaction.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod bucket;
pub mod chat;
pub mod command;
pub mod digest;
pub mod directory;
pub mod event;
pub mod id;
pub mod journal;
pub mod known;
#[cfg(feature = "std")]
pub mod memory;
pub mod message;
pub mod metadata;
mod needs;
pub mod notification;
pub mod person;
pub mod presence;
mod query;
pub mod refusal;
pub mod room;
pub mod rows;
mod rules;
pub mod time;
pub mod typing;
pub mod view;

pub use bucket::{Bucket, Rate};
pub use chat::{Chat, Limits};
pub use command::{ClientId, Command, Draft, Fact, Ids, Stamp};
pub use digest::Digest;
pub use directory::{Account, Directory};
pub use event::{Change, Event, Head, Likes, Outcome, Read, Standing, Status};
pub use id::{MessageId, NotificationId, RoomId, UserId, Uuid};
pub use journal::{Answer, Failure, Journal, Order, Origin, Settled, Sink};
pub use known::{FirstMade, FirstSent, InLobby, Known, Place, Written};
#[cfg(feature = "std")]
pub use memory::Memory;
pub use message::{Message, MessageKind};
pub use metadata::Value;
pub use notification::{Notification, NotificationKind};
pub use person::{Handle, Mood, Person};
pub use presence::{Presence, PresenceSign, Shift, Socket};
pub use refusal::Refusal;
pub use room::{Member, Position, Role, Room, RoomKind};
pub use rows::{DirectRow, LikeRow, LobbyRow, LogKind, LogRow, MadeRow, Reach, Receipt, Roster, Seen, SentRow};
pub use time::Time;
pub use typing::{Typed, Typing, TypingSign};

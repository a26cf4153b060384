//! What a chat is and what may happen in it: rooms, messages, likes, read positions, typing, presence.
//!
//! No I/O, no clock and no randomness: time, ids and chance arrive as values. Somebody gives a [`Command`], [`Chat::execute`]
//! decides it by all the rules there are, applies it, and says what became of it: an [`Event`] that everybody in the room is
//! to hear, the same event again because it was [so already](Outcome::Already), or a [`Refusal`].
//!
//! ```
//! use chat_domain::*;
//! # use std::sync::Arc;
//! # let (ann, bob) = (UserId::new(1).unwrap(), UserId::new(2).unwrap());
//! # let person = |id: UserId, name: &str| Fact::Person(id, Some(Arc::new(Person {
//! #     handle: id.into(), username: name.into(), name: name.into(), avatar: String::new() })));
//! # let stamp = |actor, n| Stamp { actor, at: Time::from_secs(n), ids: Ids {
//! #     room: RoomId::new(n).unwrap(), message: MessageId::new(n).unwrap() } };
//! let mut chat = Chat::new(Limits::default());
//! chat.learn(person(ann, "ann"));
//! chat.learn(person(bob, "bob"));
//! let opened = chat.execute(stamp(ann, 1), Command::OpenDirect { with: bob })?;
//! let room = opened.event().unwrap().room;
//! let hello = Command::Send { room, draft: Draft::text("Hello!"), client_id: ClientId::new("1") };
//! assert!(matches!(chat.execute(stamp(ann, 2), hello.clone())?, Outcome::Happened(_)));
//! assert!(matches!(chat.execute(stamp(ann, 3), hello)?, Outcome::Already(_)));
//! assert_eq!(chat.chat(bob, room)?.unread, 1);
//! assert_eq!(chat.execute(stamp(ann, 4), Command::OpenDirect { with: ann }).unwrap_err().to_string(),
//!     "`user_id` must be somebody else");
//! # Ok::<(), Refusal>(())
//! ```
//!
//! # One chat, three uses
//!
//! - **In memory.** [`Chat::new`] knows everything that happened in it. It answers what people ask to see: [`Chat::history`],
//!   [`Chat::chats`], [`Chat::replay`] and others. [`Memory`] puts a lock around one and speaks the two ports.
//! - **Before a store.** [`Chat::partial`] is the working set of one transaction. [`Command::needs`] names the [`Need`]s that
//!   a command's rules may ask; the store answers each with a [`Fact`], the working set executes the commands in order, and
//!   [`Chat::take_written`] hands back the rows to write. So a store holds no rule.
//! - **As a copy.** [`Chat::apply`] takes over the events that another chat decided.
//!
//! # What passes and is not kept
//!
//! [`Presence`], [`Typing`] and [`Bucket`] are machines that their owner drives: a sign and the present time go in, what is
//! to be told comes out, and a deadline says when to come back.
//!
//! # The ports
//!
//! [`Journal`] remembers what happens in rooms, [`Directory`] knows who people are. What serves clients is written against
//! these two and works with every implementation.
//!
//! # Floors
//!
//! The modules stand on floors, and each uses only its own floor and those below: *values* ([`id`], [`time`], [`person`],
//! [`room`], [`message`], [`reception`] …), *rows and words* ([`command`], [`fact`], [`event`], [`rows`], [`view`] …),
//! *machines* ([`chat`], [`presence`], [`typing`], [`bucket`]), *rules* (mostly private: a rule is reached through
//! [`Chat::execute`]; [`replay`]), *ports* ([`journal`], [`directory`]).
//!
//! # Features
//!
//! `std` (on by default) brings [`Memory`]; without it the crate needs only `alloc`. `serde` derives `Serialize` and
//! `Deserialize` for everything that is a value.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// Values: what everything else is made of.
mod checks;
pub mod id;
pub mod limits;
pub mod message;
pub mod metadata;
pub mod person;
pub mod reception;
pub mod refusal;
pub mod room;
pub mod time;

// Rows and words: what is asked for, what happened, what is kept.
pub mod command;
pub mod digest;
pub mod event;
pub mod fact;
mod needs;
pub mod notification;
pub mod rows;
pub mod view;

// Machines: what remembers.
pub mod bucket;
pub mod chat;
pub mod presence;
pub mod typing;

// Rules: what may happen, and who sees what.
mod execute;
mod query;
pub mod replay;
mod rules;

// Ports: what a host gives.
mod admission;
pub mod directory;
pub mod journal;
#[cfg(feature = "std")]
pub mod memory;

pub use bucket::{Bucket, Rate};
pub use chat::Chat;
pub use command::{ClientId, Command, Draft, Ids, Need, Stamp};
pub use digest::Digest;
pub use directory::{Account, Directory};
pub use event::{Change, Event, Outcome, Read};
pub use fact::{Fact, FirstMade, FirstSent, InLobby, Ordinal, Written};
pub use id::{MessageId, NotificationId, RoomId, UserId, Uuid};
pub use journal::{Answer, Failure, Journal, Order, Origin, Settled, Sink};
pub use limits::Limits;
#[cfg(feature = "std")]
pub use memory::Memory;
pub use message::{Message, MessageKind};
pub use metadata::Value;
pub use notification::{Notification, NotificationKind};
pub use person::{Handle, Mood, Person};
pub use presence::{Presence, PresenceSign, Shift, Socket};
pub use reception::{Likes, Reception, Status};
pub use refusal::Refusal;
pub use room::{Head, Member, Position, Role, Room, RoomKind};
pub use rows::{DirectRow, LikeRow, LobbyRow, LogKind, LogRow, MadeRow, Reach, Readership, Receipt, Roster, SentRow};
pub use time::Time;
pub use typing::{Typed, Typing, TypingSign};

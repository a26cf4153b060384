//! What a chat is and what may happen in it: rooms, messages, likes, read positions, typing, presence.
//!
//! The crate has no I/O, no clock and no randomness: time, ids and chance arrive as values. [`Chat::execute`] decides a
//! [`Command`] by all the rules there are and applies it. It returns what became of it: an [`Event`] that everybody in the
//! room is to be told, an event for what was [so already](Outcome::Already), or a [`Refusal`].
//!
//! # A whole chat in memory
//!
//! A chat made with [`Chat::new`] knows everything that happened in it, and answers what people ask to see:
//! [`Chat::history`], [`Chat::chats`], [`Chat::replay`] and others. Its owner gives it the people, the time, and the next
//! free ids.
//!
//! ```
//! use std::sync::Arc;
//!
//! use chat_domain::view::Page;
//! use chat_domain::{
//!     Chat, ClientId, Command, Draft, Fact, Handle, Ids, Limits, MessageId, Outcome, Person, Refusal, RoomId, Stamp, Time,
//!     UserId,
//! };
//!
//! fn person(number: i64, name: &str) -> Option<Arc<Person>> {
//!     let handle = Handle::from(UserId::new(number)?);
//!     Some(Arc::new(Person { handle, username: name.into(), name: name.into(), avatar: String::new() }))
//! }
//!
//! /// Who asks, when, and the numbers that a new room or message would get.
//! fn stamp(actor: UserId, number: i64) -> Option<Stamp> {
//!     let ids = Ids { room: RoomId::new(number)?, message: MessageId::new(number)? };
//!     Some(Stamp { actor, at: Time::from_secs(number), ids })
//! }
//!
//! fn talk() -> Option<()> {
//!     let mut chat = Chat::new(Limits::default());
//!     let (ann, bob) = (UserId::new(1)?, UserId::new(2)?);
//!     chat.learn(Fact::Person(ann, person(1, "ann")));
//!     chat.learn(Fact::Person(bob, person(2, "bob")));
//!
//!     let opened = chat.execute(stamp(ann, 1)?, Command::OpenDirect { with: bob }).ok()?;
//!     let room = opened.event()?.room;
//!     let hello = Command::Send { room, draft: Draft::text("Hello!"), client_id: ClientId::new("1") };
//!     assert!(matches!(chat.execute(stamp(ann, 2)?, hello.clone()), Ok(Outcome::Happened(_))));
//!     // The network was slow, and the message comes again: nothing happens twice.
//!     assert!(matches!(chat.execute(stamp(ann, 3)?, hello), Ok(Outcome::Already(_))));
//!     assert_eq!(chat.chat(bob, room).ok()?.unread, 1);
//!
//!     let refusal = chat.execute(stamp(ann, 4)?, Command::OpenDirect { with: ann }).unwrap_err();
//!     assert_eq!(refusal.to_string(), "`person` must be somebody else");
//!
//!     // Saved as rows (with the feature `serde`: as JSON or anything else), and loaded again.
//!     let again = Chat::load(Limits::default(), chat.save());
//!     assert_eq!(again.history(bob, room, Page::Newest, 50), chat.history(bob, room, Page::Newest, 50));
//!     Some(())
//! }
//!
//! talk().expect("small numbers are ids");
//! ```
//!
//! [`InMemory`] puts a lock around a chat and implements the ports.
//!
//! # The working set of a transaction, before a store
//!
//! A chat made with [`Chat::partial`] knows only what it learns. [`Command::needs`] names what a command's rules may ask. The
//! store answers each [`Need`] with a [`Fact`], this working set executes the commands in order, and [`Chat::take_written`]
//! hands back the rows to write. So a store has no rules.
//!
//! ```
//! use chat_domain::fact::Written;
//! use chat_domain::id::NotId;
//! use chat_domain::{Chat, Command, Fact, Ids, Limits, Need, Outcome, Refusal, Stamp, Time};
//!
//! /// Whatever keeps rows; only what this example needs of it.
//! trait Store {
//!     fn look_up(&self, need: &Need) -> Fact;
//!     fn write(&mut self, rows: Written);
//! }
//!
//! /// One transaction. Everything that its commands need is looked up before the first one is executed.
//! fn transact(store: &mut impl Store, orders: Vec<(Stamp, Command)>) -> Vec<Result<Outcome, Refusal>> {
//!     let mut set = Chat::partial(Limits::default());
//!     for (stamp, command) in &orders {
//!         for need in command.needs(stamp.actor) {
//!             set.learn(store.look_up(&need));
//!         }
//!     }
//!     let outcomes = orders.into_iter().map(|(stamp, command)| set.execute(stamp, command)).collect();
//!     store.write(set.take_written());
//!     outcomes
//! }
//!
//! /// An empty store, which has nothing that it is asked for.
//! struct Empty;
//!
//! impl Store for Empty {
//!     fn look_up(&self, need: &Need) -> Fact {
//!         Chat::new(Limits::default()).answer(need)
//!     }
//!
//!     fn write(&mut self, rows: Written) {
//!         assert!(rows.is_empty(), "nobody is there to do anything");
//!     }
//! }
//!
//! fn main() -> Result<(), NotId> {
//!     let (actor, room, message) = (1.try_into()?, 1.try_into()?, 1.try_into()?);
//!     let stamp = Stamp { actor, at: Time::from_secs(1), ids: Ids { room, message } };
//!     assert_eq!(transact(&mut Empty, vec![(stamp, Command::Search)]), [Err(Refusal::UnknownUser)]);
//!     Ok(())
//! }
//! ```
//!
//! # A copy
//!
//! [`Chat::apply`] takes over the events that another chat decided. Events tell what everybody in a room may know. So a copy
//! does not have the names of requests, the lobby and its leases, delivered positions in quiet rooms, people who are in no
//! room, and when anybody was last seen. [`Chat::save`] and [`Chat::load`] keep all of this.
//!
//! # Presence, typing and rates
//!
//! [`Presence`] and [`Typing`] are not stored. Their owner gives them signs with the present time, gets what is to be told,
//! and comes back at their deadline. A [`Bucket`] limits how often somebody may do something.
//!
//! # The ports
//!
//! [`Journal`] remembers what happens in rooms, and [`Directory`] knows who people are; [`Files`], [`Devices`] and
//! [`Subscribers`] remember uploaded files, devices for pushes, and webhooks. Whatever serves clients is written against
//! these ports and works with every implementation. Several nodes tell each other what happens through a
//! [`Backplane`](backplane::Backplane).
//!
//! # Floors
//!
//! The modules stand on floors. Each uses only its own floor and those below: *values* ([`id`], [`time`], [`person`],
//! [`room`], [`message`], [`reception`] …), *rows and words* ([`command`], [`fact`], [`event`], [`rows`], [`view`] …),
//! *machines* ([`chat`], [`presence`], [`typing`], [`bucket`]), *rules* (private and reached through [`Chat::execute`], except
//! for [`replay`]), *ports* ([`journal`], [`around`], [`directory`], [`devices`], [`subscribers`], [`files`], [`backplane`]).
//!
//! # Features
//!
//! `std` (on by default) adds [`InMemory`], and lets a search find other forms of a word; without it the crate needs only
//! `alloc`. `serde` derives `Serialize` and `Deserialize` for everything that a [`Chat`] takes and gives.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// Values: what everything else is made of.
mod checks;
pub mod emoji;
pub mod file;
pub mod id;
pub mod limits;
pub mod mentions;
pub mod message;
pub mod metadata;
pub mod moderation;
pub mod names;
pub mod person;
pub mod quote;
pub mod reception;
pub mod refusal;
pub mod room;
pub mod tally;
pub mod time;
pub mod words;

// Rows and words: what is asked for, what happened, what is stored.
mod client_id;
pub mod command;
pub mod digest;
pub mod event;
pub mod extra;
pub mod fact;
pub mod feed;
pub mod find;
mod need;
mod needs;
pub mod notification;
pub mod oversight;
pub mod report;
pub mod retention;
pub mod rows;
pub mod suspension;
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

// Ports: what a server or another host implements.
mod account;
mod admission;
pub mod around;
pub mod backplane;
pub mod devices;
pub mod directory;
pub mod erasing;
pub mod files;
pub mod grant;
pub mod journal;
#[cfg(feature = "std")]
pub mod memory;
mod order;
pub mod subscribers;

pub use bucket::{Bucket, Rate};
pub use chat::{Chat, Saved};
pub use command::{ClientId, Command, Draft, Ids, Need, Stamp};
pub use devices::{Device, Devices, Level};
pub use digest::Digest;
pub use directory::{Account, Directory};
pub use emoji::Emoji;
pub use erasing::{Erasing, Erasure};
pub use event::{Change, Event, Outcome, Read};
pub use extra::Extra;
pub use fact::{Fact, FirstMade, FirstSent, InLobby, Ordinal, Written};
pub use feed::FeedEntry;
pub use file::{Bond, File, FileId, FileRow};
pub use files::Files;
pub use find::{Find, Found, Hit, Sought};
pub use id::{MessageId, NotificationId, ReportId, RoomId, UserId, Uuid};
pub use journal::{Answer, Failure, Journal, Order, Origin, Settled, Sink};
pub use limits::Limits;
#[cfg(feature = "std")]
pub use memory::InMemory;
pub use mentions::Mentions;
pub use message::{Message, MessageKind};
pub use metadata::Value;
pub use moderation::{Act, Amendment, Audited, Banned, Sentence, Standing};
pub use notification::{Notification, NotificationKind};
pub use person::{Handle, Mood, Person};
pub use presence::{Presence, PresenceSign, Shift, Socket};
pub use quote::{InReply, Quote};
pub use reception::{Likes, Reception, Status};
pub use refusal::Refusal;
pub use report::{NewReport, Report, ReportsPage};
pub use retention::Vanished;
pub use room::{Head, Member, Position, Role, Room, RoomKind};
pub use rows::{
    AuditRow, BlockRow, DirectRow, LobbyRow, LogKind, LogRow, MadeRow, PurgeRow, Reach, ReactionRow, Readership,
    Receipt, Roster, SentRow,
};
pub use subscribers::Subscribers;
pub use suspension::Suspension;
pub use tally::{Tallies, Tally};
pub use time::Time;
pub use typing::{Typed, Typing, TypingSign};

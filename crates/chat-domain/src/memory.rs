//! A journal and a directory in memory: for embedding, for tests, and as the model that stores are compared with.

use std::sync::{Mutex, MutexGuard, PoisonError};

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::future::ready;
use core::time::Duration;

use crate::chat::Chat;
use crate::command::{Ids, Stamp};
use crate::event::{Change, Outcome};
use crate::feed::FeedEntry;
use crate::id::{MessageId, RoomId};
use crate::journal::{Answer, Failure, Order, Settled, Sink};
use crate::limits::Limits;
use crate::report::Report;
use crate::subscribers::Subscribed;

mod accounts;
pub mod bus;
mod devices;
mod directory;
mod files;
mod journal;
mod notifications;
mod pushed;
mod reports;
mod retention;
mod shelf;
mod subscribers;

use accounts::Accounts;
use notifications::Notifications;
use pushed::Pushed;
use shelf::Shelf;

/// Implements all ports in memory, behind one lock. Its answers are ready at once.
///
/// The sink is called under the lock, so that it is told everything in order. It must not call back.
pub struct InMemory {
    sink: Arc<dyn Sink>,
    world: Mutex<World>,
}

struct World {
    chat: Chat,
    next: Ids,
    accounts: Accounts,
    notifications: Notifications,
    reports: Vec<Report>,
    feed: Vec<FeedEntry>,
    /// For how long messages are kept, for rooms with a span of their own.
    kept: BTreeMap<RoomId, Duration>,
    shelf: Shelf,
    webhooks: Vec<Subscribed>,
    pushed: Pushed,
}

impl InMemory {
    /// Makes an empty chat.
    pub fn new(limits: Limits, sink: Arc<dyn Sink>) -> InMemory {
        let next = Ids { room: FIRST_ROOM, message: FIRST_MESSAGE };
        let (accounts, notifications, reports, feed, kept, shelf, webhooks, pushed) = Default::default();
        let chat = Chat::new(limits);
        let world = World { chat, next, accounts, notifications, reports, feed, kept, shelf, webhooks, pushed };
        InMemory { sink, world: Mutex::new(world) }
    }

    /// Decides an order, tells the sink, and returns the answer.
    fn carry_out(&self, order: Order) -> Result<Outcome, Failure> {
        let mut world = self.lock();
        let result = world.execute(&order);
        self.sink.settled(Settled::of(order.origin, result.clone()).collect());
        result
    }

    /// A panic under the lock comes from a bug in a rule. Rules decide before anything is changed, so the chat behind a
    /// poisoned lock is still consistent.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a question about the chat as it is.
    fn answer<'a, T: Send + 'a>(&'a self, ask: impl FnOnce(&mut World) -> Result<T, Failure>) -> Answer<'a, T> {
        let answer = ask(&mut self.lock());
        Box::pin(ready(answer))
    }
}

impl World {
    fn execute(&mut self, order: &Order) -> Result<Outcome, Failure> {
        let stamp = Stamp { actor: order.actor, at: order.at, ids: self.next };
        let outcome = self.chat.execute(stamp, order.command.clone())?;
        for event in outcome.happened() {
            self.notifications.owe(&self.chat, event);
            if event.change.is_durable() {
                let (no, seq) = (self.feed.len() as u64 + 1, event.head.seq);
                self.feed.push(FeedEntry { no, room: Some(event.room), from: seq, upto: seq });
            }
            match event.change {
                Change::Created { .. } => self.next.room = following(event.room, RoomId::number, RoomId::new),
                Change::Sent { ref message, .. } => {
                    self.next.message = following(message.id, MessageId::number, MessageId::new);
                }
                _ => {}
            }
        }
        Ok(outcome)
    }
}

const FIRST_ROOM: RoomId = RoomId::new(1).expect("1 is an id");
const FIRST_MESSAGE: MessageId = MessageId::new(1).expect("1 is an id");

/// Returns the next id. At a million a second, the last one is used after 285 years.
fn following<T: Copy>(id: T, number: fn(T) -> i64, new: fn(i64) -> Option<T>) -> T {
    new(number(id) + 1).unwrap_or(id)
}

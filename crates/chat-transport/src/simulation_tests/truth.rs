//! The truth: the domain's chat in memory, of which every node's journal is a view.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_domain::directory::NewAccount;
use chat_domain::memory::InMemory;
use chat_domain::{
    Account, Change, Command, Directory, Event, Extra, Failure, Journal, Limits, Order, Outcome, RoomId, Settled, Sink,
    Time, UserId,
};
use futures_util::FutureExt;

use super::story::Story;

/// What is true, and how it came about.
pub(super) struct Truth {
    story: Story,
    state: Mutex<State>,
    epoch: AtomicU64,
}

struct State {
    memory: Arc<InMemory>,
    accounts: Vec<NewAccount>,
    /// All orders that were decided, in order. Executing them again gives the same state.
    orders: Vec<Order>,
    /// All events, in order.
    events: Vec<Arc<Event>>,
    /// The messages of each room that are not deleted.
    standing: BTreeMap<RoomId, BTreeSet<u64>>,
}

/// The memory's sink, which drops everything: the journals decide what is told when.
struct Nobody;

impl Sink for Nobody {
    fn settled(&self, _: Vec<Settled>) {}
}

impl Truth {
    /// Creates an empty chat.
    pub(super) fn new(story: Story) -> Arc<Truth> {
        let memory = Arc::new(InMemory::new(Limits::default(), Arc::new(Nobody)));
        let (accounts, orders, events, standing) = Default::default();
        let state = State { memory, accounts, orders, events, standing };
        Arc::new(Truth { story, state: Mutex::new(state), epoch: AtomicU64::new(1) })
    }

    /// Returns the chat as it is now.
    pub(super) fn memory(&self) -> Arc<InMemory> {
        self.state().memory.clone()
    }

    /// Returns the epoch of the database.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    /// Creates an account.
    pub(super) fn register(&self, username: &str) -> Account {
        let new = NewAccount { username: username.into(), name: None, avatar: String::new(), password: "-".into() };
        let mut state = self.state();
        state.accounts.push(new.clone());
        now(state.memory.register(new)).expect("a new name")
    }

    /// Executes an order. From here on it is true.
    pub(super) fn execute(&self, order: &Order) -> Result<Outcome, Failure> {
        let mut state = self.state();
        let result = now(state.memory.execute(order.clone()));
        let happened: Vec<_> = result.iter().flat_map(Outcome::happened).cloned().collect();
        if !happened.is_empty() {
            state.orders.push(order.clone());
        }
        for event in happened {
            self.story.note("truth", spoken(&event));
            state.happens(event);
        }
        result
    }

    /// Returns all events, in order.
    pub(super) fn events(&self) -> Vec<Arc<Event>> {
        self.state().events.clone()
    }

    /// Returns a recent message before this one that was not deleted and is not in `heard`.
    pub(super) fn missing(&self, room: RoomId, before: u64, heard: &BTreeSet<u64>) -> Option<u64> {
        let state = self.state();
        let lately = state.standing.get(&room)?.range(..before).rev().take(LATELY);
        lately.copied().find(|message| !heard.contains(message))
    }

    /// Tells whether somebody is in a room.
    pub(super) fn is_member(&self, user: UserId, room: RoomId) -> bool {
        now(self.memory().memberships(user)).is_ok_and(|rooms| rooms.iter().any(|of| of.room == room))
    }

    /// Restores the database to before the last `without` events. Another epoch begins.
    pub(super) fn restore(&self, without: usize) {
        let mut state = self.state();
        let made = state.orders.iter().take_while(|order| makes_room(&order.command)).count();
        let kept = state.orders.len().saturating_sub(without).max(made);
        state.orders.truncate(kept);
        self.do_again(&mut state);
        let epoch = self.epoch.fetch_add(1, Ordering::SeqCst) + 1;
        self.story.note("truth", format_args!("put back by {without}: life {epoch}"));
    }

    /// Undoes orders as if they had never been executed: what a crash does to what was told too early.
    pub(super) fn undo(&self, undone: &[Order]) {
        let mut state = self.state();
        state.orders.retain(|order| !undone.contains(order));
        self.do_again(&mut state);
    }

    fn do_again(&self, state: &mut State) {
        state.memory = Arc::new(InMemory::new(Limits::default(), Arc::new(Nobody)));
        for account in &state.accounts {
            // Registering failed only if the account existed, and it did not exist then.
            let _ = now(state.memory.register(account.clone()));
        }
        let again = state.orders.iter().filter_map(|order| now(state.memory.execute(order.clone())).ok());
        let again: Vec<_> = again.flat_map(|outcome| outcome.happened().cloned().collect::<Vec<_>>()).collect();
        (state.events, state.standing) = Default::default();
        again.into_iter().for_each(|event| state.happens(event));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn happens(&mut self, event: Arc<Event>) {
        let standing = self.standing.entry(event.room).or_default();
        match &event.change {
            Change::Sent { message, .. } => drop(standing.insert(message.id.number() as u64)),
            Change::Deleted { message, .. } => drop(standing.remove(&(message.number() as u64))),
            _ => {}
        }
        self.events.push(event);
    }
}

fn makes_room(command: &Command) -> bool {
    matches!(command, Command::CreateGroup { .. } | Command::OpenDirect { .. })
}

/// Returns an answer of the memory, which is ready at once.
pub(super) fn now<T>(answer: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    answer.now_or_never().unwrap_or(Err(Failure::Unavailable))
}

/// Writes an event as a line.
fn spoken(event: &Event) -> String {
    use chat_domain::Change::*;
    let what = match &event.change {
        Created { people, .. } => format!("is made, with {}", people.len()),
        Added { person } => format!("has {}", person.username),
        Removed { person, .. } => format!("is without {}", person.username),
        Sent { message, .. } => format!("message {} {:?}", message.id, message.text()),
        Edited { message } => format!("message {} is now {:?}", message.id, message.text()),
        Deleted { message, .. } => format!("message {message} is deleted"),
        Liked { message, likes } | Unliked { message, likes } => format!("message {message} has {} likes", likes.count),
        Read(read) => format!("{} has read up to {}", event.actor.username, read.upto),
        Delivered(read) => format!("{} was reached up to {}", event.actor.username, read.upto),
        Extra(extra) => format!("has {}", spoken_extra(extra)),
        _ => "changes".into(),
    };
    format!("room {} at {}.{}: {what}", event.room, event.head.seq, event.head.moves)
}

fn spoken_extra(extra: &Extra) -> String {
    let until = |until: Option<Time>| until.map_or_else(|| "not".into(), |until| format!("until {}", until.0));
    match extra {
        Extra::Updated { person, standing } => {
            let (muted, banned) = (until(standing.muted), until(standing.banned));
            format!("{}, who is muted {muted}, banned {banned}", person.username)
        }
        Extra::Silenced { person, stands: true } => format!("{}, who is blocked", person.username),
        Extra::Silenced { person, stands: false } => format!("{}, who is not blocked any more", person.username),
        _ => "changed".into(),
    }
}

/// How many messages are looked back for one that is missing.
const LATELY: usize = 50;

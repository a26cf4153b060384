//! A chat: decides commands, remembers what came of them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use core::time::Duration;

use crate::command::{ClientId, Command, Need, Stamp};
use crate::digest::Digest;
use crate::event::{Change, Event, Outcome};
use crate::fact::Written;
use crate::id::{MessageId, RoomId, UserId};
use crate::person::Person;
use crate::refusal::Refusal;
use crate::rows::LobbyRow;
use crate::rules::{self, Decision, Memo};
use crate::time::Time;

mod answer;
mod dirty;
mod fold;
mod log;
mod lookup;
mod reception;
mod show;
mod state;
mod steps;
mod tell;

use dirty::Dirty;
pub(crate) use reception::{NEWEST, newest};
pub(crate) use state::{RoomState, Slot};

/// A map whose order is never looked at.
pub(crate) type Map<K, V> = hashbrown::HashMap<K, V, rustc_hash::FxBuildHasher>;

/// What requests under names first came to.
type Names<T> = Map<ClientId, Option<(Digest, T)>>;

/// How large things may be, and from where on rooms are quieter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Limits {
    /// Bytes of a message's content.
    pub content: usize,
    /// Bytes of a message's metadata in its canonical spelling.
    pub metadata: usize,
    /// Bytes of a title.
    pub title: usize,
    /// People in a group at its making.
    pub founders: usize,
    /// In rooms of more members than this, deliveries are not announced and a read announces the newest message of each
    /// author.
    pub quiet_room: u32,
    /// How long a place in the lobby is good without a socket.
    pub lease: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        let lease = Duration::from_secs(15);
        Limits { content: 16 << 10, metadata: 4 << 10, title: 255, founders: 1000, quiet_room: 50, lease }
    }
}

/// A chat, whole or the part of one that a decision needs.
///
/// A whole chat ([`Chat::new`]) knows everything that happened in it. A partial one ([`Chat::partial`]) knows what it was
/// told and what its own commands did; asking it for anything else is a mistake in [`Command::needs`] and panics, naming the
/// [`Need`].
#[derive(Clone, Debug, Default)]
pub struct Chat {
    limits: Limits,
    /// Whether what is not here does not exist.
    whole: bool,
    /// What a partial chat was told.
    told: BTreeSet<Need>,
    people: Map<UserId, Option<Someone>>,
    states: Map<RoomId, RoomState>,
    directs: Map<(UserId, UserId), Option<RoomId>>,
    sent: Map<(RoomId, UserId), Names<MessageId>>,
    made: Map<(UserId, ClientId), Option<(Digest, RoomId)>>,
    lobby: BTreeMap<UserId, Option<LobbyRow>>,
    waiting: BTreeSet<(Time, UserId)>,
    /// The rooms that each user is in; kept by a whole chat only.
    rooms_of: Map<UserId, BTreeSet<RoomId>>,
    /// What was written since it was last taken, if anybody wants to know.
    dirty: Option<Dirty>,
}

/// Somebody whom a chat knows.
#[derive(Clone, Debug)]
struct Someone {
    person: Arc<Person>,
    last_seen: Option<Time>,
}

impl Chat {
    /// An empty chat that knows everything about itself.
    pub fn new(limits: Limits) -> Chat {
        Chat { limits, whole: true, ..Chat::default() }
    }

    /// A working set that knows nothing until it is told, and keeps account of what it writes.
    pub fn partial(limits: Limits) -> Chat {
        Chat { limits, dirty: Some(Dirty::default()), ..Chat::default() }
    }

    /// The same chat, keeping account of what it writes from now on, for [`Chat::take_written`].
    pub fn recording(self) -> Chat {
        Chat { dirty: Some(Dirty::default()), ..self }
    }

    /// The limits that it was made with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Decides a command and applies it. A refusal changes nothing.
    ///
    /// # Panics
    ///
    /// If the stamp offers the id of a room that exists, or a message id that is not above all those of its room; and if a
    /// partial chat was not told what [`Command::needs`] names.
    pub fn execute(&mut self, stamp: Stamp, command: Command) -> Result<Outcome, Refusal> {
        Ok(match rules::decide(self, stamp, command)? {
            Decision::Happened(event, memo) => {
                self.fold(&event);
                self.remember(stamp.actor, &event, memo);
                Outcome::Happened(Arc::new(event))
            }
            Decision::Already(event) => Outcome::Already(Arc::new(event)),
            Decision::Reached(room, position) => {
                self.set_delivered(room, stamp.actor, position);
                Outcome::Quiet
            }
            Decision::Lobby(row) => {
                self.set_lobby(row);
                Outcome::Quiet
            }
            Decision::Quiet => Outcome::Quiet,
        })
    }

    /// Takes over what another chat decided. Says whether the event was the next one of its room: one that is not is
    /// ignored, because it was applied already, or because others are missing before it.
    ///
    /// Events tell what everybody may know. What only the deciding chat knows is not in them: names of requests (their
    /// repeats are found only where they were decided), who waits in the lobby, and deliveries in quiet rooms.
    pub fn apply(&mut self, event: &Event) -> bool {
        let head = self.states.get(&event.room).and_then(RoomState::peek).map(|room| room.head).unwrap_or_default();
        let next = match event.change.is_durable() {
            true => event.head.seq == head.seq + 1,
            false => event.head.moves == head.moves + 1 && event.head.seq == head.seq,
        };
        if next {
            self.learn(event);
            self.fold(event);
        }
        next
    }

    /// The rows that became new or changed since the last call, to be kept by whoever keeps them. Nothing for a whole chat
    /// that is not [`Chat::recording`].
    pub fn take_written(&mut self) -> Written {
        match self.dirty.as_mut().map(core::mem::take) {
            Some(dirty) => dirty.written(self),
            None => Written::default(),
        }
    }

    /// Notes when somebody was last seen; that never moves back.
    pub fn seen(&mut self, user: UserId, at: Time) {
        if let Some(Some(known)) = self.people.get_mut(&user) {
            known.last_seen = known.last_seen.max(Some(at));
        }
    }

    /// Gets to know the people of an event.
    fn learn(&mut self, event: &Event) {
        let others = match &event.change {
            Change::Created { people, .. } => people.as_slice(),
            Change::Added { person } => core::slice::from_ref(person),
            _ => &[],
        };
        for person in others.iter().chain([&event.actor]) {
            self.tell(crate::Fact::Person(person.id(), Some(person.clone())));
        }
    }

    fn remember(&mut self, actor: UserId, event: &Event, memo: Option<Memo>) {
        match memo {
            Some(Memo::Sent(name, digest, message)) => self.set_sent(event.room, actor, name, digest, message),
            Some(Memo::Made(name, digest)) => self.set_made(actor, name, digest, event.room),
            None => {}
        }
    }
}

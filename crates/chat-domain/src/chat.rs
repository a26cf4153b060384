//! A chat: decides commands and remembers what came of them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::command::{ClientId, Need};
use crate::digest::Digest;
use crate::event::{Change, Event};
use crate::extra::Extra;
use crate::file::{FileId, FileRow};
use crate::id::{MessageId, RoomId, UserId};
use crate::limits::Limits;
use crate::person::Person;
use crate::rows::{LobbyRow, PurgeRow};
use crate::time::Time;

mod answer;
mod dirty;
mod extras;
mod files;
mod fold;
mod learn;
mod log;
mod lookup;
mod mentions;
mod moderation;
mod quotes;
mod reception;
mod save;
mod show;
mod state;
mod steps;
mod unsaid;
mod vanish;
mod written;

use dirty::Dirty;
pub use save::Saved;
use state::Map;
pub(crate) use state::{Given, RoomState, Slot};

/// The requests that were made under names: what was asked for and what it first came to.
type Names<T> = Map<ClientId, Option<(Digest, T)>>;

/// A chat, or the part of one that a decision needs.
///
/// A whole chat ([`Chat::new`]) knows everything that happened in it. A partial chat ([`Chat::partial`]) knows what it
/// learned and what its own commands did. If a rule asks it for anything else, it panics and names the [`Need`] that is
/// missing in [`Command::needs`](crate::Command::needs).
#[derive(Clone, Debug, Default)]
pub struct Chat {
    limits: Limits,
    /// Whether this chat is whole: what it does not have does not exist.
    whole: bool,
    /// The needs that a partial chat has learned the answers to.
    answered: BTreeSet<Need>,
    people: Map<UserId, Option<Someone>>,
    states: Map<RoomId, RoomState>,
    directs: Map<(UserId, UserId), Option<RoomId>>,
    sent: Map<(RoomId, UserId), Names<MessageId>>,
    made: Map<(UserId, ClientId), Option<(Digest, RoomId)>>,
    /// Who has a username in a room, as far as a partial chat has learned it.
    named: Map<(RoomId, String), Option<UserId>>,
    /// The files that were uploaded to this server.
    files: Map<FileId, Option<FileRow>>,
    lobby: BTreeMap<UserId, Option<LobbyRow>>,
    waiting: BTreeSet<(Time, UserId)>,
    /// When the first user blocked the second; `None` if they do not.
    blocks: Map<(UserId, UserId), Option<Time>>,
    /// The messages that are still to be deleted after a ban or an erasure; only in a whole chat.
    purges: Vec<PurgeRow>,
    /// The rooms that each user is in; only in a whole chat.
    rooms_of: Map<UserId, BTreeSet<RoomId>>,
    /// How many messages a direct chat had when this user took it off their list; only in a whole chat.
    pub(crate) hidden: BTreeMap<(UserId, RoomId), u64>,
    /// What was written since [`Chat::take_written`]; `None` where that is not recorded.
    dirty: Option<Dirty>,
}

/// A person whom a chat knows.
#[derive(Clone, Debug)]
struct Someone {
    person: Arc<Person>,
    last_seen: Option<Time>,
}

impl Chat {
    /// Makes an empty chat that knows everything about itself.
    pub fn new(limits: Limits) -> Chat {
        Chat { limits, whole: true, ..Chat::default() }
    }

    /// Makes a working set, which knows nothing until it learns it, and records what it writes.
    pub fn partial(limits: Limits) -> Chat {
        Chat { limits, dirty: Some(Dirty::default()), ..Chat::default() }
    }

    /// Returns the same chat, recording from now on what it writes, for [`Chat::take_written`].
    pub fn recording(self) -> Chat {
        Chat { dirty: Some(Dirty::default()), ..self }
    }

    /// Returns the limits that the chat was made with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Applies an event that another chat decided. Returns whether it was the next event of its room; any other event
    /// is ignored, because it was applied before or because earlier ones are missing.
    ///
    /// Events tell what everybody in a room may know, so a copy misses what only the deciding chat knows:
    ///
    /// - the names of requests: only the deciding chat recognises a repeated request;
    /// - the lobby: who waits there, who was matched with whom, and leases;
    /// - delivered positions in rooms where nobody is told of them;
    /// - people who are in no room, new names of people who have done nothing since, and when anybody was last seen.
    ///
    /// [`Chat::save`] keeps all of this.
    pub fn apply(&mut self, event: &Event) -> bool {
        let head = self.states.get(&event.room).and_then(RoomState::peek).map(|room| room.head).unwrap_or_default();
        let next = match event.change.is_durable() {
            true => event.head.seq == head.seq + 1,
            false => event.head.moves == head.moves + 1 && event.head.seq == head.seq,
        };
        if next {
            self.meet(event);
            self.fold(event);
        }
        next
    }

    /// Notes when a user was last seen; that moment never moves back.
    pub fn seen(&mut self, user: UserId, at: Time) {
        if let Some(Some(known)) = self.people.get_mut(&user) {
            known.last_seen = known.last_seen.max(Some(at));
        }
    }

    /// Notes the people whom an event names.
    fn meet(&mut self, event: &Event) {
        let others = match &event.change {
            Change::Created { people, .. } => people.as_slice(),
            Change::Added { person } => core::slice::from_ref(person),
            Change::Extra(Extra::Updated { person, .. } | Extra::Silenced { person, .. }) => {
                core::slice::from_ref(person)
            }
            Change::Removed { .. } | Change::Closed | Change::Extra(_) => &[],
            Change::Sent { .. } | Change::Edited { .. } | Change::Deleted { .. } => &[],
            Change::Liked { .. } | Change::Unliked { .. } | Change::Read(_) | Change::Delivered(_) => &[],
        };
        for person in others.iter().chain([&event.actor]) {
            self.learn(crate::fact::Fact::Person(person.id(), Some(person.clone())));
        }
    }
}

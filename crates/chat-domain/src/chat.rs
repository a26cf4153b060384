//! A chat: decides commands, remembers what came of them.

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
mod written;

use dirty::Dirty;
pub use save::Saved;
use state::Map;
pub(crate) use state::{Given, RoomState, Slot};

/// What requests under names first came to.
type Names<T> = Map<ClientId, Option<(Digest, T)>>;

/// A chat, whole or the part of one that a decision needs.
///
/// A whole chat ([`Chat::new`]) knows everything that happened in it. A partial one ([`Chat::partial`]) knows what it
/// learned and what its own commands did; asking it for anything else is a mistake in [`Command::needs`](crate::Command::needs) and panics, naming the
/// [`Need`].
#[derive(Clone, Debug, Default)]
pub struct Chat {
    limits: Limits,
    /// Whether what is not here does not exist.
    whole: bool,
    /// The needs of a partial chat that were answered.
    answered: BTreeSet<Need>,
    people: Map<UserId, Option<Someone>>,
    states: Map<RoomId, RoomState>,
    directs: Map<(UserId, UserId), Option<RoomId>>,
    sent: Map<(RoomId, UserId), Names<MessageId>>,
    made: Map<(UserId, ClientId), Option<(Digest, RoomId)>>,
    /// Whose name is whose, as far as a partial chat was told.
    named: Map<(RoomId, String), Option<UserId>>,
    /// The files that live here.
    files: Map<FileId, Option<FileRow>>,
    lobby: BTreeMap<UserId, Option<LobbyRow>>,
    waiting: BTreeSet<(Time, UserId)>,
    /// Who blocks whom, and since when.
    blocks: Map<(UserId, UserId), Option<Time>>,
    /// What is still to be erased behind a ban; kept by a whole chat only.
    purges: Vec<PurgeRow>,
    /// The rooms that each user is in; kept by a whole chat only.
    rooms_of: Map<UserId, BTreeSet<RoomId>>,
    /// How many messages a direct chat had when somebody took it off their list; kept by a whole chat only.
    pub(crate) hidden: BTreeMap<(UserId, RoomId), u64>,
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

    /// A working set that knows nothing until it learns it, and keeps account of what it writes.
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

    /// Takes over what another chat decided. Says whether the event was the next one of its room: one that is not is
    /// ignored, because it was applied already, or because others are missing before it.
    ///
    /// Events tell what everybody in a room may know, so a copy misses what only the deciding chat knows:
    ///
    /// - the names of requests: a repeat is found only where the first was decided;
    /// - who waits in the lobby and who was given whom there; leases;
    /// - delivered positions that moved in quiet rooms, where nobody is told of them;
    /// - people who are in no room, new names of people who have done nothing since, and when anybody was last seen.
    ///
    /// [`Chat::save`] has all of it.
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

    /// Notes when somebody was last seen; that never moves back.
    pub fn seen(&mut self, user: UserId, at: Time) {
        if let Some(Some(known)) = self.people.get_mut(&user) {
            known.last_seen = known.last_seen.max(Some(at));
        }
    }

    /// Gets to know the people of an event.
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

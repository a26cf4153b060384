//! One shard: what is told in its rooms, to whom, and in which order.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use chat_domain::Extra::{Changed, Silenced, Updated};
use chat_domain::{Change, Event, Failure, MessageId, Outcome, Person, RoomId, Settled, Time, UserId};
use chat_protocol::{Trouble, Typing, reply};
use tokio::sync::Notify;

use super::asides::Asides;
use super::encode::Encoder;
use super::ending::Ending;
use super::gathering::Gatherings;
use super::lists::Stale;
use super::map::Map;
use super::past::Past;
use super::room::Room;
use super::settings::HubSettings;
use super::telling::Turns;
use super::typists::Typists;
use super::ways::Ways;
use crate::connection::socket::{Ordered, Socket};
use crate::metrics::Metrics;

/// The rooms of one shard. It is driven by calls with the time as an argument, writes to outboxes and to nothing else, and knows
/// only those people who listen to its rooms.
pub(super) struct Delivery {
    pub(super) settings: HubSettings,
    pub(super) epoch: u64,
    /// Whether other nodes write to these rooms too.
    pub(super) has_others: bool,
    /// How many shards share the limit on recent events in memory.
    pub(super) shards: usize,
    metrics: Arc<Metrics>,
    pub(super) rooms: Map<RoomId, Room>,
    /// Rooms that were put into memory a moment ago. What other nodes said of them just before was not noted, so they are
    /// compared with the journal.
    pub(super) new_rooms: BTreeSet<RoomId>,
    /// Rooms with news, in the order of their turns.
    pub(super) turns: Turns,
    pub(super) gatherings: Gatherings,
    /// Groups that have ended and whose members are still being told.
    pub(super) endings: VecDeque<Ending>,
    pub(super) encoder: Encoder,
    /// Signs of typing that some have not heard yet.
    pub(super) asides: Asides,
    pub(super) typists: Typists,
    /// Signs of typing on this node that other nodes must hear.
    pub(super) typed: Vec<Typing>,
    /// Sockets with answers that are sent at the end of the turn.
    pub(super) answered: Vec<Arc<Socket>>,
    /// For each room and user, the newest message that was delivered and not noted yet.
    pub(super) delivered: Map<(RoomId, UserId), MessageId>,
    /// The orders that are being traced.
    pub(super) ways: Ways,
    /// Chat-list summaries that have changed.
    pub(super) stale: Stale,
    /// Long polls that wait for a room to change.
    pub(super) waiters: Map<RoomId, Arc<Notify>>,
}

/// What follows from an event beside telling it in its room.
pub(super) enum Follow {
    /// Somebody came into the room or had to leave it. `told` are the sockets that hear of it in the room.
    Moved { event: Arc<Event>, person: Arc<Person>, told: Vec<u64> },
    /// The room is new.
    Created(Arc<Event>),
    /// The room was closed.
    Closed(Arc<Event>),
    /// A message mentions somebody who must be notified.
    Mentioned,
}

impl Delivery {
    pub(super) fn new(
        settings: &HubSettings,
        metrics: Arc<Metrics>,
        epoch: u64,
        shards: usize,
        has_others: bool,
    ) -> Delivery {
        Delivery {
            has_others,
            settings: settings.clone(),
            epoch,
            shards,
            metrics,
            rooms: Map::default(),
            new_rooms: BTreeSet::new(),
            turns: Turns::default(),
            gatherings: Gatherings::default(),
            endings: VecDeque::new(),
            encoder: Encoder::default(),
            asides: Asides::default(),
            typists: Typists::default(),
            typed: Vec::new(),
            answered: Vec::new(),
            delivered: Map::default(),
            ways: Ways::new(settings.traces.clone()),
            stale: Stale::default(),
            waiters: Map::default(),
        }
    }

    /// Takes in what was settled, in order, each with the socket that asked for it.
    pub(super) fn settle(
        &mut self,
        settled: Vec<(Settled, Option<Arc<Socket>>)>,
        past: &Past,
        now: Time,
    ) -> Vec<Follow> {
        let mut follows = Vec::new();
        for (Settled { origin, result }, socket) in settled {
            if let Ok(Outcome::Happened(event)) = &result {
                self.publish(event, now);
                follows.extend(self.follow(event, past, now));
            }
            if let (Some(origin), Some(socket)) = (origin, socket) {
                self.answer(&socket, origin.tag, &result, now);
            }
        }
        follows
    }

    /// Takes in a sign that a member types or has stopped.
    pub(super) fn sign(&mut self, room: RoomId, person: &Arc<Person>, socket: Option<u64>, is_typing: bool, now: Time) {
        let typed = self.typists.sign(room, person, socket, is_typing, now);
        self.note_typed(&typed);
        self.pass_on(typed);
    }

    /// Takes in the same from another node.
    pub(super) fn hear_typing(&mut self, room: RoomId, person: &Arc<Person>, is_typing: bool, now: Time) {
        let typed = self.typists.sign(room, person, Some(ELSEWHERE), is_typing, now);
        self.pass_on(typed);
    }

    /// Notes signs for the other nodes.
    pub(super) fn note_typed(&mut self, typed: &[Typing]) {
        if self.has_others {
            self.typed.extend_from_slice(typed);
        }
    }

    /// Ends typing whose author has fallen silent. Returns the rooms in which something has been missing for too long.
    pub(super) fn pass(&mut self, now: Time) -> Vec<RoomId> {
        let ended = self.typists.tick(now);
        self.pass_on(ended);
        let late = self.rooms.iter_mut().filter_map(|(id, room)| room.log.is_to_be_read(now, PATIENCE).then_some(*id));
        late.collect()
    }

    /// Drops rooms that nobody listens to.
    pub(super) fn forget_idle(&mut self, now: Time) {
        self.waiters.retain(|_, waiter| Arc::strong_count(waiter) > 1);
        self.rooms.retain(|_, room| !room.subs.is_empty() || !room.telling.is_idle() || now.since(room.touched) < IDLE);
    }

    /// Forgets everything: another epoch of the database has begun.
    pub(super) fn begin_anew(&mut self, epoch: u64) {
        self.epoch = epoch;
        self.rooms.clear();
        self.new_rooms.clear();
        self.delivered.clear();
        self.gatherings = Gatherings::default();
        self.endings.clear();
        std::mem::take(&mut self.waiters).values().for_each(|waiter| waiter.notify_waiters());
    }

    /// Notes that a message was delivered to somebody.
    pub(super) fn has_reached(&mut self, user: UserId, room: RoomId, message: MessageId) {
        let upto = self.delivered.entry((room, user)).or_insert(message);
        *upto = message.max(*upto);
    }

    /// Takes an event into its room's log, to be told in its turn.
    pub(super) fn publish(&mut self, event: &Arc<Event>, now: Time) {
        let room = self.rooms.entry(event.room).or_insert_with(|| {
            let mut before = event.head;
            match event.change.is_durable() {
                true => before.seq = before.seq.saturating_sub(1),
                false => before.moves = before.moves.saturating_sub(1),
            }
            Room::new(event.members, before, now)
        });
        room.touched = now;
        room.members = event.members;
        let end = room.log.end();
        if room.log.accept(event.clone(), now) {
            // If it let out others that had waited for it, it is not held back.
            let is_alone = room.log.end() == end + 1;
            match room.gathering.take(event, now).filter(|_| is_alone) {
                Some(until) => self.gatherings.wait(event.room, until),
                None => room.telling.touch(event.room, &mut self.turns),
            }
        }
        self.ring_waiters(event.room);
    }

    /// Wakes the long polls that wait for this room.
    pub(super) fn ring_waiters(&mut self, room: RoomId) {
        if let Some(waiter) = self.waiters.remove(&room) {
            waiter.notify_waiters();
        }
    }

    /// Returns what follows from an event beside telling it. People must have taken the event in before.
    pub(super) fn follow(&mut self, event: &Arc<Event>, past: &Past, now: Time) -> Option<Follow> {
        let room = event.room;
        if past.has(event) {
            return None;
        }
        match &event.change {
            Change::Created { people, .. } => {
                people.iter().for_each(|person| self.stale.mark(person.id(), room));
                return Some(Follow::Created(event.clone()));
            }
            Change::Added { person } => {
                self.stale.mark(person.id(), room);
                let there = self.rooms.get(&room).into_iter().flat_map(|room| room.subs.iter());
                let told = there.map(|sub| sub.socket.id).collect();
                return Some(Follow::Moved { event: event.clone(), person: person.clone(), told });
            }
            Change::Removed { person, .. } if self.is_back(event, person.id()) => {}
            Change::Removed { person, .. } => {
                self.stop_typing(room, person.id(), now);
                let told = self.expel(event, person.id());
                return Some(Follow::Moved { event: event.clone(), person: person.clone(), told });
            }
            Change::Sent { message, .. } => {
                self.stop_typing(room, message.sender.id(), now);
                self.stale.mark_room(room);
                return message.mentions.as_ref().map(|_| Follow::Mentioned);
            }
            Change::Edited { .. } | Change::Deleted { .. } => self.stale.mark_room(room),
            Change::Extra(Changed { .. }) => self.stale.mark_room(room),
            Change::Extra(Updated { person, .. } | Silenced { person, .. }) => self.stop_typing(room, person.id(), now),
            Change::Read(_) => self.stale.mark(event.actor.id(), room),
            Change::Closed => {
                self.stop_typing(room, event.actor.id(), now);
                return Some(Follow::Closed(event.clone()));
            }
            Change::Liked { .. } | Change::Unliked { .. } | Change::Delivered(_) | Change::Extra(_) => {}
        }
        None
    }

    /// Writes the answer for the socket that asked. It is sent with the next payload, or at the end of the turn.
    fn answer(&mut self, socket: &Arc<Socket>, tag: u64, result: &Result<Outcome, Failure>, now: Time) {
        let (endpoint, metrics) = (socket.endpoint, &self.metrics);
        let mut begun = None;
        let is_answered = socket.settle(tag, result, |Ordered { at, context, .. }, result, frames| {
            metrics.answered(endpoint.entrance, context.verb, result.is_ok());
            metrics.settled(endpoint.entrance, *at, now);
            if let Ok(Outcome::Happened(event)) = result {
                begun = self.ways.begin(event, context.verb, endpoint.entrance, *at, now);
            }
            match result {
                Ok(outcome) => reply::settled(endpoint, context, outcome, now, frames),
                Err(failure) => {
                    let trouble = Trouble::from(failure.clone());
                    metrics.refused(endpoint.entrance, trouble.code());
                    reply::refused(endpoint, context, &trouble, now, frames);
                }
            }
        });
        if is_answered {
            self.answered.push(socket.clone());
        }
        begun.into_iter().for_each(|(room, way)| self.ways.follow(room, way));
    }

    fn stop_typing(&mut self, room: RoomId, user: UserId, now: Time) {
        let ended = self.typists.stop(room, user, now);
        self.pass_on(ended);
    }
}

/// How long a missing event is waited for before it is read from the journal.
pub(super) const PATIENCE: std::time::Duration = std::time::Duration::from_millis(100);
/// How long a room that nobody listens to stays in memory.
const IDLE: std::time::Duration = std::time::Duration::from_secs(60);
/// Stands for sockets on other nodes. No socket here has this number.
const ELSEWHERE: u64 = 0;

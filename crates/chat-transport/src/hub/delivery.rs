//! The rooms of one shard: what is told in them, to whom, and in which order.

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

/// The rooms of one shard. Driven by calls, with the time as an argument; it writes to outboxes and to nothing else, and knows
/// of people only who listens.
pub(super) struct Delivery {
    pub(super) settings: HubSettings,
    pub(super) epoch: u64,
    /// Whether other nodes write to these rooms too.
    pub(super) has_others: bool,
    /// How many shards share the memory for recent events.
    pub(super) shards: usize,
    metrics: Arc<Metrics>,
    pub(super) rooms: Map<RoomId, Room>,
    /// Rooms that were remembered a moment ago: what others said of them just before was not noted.
    pub(super) new_rooms: BTreeSet<RoomId>,
    /// Rooms that have something to tell.
    pub(super) turns: Turns,
    pub(super) gatherings: Gatherings,
    /// Groups that have ended, whose members are still to be told.
    pub(super) endings: VecDeque<Ending>,
    pub(super) encoder: Encoder,
    /// Typing that not all have heard.
    pub(super) asides: Asides,
    pub(super) typists: Typists,
    /// Who typed here or has stopped, which other nodes are to hear.
    pub(super) typed: Vec<Typing>,
    /// Sockets with answers that wait for the end of the turn.
    pub(super) answered: Vec<Arc<Socket>>,
    /// Messages that have reached people and are to be noted.
    pub(super) delivered: Map<(RoomId, UserId), MessageId>,
    /// The ways of orders that are followed.
    pub(super) ways: Ways,
    /// Summaries of chats that are to be told.
    pub(super) stale: Stale,
    /// Those who wait for a room to change (long polls).
    pub(super) waiters: Map<RoomId, Arc<Notify>>,
}

/// What an event means to people beside being told in its room.
pub(super) enum Follow {
    /// Somebody came into the room, or had to leave it: these of their sockets have heard so in it.
    Moved { event: Arc<Event>, person: Arc<Person>, told: Vec<u64> },
    /// The room is new.
    Created(Arc<Event>),
    /// The room was closed.
    Closed(Arc<Event>),
    /// A message mentions somebody, who is to be notified.
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

    /// Takes in what was settled, in its order, each beside the socket that asked for it.
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

    /// A sign that a member types, or has stopped.
    pub(super) fn sign(&mut self, room: RoomId, person: &Arc<Person>, socket: Option<u64>, is_typing: bool, now: Time) {
        let typed = self.typists.sign(room, person, socket, is_typing, now);
        self.note_typed(&typed);
        self.pass_on(typed);
    }

    /// The same, of somebody on another node.
    pub(super) fn hear_typing(&mut self, room: RoomId, person: &Arc<Person>, is_typing: bool, now: Time) {
        let typed = self.typists.sign(room, person, Some(ELSEWHERE), is_typing, now);
        self.pass_on(typed);
    }

    /// Notes what the other nodes are to hear of it.
    pub(super) fn note_typed(&mut self, typed: &[Typing]) {
        if self.has_others {
            self.typed.extend_from_slice(typed);
        }
    }

    /// Ends typing that has been silent for too long. Answers in which rooms something has been missing for too long.
    pub(super) fn pass(&mut self, now: Time) -> Vec<RoomId> {
        let ended = self.typists.tick(now);
        self.pass_on(ended);
        let late = self.rooms.iter_mut().filter_map(|(id, room)| room.log.is_to_be_read(now, PATIENCE).then_some(*id));
        late.collect()
    }

    /// Forgets rooms that nobody listens to.
    pub(super) fn forget_idle(&mut self, now: Time) {
        self.waiters.retain(|_, waiter| Arc::strong_count(waiter) > 1);
        self.rooms.retain(|_, room| !room.subs.is_empty() || !room.telling.is_idle() || now.since(room.touched) < IDLE);
    }

    /// Another life of the database: nothing that is remembered holds.
    pub(super) fn begin_anew(&mut self, epoch: u64) {
        self.epoch = epoch;
        self.rooms.clear();
        self.new_rooms.clear();
        self.delivered.clear();
        self.gatherings = Gatherings::default();
        self.endings.clear();
        std::mem::take(&mut self.waiters).values().for_each(|waiter| waiter.notify_waiters());
    }

    /// Notes that a message has reached somebody.
    pub(super) fn has_reached(&mut self, user: UserId, room: RoomId, message: MessageId) {
        let upto = self.delivered.entry((room, user)).or_insert(message);
        *upto = message.max(*upto);
    }

    /// Takes an event in: it will be told in its turn.
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
            // What had to wait for this one is told with it.
            let is_alone = room.log.end() == end + 1;
            match room.gathering.take(event, now).filter(|_| is_alone) {
                Some(until) => self.gatherings.wait(event.room, until),
                None => room.telling.touch(event.room, &mut self.turns),
            }
        }
        self.ring_waiters(event.room);
    }

    /// Wakes those who wait for a room to change.
    pub(super) fn ring_waiters(&mut self, room: RoomId) {
        if let Some(waiter) = self.waiters.remove(&room) {
            waiter.notify_waiters();
        }
    }

    /// What an event means beside being told. Whoever it concerns as a member is known to be one, or not any more, by now.
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

    /// Has the socket that asked keep its answer for what is sent next, or for the end of the turn.
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

/// How long a missing event is waited for.
pub(super) const PATIENCE: std::time::Duration = std::time::Duration::from_millis(100);
/// How long a room that nobody listens to stays in memory.
const IDLE: std::time::Duration = std::time::Duration::from_secs(60);
/// No socket here has this number.
const ELSEWHERE: u64 = 0;

//! A hub whose sockets only count, for `benches/hub.rs`: it shows the cost of telling without that of writing.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chat_domain::command::Draft;
use chat_domain::directory::NewAccount;
use chat_domain::memory::InMemory;
use chat_domain::{Command, Directory, Failure, Journal, Limits, Order, Person, RoomId, Settled, Sink};
use chat_protocol::{Endpoint, Entrance, Features, Frames, Lang};

use super::telling::Next;
use super::{Hub, HubSettings, Inbox, Opened, Start};
use crate::carry::outbox::{Depot, Limits as Room, Outbox};
use crate::clock;
use crate::connection::line::Line;
use crate::connection::socket::Socket;

/// Rooms full of sockets that count what they are told.
pub struct Hall {
    hub: Hub,
    inbox: Arc<Inbox>,
    journal: Arc<InMemory>,
    keeper: Arc<Keeper>,
    people: Vec<Arc<Person>>,
    rooms: Vec<RoomId>,
}

/// Messages that were sent but not told yet: by shard, then by turn with one message for each room.
pub struct Said(Vec<Vec<Vec<Settled>>>);

/// A sink that keeps what was settled until it is handed on.
#[derive(Default)]
struct Keeper(Mutex<Vec<Settled>>);

impl Sink for Keeper {
    fn settled(&self, answers: Vec<Settled>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(answers);
    }
}

impl Hall {
    /// Opens `rooms` rooms with `members` people each, over `shards` shards. The sockets take the first `shapes` shapes in turns.
    pub async fn open(rooms: usize, members: usize, shards: usize, shapes: usize) -> Result<Hall, Failure> {
        let keeper = Arc::new(Keeper::default());
        let journal = Arc::new(InMemory::new(Limits::default(), keeper.clone()));
        let (inbox, settings) = (Inbox::new(shards), HubSettings { sockets_per_user: rooms, ..HubSettings::default() });
        let hub = Hub::new(settings, Depot::new(Room::default()), inbox.clone(), journal.clone(), journal.clone());
        let mut hall = Hall { hub, inbox, journal, keeper, people: Vec::new(), rooms: Vec::new() };
        for number in 0..members {
            let username = format!("person.{number}");
            let new = NewAccount { username, name: None, avatar: String::new(), password: "-".into() };
            hall.people.push(hall.journal.register(new).await?.person);
        }
        for number in 0..rooms {
            let members = hall.people[1..].iter().map(|person| person.id()).collect();
            let made = Command::CreateGroup { title: format!("room {number}"), members, client_id: None };
            let made = hall.order(made).await?;
            hall.rooms.extend(made.event().map(|event| event.room));
        }
        hall.hand_on(hall.keeper.take());
        let shapes: Vec<_> = all_shapes().into_iter().take(shapes).collect();
        for room in &hall.rooms {
            for (person, shape) in hall.people.iter().zip(shapes.iter().cycle()) {
                hall.join(person, *room, *shape).await?;
            }
        }
        Ok(hall)
    }

    /// Sends `messages` messages of `bytes` bytes in every room.
    pub async fn say(&self, messages: usize, bytes: usize) -> Result<Said, Failure> {
        let mut said = vec![Vec::new(); self.hub.shards()];
        for _ in 0..messages {
            for room in &self.rooms {
                let draft = Draft::text("x".repeat(bytes));
                self.order(Command::Send { room: *room, draft, client_id: None }).await?;
            }
            let mut by_shard = vec![Vec::new(); self.hub.shards()];
            for settled in self.keeper.take() {
                let room = settled.result.as_ref().ok().and_then(|outcome| outcome.event()).map(|event| event.room);
                by_shard[room.map_or(0, |room| self.inbox.lane(room))].push(settled);
            }
            said.iter_mut().zip(by_shard).for_each(|(shard, settled)| shard.push(settled));
        }
        Ok(Said(said))
    }

    /// Tells one shard its messages, turn by turn.
    pub fn tell(&self, shard: usize, said: &mut Said) {
        self.tell_turns(shard, said.of(shard));
    }

    /// Tells one shard messages that were taken out with [`Said::of`].
    pub fn tell_turns(&self, shard: usize, turns: Vec<Vec<Settled>>) {
        for settled in turns {
            self.inbox.settled(settled);
            while self.hub.turn(shard, clock::now(), Instant::now()) != Next::Later {}
        }
    }

    /// Returns how many writes there would have been: one for each member and turn with news.
    pub fn deliveries(&self) -> u64 {
        self.hub.depot().counters().writes.get()
    }

    async fn order(&self, command: Command) -> Result<chat_domain::Outcome, Failure> {
        let order = Order { actor: self.people[0].id(), at: clock::now(), command, origin: None };
        self.journal.execute(order).await
    }

    fn hand_on(&self, settled: Vec<Settled>) {
        self.inbox.settled(settled);
        (0..self.hub.shards()).for_each(|shard| self.hub.take_in(shard, clock::now()));
    }

    async fn join(&self, person: &Arc<Person>, room: RoomId, (endpoint, cursor, plain): Shape) -> Result<(), Failure> {
        let outbox = Outbox::counted(self.hub.depot().clone(), 1);
        let line = if plain { Line::Stream(outbox) } else { Line::WebSocket(outbox) };
        let endpoint = Endpoint { room: Some(room), ..endpoint };
        let opened = clock::now();
        let socket = Socket::new(self.hub.next_socket(), person.clone(), endpoint, line, None, None, opened);
        if self.hub.open(&socket, &Frames::new()) == Opened::Ask {
            self.hub.learn(person.id(), self.journal.memberships(person.id()).await?, self.hub.epoch());
        }
        let (head, newest) = self.journal.joining(person.id(), room).await?;
        self.hub.attach(&socket, room, cursor, Start::Now { head, newest }, None);
        Ok(())
    }
}

impl Said {
    /// Takes out the messages of one shard, for a thread of its own.
    pub fn of(&mut self, shard: usize) -> Vec<Vec<Settled>> {
        mem::take(&mut self.0[shard])
    }
}

impl Keeper {
    fn take(&self) -> Vec<Settled> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An entrance with its features, whether it has a cursor, and whether frames go out without a WebSocket header.
type Shape = (Endpoint, bool, bool);

/// Returns 64 shapes for which different payloads must be made; that of dialect 2 is the first.
fn all_shapes() -> Vec<Shape> {
    let entrances = [
        Entrance::Multiplexed,
        Entrance::Sse,
        Entrance::Bare,
        Entrance::Room(Lang::Russian),
        Entrance::Room(Lang::English),
        Entrance::Roulette,
        Entrance::Personal,
        Entrance::SocketIo,
    ];
    let mut shapes = Vec::new();
    for features in [Features::NONE, Features::ALL] {
        for cursor in [false, true] {
            for plain in [false, true] {
                for entrance in entrances {
                    shapes.push((Endpoint { entrance, room: None, features }, cursor, plain));
                }
            }
        }
    }
    shapes
}

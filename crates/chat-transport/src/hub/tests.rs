//! The hub over a journal in memory, turn by turn.

mod asides;
mod back;
mod counts;
mod crowded;
mod ending;
mod gathering;
mod holdback;
mod joining;
mod leaving;
mod life;
mod nodes;
mod shapes;
mod shards;
mod tells;
mod unsaid;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use chat_domain::Limits;
use chat_domain::command::Draft;
use chat_domain::directory::NewAccount;
use chat_domain::memory::InMemory;
use chat_domain::{ClientId, Command, Directory, Head, Journal, Order, Person, RoomId, Settled, Sink, Time};
use chat_protocol::{Context, Endpoint, Entrance, Features, Frames, Verb};

use super::delivery::Delivery;
use super::telling::Next;
use super::{Attached, Hub, HubSettings, Inbox, Opened, Start};
use crate::carry::outbox::{Depot, Limits as Room, Outbox};
use crate::clock;
use crate::connection::line::Line;
use crate::connection::socket::Socket;

/// A hub, its journal, and what the journal has settled but the hub has not taken in.
struct World {
    hub: Hub,
    inbox: Arc<Inbox>,
    journal: Arc<InMemory>,
    recorder: Arc<Recorder>,
    room: RoomId,
    people: [Arc<Person>; 2],
}

/// A sink that keeps what was settled, to be handed on in any order.
#[derive(Default)]
struct Recorder(Mutex<Vec<Settled>>);

impl Sink for Recorder {
    fn settled(&self, answers: Vec<Settled>) {
        self.0.lock().expect("the recorder").extend(answers);
    }
}

impl World {
    async fn new(settings: HubSettings) -> World {
        let recorder = Arc::new(Recorder::default());
        let journal = Arc::new(InMemory::new(Limits::default(), recorder.clone()));
        let inbox = Inbox::new(2);
        let hub = Hub::new(settings, Depot::new(Room::default()), inbox.clone(), journal.clone(), journal.clone());
        let people = [person(&journal, "anna").await, person(&journal, "boris").await];
        let members = vec![people[1].id()];
        let command = Command::CreateGroup { title: "us".into(), members, client_id: None };
        let order = Order { actor: people[0].id(), at: clock::now(), command, origin: None };
        let room = journal.execute(order).await.expect("a group").event().expect("an event").room;
        let world = World { hub, inbox, journal, recorder, room, people };
        world.hand_on();
        world
    }

    /// Hands on what was settled, the latest first if the world says so.
    fn hand_on(&self) {
        self.inbox.settled(std::mem::take(&mut self.recorder.0.lock().expect("the recorder")));
        self.take_in();
    }

    fn hand_on_backwards(&self) {
        let mut settled = std::mem::take(&mut *self.recorder.0.lock().expect("the recorder"));
        settled.reverse();
        settled.into_iter().for_each(|one| self.inbox.settled(vec![one]));
        self.take_in();
    }

    /// Takes in what was settled without telling anything.
    fn take_in(&self) {
        (0..self.hub.shards()).for_each(|shard| self.hub.take_in(shard, clock::now()));
    }

    /// Locks the shard of the room.
    fn delivery(&self) -> MutexGuard<'_, Delivery> {
        self.hub.delivery_of(self.room)
    }

    /// Does one turn of that shard.
    fn turn(&self, now: Instant) -> Next {
        self.hub.turn(self.inbox.lane(self.room), clock::now(), now)
    }

    fn order_on(&self, socket: &Socket, context: Context) -> chat_domain::Origin {
        socket.order(Some(self.room), context, clock::now(), self.inbox.lane(self.room))
    }

    /// Opens a socket of dialect 2 that has not joined.
    async fn socket(&self, who: usize) -> Arc<Socket> {
        self.open(who, Outbox::queued(self.hub.depot().clone(), 1)).await
    }

    async fn open(&self, who: usize, outbox: Arc<Outbox>) -> Arc<Socket> {
        self.open_at(Endpoint { entrance: Entrance::Multiplexed, room: None, features: Features::NONE }, who, outbox)
            .await
    }

    async fn open_at(&self, endpoint: Endpoint, who: usize, outbox: Arc<Outbox>) -> Arc<Socket> {
        let user = self.people[who].id();
        let socket = Socket::new(
            self.hub.next_socket(),
            self.people[who].clone(),
            endpoint,
            Line::WebSocket(outbox),
            None,
            None,
            clock::now(),
        );
        if self.hub.open(&socket, &Frames::new()) == Opened::Ask {
            self.hub.learn(user, self.journal.memberships(user).await.expect("memberships"), self.hub.epoch());
        }
        // As if the journal had been asked whether the user is a member.
        socket.let_in(self.room, self.journal.head(user, self.room).await.map_or(0, |head| head.seq));
        socket
    }

    async fn joined(&self, who: usize) -> Arc<Socket> {
        let socket = self.socket(who).await;
        self.join(&socket).await;
        socket
    }

    async fn join(&self, socket: &Arc<Socket>) {
        let (head, newest) = self.journal.joining(socket.user(), self.room).await.expect("a member");
        assert_eq!(self.hub.attach(socket, self.room, false, Start::Now { head, newest }, None), Attached::Live);
    }

    fn order(&self, who: usize, command: Command, origin: Option<chat_domain::Origin>) {
        self.journal.submit(Order { actor: self.people[who].id(), at: Time(clock::now().0), command, origin });
    }

    /// Tells everything that waits, without any pause.
    fn flush(&self) {
        let mut now = Instant::now();
        for shard in 0..self.hub.shards() {
            loop {
                match self.hub.turn(shard, clock::now(), now) {
                    Next::Now => {}
                    Next::At(when) => now = when,
                    Next::Later => break,
                }
            }
        }
        while self.hub.tell_some_presence() {}
    }

    fn say(&self, who: usize, content: &str) {
        self.order(who, Command::Send { room: self.room, draft: Draft::text(content), client_id: None }, None);
    }
}

async fn person(journal: &InMemory, username: &str) -> Arc<Person> {
    let new = NewAccount { username: username.into(), name: None, avatar: String::new(), password: "-".into() };
    journal.register(new).await.expect("an account").person
}

/// Takes what a socket was told since the last call.
fn told(socket: &Socket) -> String {
    let outbox = socket.line.outbox().expect("an outbox");
    let mut all = Vec::new();
    while let Some(bytes) = outbox.take(1 << 20) {
        outbox.flushed(bytes.len());
        all.extend_from_slice(&bytes);
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test]
async fn news_reach_everybody_in_a_big_room_however_fast_they_come() {
    let settings = HubSettings { sockets_per_user: 2_000, recent: 8, ..HubSettings::default() };
    let world = World::new(settings).await;
    let mut sockets = Vec::new();
    for _ in 0..300 {
        sockets.push(world.joined(1).await);
    }
    let asking = world.socket(0).await;
    let now = Instant::now();
    for turn in 0..30 {
        world.say(0, "more");
        if turn == 0 {
            let origin = world.order_on(&asking, Context { verb: Verb::Send, ..Context::default() });
            let command = Command::Send { room: world.room, draft: Draft::text(" "), client_id: None };
            world.order(0, command, Some(origin));
        }
        world.hand_on();
        assert_eq!(world.delivery().tell_some(now, true), Next::Now, "there is more to tell than one turn does");
        if turn == 0 {
            assert!(told(&asking).contains("INVALID_DATA"), "an answer waits for no big room");
        }
    }
    let heard: Vec<usize> = sockets.iter().map(|socket| told(socket).matches("new_message").count()).collect();
    assert!(heard.iter().all(|heard| *heard >= 26), "{heard:?}");
    let kept = world.delivery().rooms.get_mut(&world.room).map(|room| room.log.recent().events.len());
    assert!(kept.is_some_and(|kept| kept <= 8), "{kept:?} events are kept");
    world.flush();
    for (socket, heard) in sockets.iter().zip(heard) {
        assert_eq!(heard + told(socket).matches("new_message").count(), 30);
    }
}

#[tokio::test]
async fn a_big_room_that_expects_more_pauses_between_two_rounds_as_long_as_one_took() {
    let world = World::new(HubSettings { sockets_per_user: 2_000, ..HubSettings::default() }).await;
    let mut sockets = Vec::new();
    for _ in 0..300 {
        sockets.push(world.joined(1).await);
    }
    let began = Instant::now();
    let at = |millis| began + Duration::from_millis(millis);
    let turn = |content: &str, millis| {
        world.say(0, content);
        world.hand_on();
        world.delivery().tell_some(at(millis), true)
    };
    assert_eq!((turn("first", 0), turn("second", 1)), (Next::Now, Next::Now));
    assert_eq!(turn("third", 2), Next::At(at(4)), "the round took two milliseconds");
    assert_eq!(turn("fourth", 3), Next::At(at(4)));
    assert!(sockets.iter().all(|socket| !told(socket).contains("fourth")));
    assert_eq!(world.delivery().tell_some(at(4), true), Next::Now);
    assert!(told(&sockets[0]).contains("fourth"));
}

#[tokio::test]
async fn of_long_messages_a_room_keeps_fewer() {
    let world = World::new(HubSettings::default()).await;
    let socket = world.joined(1).await;
    for _ in 0..100 {
        world.say(0, &"x".repeat(16_000));
        world.hand_on();
        world.flush();
        assert!(told(&socket).contains("new_message"));
    }
    let kept = world.hub.recent(world.room, None, Head::default()).map(|messages| messages.len());
    assert_eq!(kept, None, "the first messages are forgotten");
    let kept = world.delivery().rooms.get_mut(&world.room).map(|room| room.log.recent().events.len());
    assert!(kept.is_some_and(|kept| (1..=16).contains(&kept)), "{kept:?} events are kept");
}

#[tokio::test]
async fn what_is_settled_too_early_is_answered_in_its_turn() {
    let world = World::new(HubSettings::default()).await;
    let socket = world.socket(0).await;
    for name in ["first", "second", "third"] {
        let context = Context { verb: Verb::Send, client_id: ClientId::new(name), ..Context::default() };
        let origin = world.order_on(&socket, context);
        let command = Command::Send { room: world.room, draft: Draft::text(name), client_id: None };
        world.order(0, command, Some(origin));
    }
    world.hand_on_backwards();
    world.flush();
    let told = told(&socket);
    let places = ["first", "second", "third"].map(|name| told.find(&format!(r#""client_id":"{name}""#)));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{told}");
}

#[tokio::test]
async fn a_position_that_comes_first_waits_for_its_message() {
    let world = World::new(HubSettings::default()).await;
    let socket = world.joined(0).await;
    world.say(0, "hello");
    world.order(1, Command::Read { room: world.room, upto: None }, None);
    world.hand_on_backwards();
    world.flush();
    let told = told(&socket);
    let (message, read) = (told.find("new_message"), told.find("messages_read"));
    assert!(message.is_some() && message < read, "{told}");
}

#[tokio::test]
async fn who_is_gone_is_forgotten_whoever_notices() {
    let world = World::new(HubSettings::default()).await;
    let (gone, now) = (world.socket(1).await, clock::now());
    world.hub.people().appear(&gone, now);
    world.hub.people().close(&gone, now);
    assert!(world.hub.is_member(gone.user(), world.room), "within the grace");
    let other = world.socket(0).await;
    world.hub.people().appear(&other, now.after(Duration::from_secs(60)));
    assert!(!world.hub.is_member(gone.user(), world.room));
}

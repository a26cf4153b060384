//! Sessions of dialect 2 over a journal in memory, without a network.

mod rates;

use std::sync::Arc;
use std::time::Duration;

use chat_domain::Limits;
use chat_domain::command::Draft;
use chat_domain::directory::NewAccount;
use chat_domain::memory::InMemory;
use chat_domain::{Account, Command, Order, RoomId};
use chat_protocol::{Context, Endpoint, Entrance, Features, Resume, Trouble};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::enter::joining;
use super::requests::Then;
use super::{Pull, Session};
use crate::account::caller::{By, Caller, Pass};
use crate::account::secret::Secret;
use crate::account::token::Tokens;
use crate::app::{App, ServerSettings};
use crate::carry::outbox::{self, Depot, Outbox};
use crate::clock;
use crate::connection::line::Line;
use crate::connection::socket::MAX_ORDERS;
use crate::hub::{Hub, HubSettings, Inbox};

struct World {
    app: Arc<App>,
    anna: Account,
    boris: Account,
    room: RoomId,
}

impl World {
    async fn new() -> World {
        World::with_queues(outbox::Limits::default()).await
    }

    async fn with_queues(limits: outbox::Limits) -> World {
        World::with(limits, ServerSettings::default()).await
    }

    async fn with(limits: outbox::Limits, settings: ServerSettings) -> World {
        let inbox = Inbox::new(1);
        let memory = Arc::new(InMemory::new(Limits::default(), inbox.clone()));
        let hub = Hub::new(HubSettings::default(), Depot::new(limits), inbox, memory.clone(), memory.clone());
        let tokens = Tokens::local(&[Secret::new("a secret of the tests")], 3_600);
        let app = App::new(memory.clone(), memory.clone(), memory, hub, tokens, settings);
        let (anna, boris) = (account(&app, "anna").await, account(&app, "boris").await);
        let members = vec![boris.person.id()];
        let command = Command::CreateGroup { title: "us".into(), members, client_id: None };
        let order = Order { actor: anna.person.id(), at: clock::now(), command, origin: None };
        let room = app.journal.execute(order).await.expect("a group").event().expect("an event").room;
        World { app, anna, boris, room }
    }

    async fn session(&self, account: &Account) -> Session {
        let endpoint = Endpoint { entrance: Entrance::Multiplexed, room: None, features: Features::NONE };
        let outbox = Outbox::queued(self.app.hub.depot().clone(), 1);
        let by = By::Token(Pass { expires: clock::now().after(Duration::from_secs(60)), grant: None, issued: None });
        let caller = Caller { account: account.clone(), by };
        let line = Line::WebSocket(outbox);
        let session = Session::open(self.app.clone(), caller, endpoint, "", line).await.expect("to be let in");
        session.appear();
        session
    }

    /// Lets the hub answer and tell, until told to stop.
    fn run(&self) -> (CancellationToken, JoinHandle<()>) {
        let (hub, stop) = (self.app.hub.clone(), CancellationToken::new());
        let until = stop.clone();
        (stop, tokio::spawn(async move { hub.run(until).await }))
    }

    async fn does(&self, account: &Account, command: Command) {
        let order = Order { actor: account.person.id(), at: clock::now(), command, origin: None };
        self.app.journal.execute(order).await.expect("to be allowed");
    }

    async fn says(&self, account: &Account, content: String) {
        self.does(account, Command::Send { room: self.room, draft: Draft::text(content), client_id: None }).await;
    }

    async fn everything_since(&self, session: &Session) -> Pull {
        let resume = Resume { cursor: None, last_message_id: Some(0) };
        session.join(self.room, &resume, &joining(self.room)).await.expect("a member").expect("something to fetch")
    }
}

async fn account(app: &App, username: &str) -> Account {
    let new = NewAccount { username: username.into(), name: None, avatar: String::new(), password: "-".into() };
    app.directory.register(new).await.expect("an account")
}

/// Takes what a client was sent since the last call.
fn told(session: &Session) -> String {
    let outbox = session.socket.line.outbox().expect("an outbox");
    let mut all = Vec::new();
    while let Some(bytes) = outbox.take(1 << 20) {
        outbox.flushed(bytes.len());
        all.extend_from_slice(&bytes);
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Takes a frame, and does everything that it asks for.
async fn hear(session: &mut Session, frame: &[u8]) {
    if let Then::Wait(work) = session.hear(frame, None) {
        work.await;
    }
}

#[test]
fn who_does_nothing_waits_in_little_space() {
    fn size<A, B, F>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }
    let size = size(Session::live);
    assert!(size <= LIFE, "a connection's life takes {size} bytes");
}

/// The most bytes of a waiting WebSocket task. A byte more is paid for ten thousand times.
const LIFE: usize = 448;

#[tokio::test]
async fn whoever_comes_while_the_server_goes_away_is_not_refused() {
    let world = World::new().await;
    world.app.hub.close_all();
    let session = world.session(&world.boris).await;
    let now = session.join(world.room, &Resume { cursor: None, last_message_id: None }, &joining(world.room)).await;
    assert!(now.is_ok(), "its client would not come back");
    world.says(&world.anna, "meanwhile".into()).await;
    let pull = world.everything_since(&session).await;
    session.catch_up(pull).await;
    let ending = session.socket.line.outbox().expect("an outbox").ending();
    assert_eq!(ending.map(|close| close.code), Some(1012));
}

#[tokio::test]
async fn a_page_of_long_messages_is_no_more_than_a_client_can_take() {
    // The shortest possible queue.
    let world = World::with_queues(outbox::Limits { per_socket: 128 << 10, ..outbox::Limits::default() }).await;
    for number in 0..100 {
        world.says(&world.anna, format!("<{number:02}>{}", "x".repeat(16_000))).await;
    }
    let session = world.session(&world.boris).await;
    let pull = world.everything_since(&session).await;
    let outbox = session.socket.line.outbox().expect("an outbox");
    let (mut all, mut on_its_way) = (String::new(), 0);
    {
        let mut fetching = std::pin::pin!(session.catch_up(pull));
        while timeout(Duration::from_millis(1), &mut fetching).await.is_err() {
            if on_its_way == 0 {
                let taken = outbox.take(1).expect("something that it waits for");
                on_its_way = taken.len();
                all += &String::from_utf8_lossy(&taken);
            }
            let some = on_its_way.min(8 << 10);
            outbox.flushed(some);
            on_its_way -= some;
        }
    }
    all += &told(&session);
    assert_eq!(outbox.ending(), None);
    let places: Vec<_> = (0..100).map(|number| all.find(&format!("<{number:02}>"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn whoever_is_removed_while_catching_up_keeps_the_connection() {
    let world = World::new().await;
    world.says(&world.anna, "hello".into()).await;
    let session = world.session(&world.boris).await;
    let pull = world.everything_since(&session).await;
    let user = world.boris.person.id();
    world.does(&world.anna, Command::RemoveMember { room: world.room, user }).await;
    session.catch_up(pull).await;
    let (stop, running) = world.run();
    world.app.hub.caught_up().await;
    stop.cancel();
    running.await.expect("to stop");
    assert_eq!(session.socket.line.outbox().and_then(|outbox| outbox.ending()), None);
    assert!(told(&session).contains("member_removed"));
}

#[tokio::test]
async fn whoever_is_gone_is_fetched_nothing_more() {
    let world = World::new().await;
    world.says(&world.anna, "hello".into()).await;
    let session = world.session(&world.boris).await;
    let pull = world.everything_since(&session).await;
    session.socket.line.outbox().expect("an outbox").shut();
    session.catch_up(pull).await;
    assert!(!world.app.hub.detach(&session.socket, world.room), "it was fetched to the end and joined");
}

#[tokio::test]
async fn joining_again_with_a_replay_brings_nothing_twice() {
    let world = World::new().await;
    let mut session = world.session(&world.boris).await;
    let join = format!(r#"{{"type":"join_chat","chat_id":{}}}"#, world.room);
    hear(&mut session, join.as_bytes()).await;
    world.says(&world.anna, "once".into()).await;
    let again = format!(r#"{{"type":"join_chat","chat_id":{},"last_message_id":0}}"#, world.room);
    hear(&mut session, again.as_bytes()).await;
    let (stop, running) = world.run();
    world.says(&world.anna, "the end".into()).await;
    let mut all = String::new();
    let heard_all = async {
        while !all.contains(r#""content":"the end""#) {
            tokio::task::yield_now().await;
            all += &told(&session);
        }
    };
    timeout(Duration::from_secs(10), heard_all).await.expect("the end");
    stop.cancel();
    running.await.expect("to stop");
    // The chat list shows it, too.
    assert_eq!(all.matches(r#""type":"new_message""#).count(), 2, "{all}");
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_frames() {
    let world = World::new().await;
    let _running = world.run();
    let mut session = world.session(&world.boris).await;
    let in_room = |kind: &str| format!(r#"{{"type":"{kind}","chat_id":{},"content":"x","client_id":"k"}}"#, world.room);
    let send = in_room("send_message");
    for after in [r#"{"type":"ping"}"#, "nonsense", &in_room("join_chat"), &in_room("leave_chat")] {
        hear(&mut session, send.as_bytes()).await;
        hear(&mut session, after.as_bytes()).await;
    }
    let told = told(&session);
    let answers =
        ["message_sent", "pong", "message_sent", "error", "message_sent", "joined_chat", "message_sent", "left"];
    let mut rest = &*told;
    for answer in answers {
        let (before, after) = rest.split_once(&format!(r#""type":"{answer}"#)).expect(&told);
        assert!(!before.contains(r#""type":"message_sent"#), "{answer} comes late in {told}");
        rest = after;
    }
}

#[tokio::test]
async fn who_logs_out_at_the_door_is_not_let_in() {
    let world = World::new().await;
    let (user, later) = (world.boris.person.id(), clock::now().after(Duration::from_secs(60)));
    world.app.directory.open_session(user, "good".into(), later).await.expect("a session");
    for (digest, is_good) in [("good", true), ("closed meanwhile", false)] {
        let caller = Caller { account: world.boris.clone(), by: By::Cookie { digest: digest.into() } };
        let line = Line::WebSocket(Outbox::queued(world.app.hub.depot().clone(), 1));
        let endpoint = Endpoint { entrance: Entrance::Multiplexed, room: None, features: Features::NONE };
        let opened = Session::open(world.app.clone(), caller, endpoint, "", line).await;
        assert_eq!(opened.map(drop).err(), (!is_good).then_some(Trouble::Unauthorized), "{digest}");
    }
    assert_eq!(world.app.hub.sockets(), 0);
}

#[tokio::test]
async fn a_server_that_goes_away_lets_nobody_wait_for_answers() {
    let world = World::new().await;
    let mut session = world.session(&world.boris).await;
    let order = |_| {
        session.socket.order(None, Context::default(), clock::now(), 0);
    };
    (0..MAX_ORDERS).for_each(order);
    world.app.hub.close_all();
    order(0);
    assert!(!session.socket.is_busy(), "it reads on, to the end");
    timeout(Duration::from_secs(10), hear(&mut session, br#"{"type":"ping"}"#)).await.expect("not to wait");
}

#[tokio::test]
async fn nobody_changes_their_looks_faster_than_others_can_watch() {
    let world = World::new().await;
    let mut session = world.session(&world.boris).await;
    for mood in ["away", "busy"].iter().cycle().take(20) {
        hear(&mut session, format!(r#"{{"type":"status","status":"{mood}"}}"#).as_bytes()).await;
    }
    assert!(told(&session).contains("RATE_LIMIT"));
}

#[tokio::test]
async fn leaving_a_chat_ends_the_typing_there() {
    let world = World::new().await;
    let (mut boris, mut anna) = (world.session(&world.boris).await, world.session(&world.anna).await);
    let join = format!(r#"{{"type":"join_chat","chat_id":{}}}"#, world.room);
    hear(&mut anna, join.as_bytes()).await;
    hear(&mut boris, join.as_bytes()).await;
    told(&anna);
    hear(&mut boris, format!(r#"{{"type":"typing","chat_id":{},"is_typing":true}}"#, world.room).as_bytes()).await;
    assert!(told(&anna).contains(r#""is_typing":true"#));
    hear(&mut boris, format!(r#"{{"type":"leave_chat","chat_id":{}}}"#, world.room).as_bytes()).await;
    assert!(told(&anna).contains(r#""is_typing":false"#));
}

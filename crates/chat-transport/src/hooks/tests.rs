//! Webhooks over a chat in memory, with an address that answers as a test wants.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use chat_domain::directory::NewAccount;
use chat_domain::{Command, Directory, Draft, InMemory, Limits, Order, RoomId, Time, UserId};
use serde_json::Value as Json;
use tokio::sync::mpsc;

use super::*;
use crate::account::secret::Secret;
use crate::account::token::Tokens;
use crate::app::ServerSettings;
use crate::carry::outbox::Depot;
use crate::client::tests::stub::{answer, request, serve};
use crate::hub::{Hub, HubSettings, Inbox};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_posted_signed_and_in_the_order_of_each_room() {
    let world = World::new(HookSettings { private: true, ..HookSettings::default() }).await;
    let mut heard = world.subscribe(|_| "200 OK").await;
    let rooms = [world.group().await, world.group().await];
    for n in 0..20 {
        world.say(rooms[n % 2], &format!("{n}")).await;
    }
    let mut seen = HashMap::new();
    for _ in 0..22 {
        let (head, body) = heard.next().await;
        let at = seen.entry(body["data"]["chat_id"].as_str().expect("a room").to_owned()).or_insert(0);
        assert_eq!(body["data"]["seq"].as_u64(), Some(if *at == 1 { 2 } else { *at }), "{body}");
        *at = body["data"]["seq"].as_u64().expect("a number") + 1;
        assert!(head.contains("webhook-id: evt_1_") && head.contains("webhook-signature: v1,"), "{head}");
    }
    assert_eq!(seen.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_is_tried_again_under_its_name_and_holds_back_its_room_alone() {
    let first = Duration::from_millis(20);
    let world = World::new(HookSettings { private: true, first, ..HookSettings::default() }).await;
    let (poisoned, sound) = (world.group().await, world.group().await);
    world.say(poisoned, "before").await;
    let is_away = Arc::new(AtomicBool::new(true));
    let (away, bad) = (is_away.clone(), poisoned.uuid().to_string());
    let answers = move |body: &str| match body.contains(&bad) && away.load(Ordering::Relaxed) {
        true => "500 Sorry",
        false => "204 No Content",
    };
    let mut heard = world.subscribe(answers).await;
    for room in [poisoned, sound, poisoned, sound] {
        world.say(room, "hello").await;
    }
    let (mut names, mut told) = (Vec::new(), 0);
    // The healthy room gets all of its events, while the other one's first event is tried again and again.
    while told < 2 || names.len() < 3 {
        let (head, body) = heard.next().await;
        if body["data"]["chat_id"] == sound.uuid().to_string() {
            told += 1;
        } else {
            assert_eq!(body["data"]["seq"], 3);
            names.push(head.lines().find(|line| line.starts_with("webhook-id")).expect("a name").to_owned());
        }
    }
    names.dedup();
    assert_eq!(names.len(), 1, "{names:?}");
    is_away.store(false, Ordering::Relaxed);
    while heard.next().await.1["data"]["seq"] != 4 {}
    world.until(|one| one.progress.failing.is_none() && one.rooms_behind == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_hangs_costs_the_others_nothing_and_one_that_is_gone_ends() {
    let world = World::new(HookSettings { private: true, ..HookSettings::default() }).await;
    let (hangs, _) = serve(|mut stream| async move {
        request(&mut stream).await;
        std::future::pending::<()>().await;
    });
    world.add(&format!("http://{hangs}/")).await;
    let mut gone = world.subscribe(|_| "410 Gone").await;
    let mut good = world.subscribe(|_| "200 OK").await;
    let room = world.group().await;
    world.say(room, "hello").await;
    for seq in [0, 2] {
        assert_eq!(good.next().await.1["data"]["seq"], seq);
    }
    assert_eq!(gone.next().await.1["data"]["seq"], 0);
    world.until(|one| one.progress.ended.is_some()).await;
    world.say(room, "again").await;
    assert_eq!(good.next().await.1["data"]["seq"], 3);
    assert!(gone.0.try_recv().is_err(), "nothing is told where nothing is wanted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_are_posted_without_a_place_in_any_room_and_wait_for_none() {
    let world = World::new(HookSettings { private: true, ..HookSettings::default() }).await;
    let (room, other) = (world.group().await, world.group().await);
    let mut refuses =
        world.subscribe(|body| if body.contains("message.created") { "500 Sorry" } else { "200 OK" }).await;
    let mut elsewhere = world.subscribe_to(vec![other], |_| "200 OK").await;
    for (at, id) in [(room, 1), (other, 2)] {
        world.say(at, "buy this").await;
        let message = chat_domain::MessageId::new(id).expect("an id");
        let new = chat_domain::NewReport { by: world.ann, room: at, message, reason: format!("spam {id}") };
        assert!(world.app.journal.report(new, world.app.now()).await.expect("a report").1);
    }
    // The room's message is refused, and reports do not wait for it.
    let mut told = Vec::new();
    while told.len() < 2 {
        let (_, body) = refuses.next().await;
        told.extend((body["type"] == "report.created").then_some(body));
    }
    let data = &told[0]["data"];
    assert_eq!((&data["seq"], &data["reason"], &data["state"]), (&Json::Null, &"spam 1".into(), &"open".into()));
    assert_eq!(data["chat_id"], room.uuid().to_string());
    let mut heard = [elsewhere.next().await.1, elsewhere.next().await.1];
    heard.sort_by_key(|body| body["type"].to_string());
    assert_eq!((&heard[0]["type"], &heard[1]["data"]["reason"]), (&"message.created".into(), &"spam 2".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_addresses_are_not_reached() {
    let world = World::new(HookSettings::default()).await;
    let mut heard = world.subscribe(|_| "200 OK").await;
    world.group().await;
    world.until(|one| one.progress.why.contains("may not be reached")).await;
    assert!(heard.0.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirection_is_a_refusal() {
    let world = World::new(HookSettings { private: true, ..HookSettings::default() }).await;
    let mut heard = world.subscribe(|_| "307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/").await;
    world.group().await;
    heard.next().await;
    world.until(|one| one.progress.why.contains("307")).await;
}

struct World {
    app: Arc<App>,
    memory: Arc<InMemory>,
    ann: UserId,
    _stop: tokio_util::sync::DropGuard,
}

struct Heard(mpsc::UnboundedReceiver<(String, Json)>);

impl Heard {
    async fn next(&mut self) -> (String, Json) {
        let heard = tokio::time::timeout(Duration::from_secs(60), self.0.recv()).await;
        heard.expect("something is told").expect("the address is there")
    }
}

impl World {
    async fn new(hooks: HookSettings) -> World {
        let inbox = Inbox::new(1);
        let memory = Arc::new(InMemory::new(Limits::default(), inbox.clone()));
        let hub =
            Hub::new(HubSettings::default(), Depot::new(Default::default()), inbox, memory.clone(), memory.clone());
        let tokens = Tokens::local(&[Secret::new("a secret of the tests")], 3_600);
        let settings = ServerSettings { hooks, ..ServerSettings::default() };
        let app = App::new(memory.clone(), memory.clone(), memory.clone(), hub, tokens, settings);
        let account = NewAccount { username: "ann".into(), name: None, avatar: String::new(), password: "-".into() };
        let ann = memory.register(account).await.expect("an account").person.id();
        let (stop, running) = (CancellationToken::new(), app.clone());
        let until = stop.clone();
        tokio::spawn(async move { running.tell_webhooks(until).await });
        World { app, memory, ann, _stop: stop.drop_guard() }
    }

    /// Subscribes an address that answers as the function says.
    async fn subscribe(&self, answers: impl Fn(&str) -> &'static str + Send + Sync + 'static) -> Heard {
        self.subscribe_to(Vec::new(), answers).await
    }

    /// Subscribes an address to some rooms only.
    async fn subscribe_to(
        &self,
        rooms: Vec<RoomId>,
        answers: impl Fn(&str) -> &'static str + Send + Sync + 'static,
    ) -> Heard {
        let (tell, told) = mpsc::unbounded_channel();
        let (answers, tell) = (Arc::new(answers), Arc::new(Mutex::new(tell)));
        let (at, _) = serve(move |mut stream| {
            let (answers, tell) = (answers.clone(), tell.clone());
            async move {
                while let Some((head, body)) = request(&mut stream).await {
                    let json = serde_json::from_str(&body).expect("JSON");
                    let _ = tell.lock().expect("a channel").send((head, json));
                    answer(&mut stream, answers(&body), "").await;
                }
            }
        });
        self.add_for(&format!("http://{at}/"), rooms).await;
        Heard(told)
    }

    async fn add(&self, address: &str) {
        self.add_for(address, Vec::new()).await;
    }

    async fn add_for(&self, address: &str, rooms: Vec<RoomId>) {
        let webhook = Webhook {
            id: self.app.fresh_id(),
            address: address.into(),
            wants: Vec::new(),
            rooms,
            secret: sign::fresh().expect("chance"),
            former: None,
            created_at: Time(0),
        };
        let fed = self.app.journal.feed_end().await.expect("a number");
        assert!(self.app.subscribers.subscribe(webhook, fed, 100).await.expect("a journal"));
        self.app.hooks.changed.notify_one();
    }

    async fn group(&self) -> RoomId {
        let made = Command::CreateGroup { title: "tea".into(), members: vec![], client_id: None };
        self.execute(made).await
    }

    async fn say(&self, room: RoomId, text: &str) {
        self.execute(Command::Send { room, draft: Draft::text(text), client_id: None }).await;
    }

    async fn execute(&self, command: Command) -> RoomId {
        use chat_domain::Journal;
        let order = Order { actor: self.ann, at: self.app.now(), command, origin: None };
        self.memory.execute(order).await.expect("an outcome").event().expect("an event").room
    }

    /// Waits until some webhook is in this state.
    async fn until(&self, is: impl Fn(&Subscribed) -> bool) {
        let found = async {
            while !self.app.subscribers.webhooks().await.expect("a list").iter().any(&is) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), found).await.expect("it comes to that");
    }
}

//! Pushes over a chat in memory, to devices that decrypt them, through a push service that answers as a test wants.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_domain::directory::NewAccount;
use chat_domain::{Command, Device, Devices, Directory, Draft, InMemory, Journal, Limits, Order, RoomId, Time, UserId};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use tokio::sync::mpsc;

use super::*;
use crate::account::secret::Secret;
use crate::account::token::Tokens;
use crate::app::ServerSettings;
use crate::carry::outbox::Depot;
use crate::client::tests::stub::{answer, request_of_bytes, serve};
use crate::hooks::HookSettings;
use crate::hub::{Hub, HubSettings, Inbox};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_decrypts_what_its_person_missed() {
    let world = World::new(PushSettings::default()).await;
    let mut service = world.service(|_| "201 Created".into());
    let device = world.device(&service, "a").await;
    let message = world.say("Привет, Боб").await;
    let (head, body) = service.next().await;
    let text = device.open(&body);
    let room = world.room.uuid();
    let json = format!(
        r#"{{"type":"message","chat_id":"{room}","message_id":"{}","title":"Ann","body":"Привет, Боб"}}"#,
        message.uuid()
    );
    assert_eq!(text, json);
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("{name} is missing in {head}")).to_owned()
    };
    assert_eq!((header("ttl"), header("content-encoding")), ("86400".into(), "aes128gcm".into()));
    assert_eq!(header("topic").len(), 32);
    assert!(head.starts_with("POST /a ") && header("authorization").starts_with("vapid t="), "{head}");
    world.until(|pushes| pushes.waiting.is_empty() && pushes.fed > 0).await;
    assert!(service.heard.try_recv().is_err(), "it is told once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_content_a_push_names_nobody() {
    let world = World::new(PushSettings { content: false, ..PushSettings::default() }).await;
    let mut service = world.service(|_| "201 Created".into());
    let device = world.device(&service, "a").await;
    world.say("a secret").await;
    let text = device.open(&service.next().await.1);
    assert!(text.ends_with(r#","title":"","body":""}"#), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_is_tried_again_and_a_service_that_hangs_costs_the_others_nothing() {
    let first = Duration::from_millis(20);
    let world = World::new(PushSettings { first, ..PushSettings::default() }).await;
    let tries = Mutex::new(HashMap::new());
    let mut service = world.service(move |path| {
        let mut tries = tries.lock().expect("a count");
        let tried = tries.entry(path.to_owned()).or_insert(0);
        *tried += 1;
        match (path, *tried) {
            ("/500", 1..=2) => "500 Sorry".into(),
            ("/429", 1) => "429 Slower\r\nretry-after: 1".into(),
            ("/400", _) => "400 Never".into(),
            ("/404", _) => "404 Unknown".into(),
            ("/410", _) => "410 Gone".into(),
            _ => "201 Created".into(),
        }
    });
    let (hangs, _) = serve(|mut stream| async move {
        request_of_bytes(&mut stream).await;
        std::future::pending::<()>().await;
    });
    world.add(&format!("http://{hangs}/"), &EphemeralDevice::new()).await;
    for path in ["500", "429", "400", "404", "410", "good"] {
        world.device(&service, path).await;
    }
    world.say("hello").await;
    let mut heard: HashMap<String, usize> = HashMap::new();
    // Three attempts for one device, two for another, one for each of the others. What is settled is not repeated.
    for _ in 0..9 {
        let (head, _) = service.next().await;
        let path = head.split(' ').nth(1).expect("a path").to_owned();
        *heard.entry(path).or_default() += 1;
    }
    let times = |path: &str| heard.get(path).copied().unwrap_or(0);
    let all = ["/500", "/429", "/400", "/404", "/410", "/good"].map(times);
    assert_eq!(all, [3, 2, 1, 1, 1, 1], "{heard:?}");
    world.until(|pushes| pushes.waiting.len() == 1).await;
    let kept = world.memory.devices(world.bob).await.expect("a list");
    assert_eq!(kept.len(), 5, "those that are gone have ended");
    let said: Vec<_> = kept.iter().map(|(_, tried)| tried.answer.as_str()).collect();
    assert_eq!(said[1..], ["it answered 201", "it answered 201", "it answered 400", "it answered 201"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_is_not_told_and_private_addresses_are_not_reached() {
    let world = World::with(PushSettings::default(), HookSettings::default()).await;
    let service = world.service(|_| "201 Created".into());
    world.device(&service, "a").await;
    world.say("hello").await;
    world.until(|pushes| pushes.tried.iter().any(|(_, tried)| tried.answer.contains("may not be reached"))).await;
    assert!(service.heard.is_empty());
}

struct World {
    app: Arc<App>,
    memory: Arc<InMemory>,
    ann: UserId,
    bob: UserId,
    room: RoomId,
    _stop: tokio_util::sync::DropGuard,
}

/// A push service, and the requests that it got.
struct Service {
    address: String,
    heard: mpsc::UnboundedReceiver<(String, Vec<u8>)>,
}

impl Service {
    async fn next(&mut self) -> (String, Vec<u8>) {
        let heard = timeout(Duration::from_secs(60), self.heard.recv()).await;
        heard.expect("something is pushed").expect("the service is there")
    }
}

impl World {
    async fn new(push: PushSettings) -> World {
        World::with(push, HookSettings { private: true, ..HookSettings::default() }).await
    }

    async fn with(push: PushSettings, hooks: HookSettings) -> World {
        let inbox = Inbox::new(1);
        let memory = Arc::new(InMemory::new(Limits::default(), inbox.clone()));
        let settings = HubSettings { presence_grace: Duration::ZERO, ..HubSettings::default() };
        let hub = Hub::new(settings, Depot::new(Default::default()), inbox, memory.clone(), memory.clone());
        let tokens = Tokens::local(&[Secret::new("a secret of the tests")], 3_600);
        let settings = ServerSettings { push, hooks, ..ServerSettings::default() };
        let app = App::new(memory.clone(), memory.clone(), memory.clone(), hub, tokens, settings);
        let mut people = Vec::new();
        for name in ["Ann", "Bob"] {
            let account = NewAccount { username: name.into(), name: None, avatar: String::new(), password: "-".into() };
            people.push(memory.register(account).await.expect("an account").person.id());
        }
        let (ann, bob) = (people[0], people[1]);
        let order = Order { actor: ann, at: app.now(), command: Command::OpenDirect { with: bob }, origin: None };
        let room = memory.execute(order).await.expect("a chat").event().expect("an event").room;
        let (stop, running) = (CancellationToken::new(), app.clone());
        let until = stop.clone();
        tokio::spawn(async move { running.push_missed(until).await });
        World { app, memory, ann, bob, room, _stop: stop.drop_guard() }
    }

    /// Starts a push service whose answers depend on the path.
    fn service(&self, answers: impl Fn(&str) -> String + Send + Sync + 'static) -> Service {
        let (tell, heard) = mpsc::unbounded_channel();
        let answers = Arc::new(answers);
        let (at, _) = serve(move |mut stream| {
            let (answers, tell) = (answers.clone(), tell.clone());
            async move {
                while let Some((head, body)) = request_of_bytes(&mut stream).await {
                    let said = answers(head.split(' ').nth(1).unwrap_or_default());
                    let _ = tell.send((head, body));
                    answer(&mut stream, &said, "").await;
                }
            }
        });
        Service { address: format!("http://{at}/"), heard }
    }

    async fn device(&self, service: &Service, path: &str) -> EphemeralDevice {
        let device = EphemeralDevice::new();
        self.add(&format!("{}{path}", service.address), &device).await;
        device
    }

    async fn add(&self, address: &str, device: &EphemeralDevice) {
        let device = Device {
            id: self.app.fresh_id(),
            person: self.bob,
            address: address.into(),
            key: URL_SAFE_NO_PAD.encode(device.public()),
            auth: URL_SAFE_NO_PAD.encode(AUTH),
            tree: "/api/v2".into(),
            family: None,
            session: None,
            created_at: Time(0),
        };
        let fed = self.app.journal.feed_end().await.expect("a number");
        assert!(self.app.subscribers.add_device(device, fed, 20).await.expect("a journal"));
        self.app.pushing.changed.notify_one();
    }

    async fn say(&self, text: &str) -> chat_domain::MessageId {
        let command = Command::Send { room: self.room, draft: Draft::text(text), client_id: None };
        let order = Order { actor: self.ann, at: self.app.now(), command, origin: None };
        match &self.memory.execute(order).await.expect("an outcome").event().expect("an event").change {
            chat_domain::Change::Sent { message, .. } => message.id,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until the stored progress is in this state.
    async fn until(&self, is: impl Fn(&Pushes) -> bool) {
        let found = async {
            while !self.memory.pushes().await.expect("a list").is_some_and(|pushes| is(&pushes)) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(60), found).await.expect("it comes to that");
    }
}

/// A device that can decrypt one push.
struct EphemeralDevice(EphemeralPrivateKey);

impl EphemeralDevice {
    fn new() -> EphemeralDevice {
        EphemeralDevice(EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).expect("chance"))
    }

    fn public(&self) -> Vec<u8> {
        self.0.compute_public_key().expect("a point").as_ref().to_vec()
    }

    /// Decrypts a push by the steps that RFC 8291 gives for receivers.
    fn open(self, sealed: &[u8]) -> String {
        let (salt, rest) = sealed.split_at(16);
        let (size, rest) = rest.split_at(4);
        assert_eq!((size, rest[0]), (&4_096_u32.to_be_bytes()[..], 65));
        let (theirs, record) = rest[1..].split_at(65);
        let ours = self.public();
        let mut record = record.to_vec();
        let shared = agree_ephemeral(self.0, &UnparsedPublicKey::new(&ECDH_P256, theirs), <[u8]>::to_vec);
        let secret = expand(&AUTH, &shared.expect("a secret"), &[b"WebPush: info\0", &ours[..], theirs].concat(), 32);
        let key = expand(salt, &secret, b"Content-Encoding: aes128gcm\0", 16);
        let nonce = expand(salt, &secret, b"Content-Encoding: nonce\0", 12);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).expect("a key"));
        let nonce = Nonce::try_assume_unique_for_key(&nonce).expect("a nonce");
        let plain = key.open_in_place(nonce, Aad::empty(), &mut record).expect("what was sealed for this device");
        let (end, text) = plain.split_last().expect("an end");
        assert_eq!(*end, 2, "it is the last record");
        String::from_utf8(text.to_vec()).expect("text")
    }
}

/// HKDF for up to 32 bytes: one block of HMAC.
fn expand(salt: &[u8], secret: &[u8], info: &[u8], bytes: usize) -> Vec<u8> {
    use ring::hmac::{HMAC_SHA256, Key, sign};
    let extracted = sign(&Key::new(HMAC_SHA256, salt), secret);
    let block = sign(&Key::new(HMAC_SHA256, extracted.as_ref()), &[info, &[1]].concat());
    block.as_ref()[..bytes].to_vec()
}

const AUTH: [u8; 16] = [7; 16];

//! What the tests of the store share.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

pub mod operators;
pub mod postgres;
pub mod proxy;
pub mod wire;

use diesel::{Connection, SqliteConnection};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chat_domain::directory::NewAccount;
use chat_domain::{
    Change, Command, Directory, Draft, Event, Failure, Ids, MessageId, Order, Person, RoomId, Settled, Sink,
    Subscribers, Time, UserId,
};
use chat_store::{Options, Store};

/// Numbers that look random and come again with the same seed.
pub struct Dice(u64);

impl Dice {
    /// Dice with a seed, which a failing test prints.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.roll(of.len())].clone()) }
    }

    /// True in one of so many cases.
    pub fn one_in(&mut self, cases: usize) -> bool {
        self.roll(cases) == 0
    }
}

/// A sink that remembers what it heard.
#[derive(Default)]
pub struct Heard(Mutex<Vec<Settled>>);

impl Sink for Heard {
    fn settled(&self, answers: Vec<Settled>) {
        self.0.lock().unwrap().extend(answers);
    }
}

impl Heard {
    /// Everything that was heard since the last time.
    pub fn take(&self) -> Vec<Settled> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A sink that does not listen.
pub struct Deaf;

impl Sink for Deaf {
    fn settled(&self, _: Vec<Settled>) {}
}

/// A store at an address, with nobody listening.
pub async fn open(url: &str) -> Store {
    Store::open(url, options(), Arc::new(Deaf)).await.unwrap()
}

/// The tests' clocks begin in 1970, and what is old goes: so nothing is. Several stores on one database stand for several nodes.
pub fn options() -> Options {
    let keep_changes = Duration::from_secs(200 * 365 * 24 * 3600);
    Options { keep_changes, several_nodes: true, ..Options::default() }
}

/// Somebody new.
pub async fn somebody(store: &Store, name: &str) -> Arc<Person> {
    let registered = patiently(|| async {
        let (username, password) = (name.to_owned(), "digest".to_owned());
        let account = NewAccount { username, name: None, avatar: String::new(), password };
        match store.register(account).await {
            // It may have been done all the same.
            Err(Failure::Unavailable) => store.by_username(name.to_owned()).await?.ok_or(Failure::Unavailable),
            registered => registered,
        }
    });
    registered.await.unwrap().person
}

/// The answer, also on a busy machine, where a database may not give it in time: then it is asked for again.
pub async fn patiently<T, A: Future<Output = Result<T, Failure>>>(mut ask: impl FnMut() -> A) -> Result<T, Failure> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match ask().await {
            Err(Failure::Unavailable) if Instant::now() < until => tokio::time::sleep(Duration::from_millis(10)).await,
            answer => return answer,
        }
    }
}

/// Waits until this one tells.
pub async fn leads(store: &Store) {
    let began = Instant::now();
    while !store.tells() {
        assert!(began.elapsed() < Duration::from_secs(60), "nobody takes the lease");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An order of nobody's socket.
pub fn order(actor: UserId, at: i64, command: Command) -> Order {
    Order { actor, at: Time::from_secs(at), command, origin: None }
}

/// A text to a room.
pub fn say(room: RoomId, text: &str) -> Command {
    Command::Send { room, draft: Draft::text(text), client_id: None }
}

/// A directory of its own under the system's temporary one, gone at the end.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    /// A new one.
    pub fn new(name: &str) -> Folder {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("chat-store-{name}-{}-{next}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// The address of an SQLite file in it.
    pub fn sqlite(&self) -> String {
        format!("sqlite:{}", self.0.join("chat.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Says that a test is skipped because a program is missing, past the harness, which keeps what a good test prints to
/// itself. Where everything was installed (`tests/run` says so), that is a failure.
pub fn skip(program: &str, package: &str) {
    let required = std::env::var_os("CHAT_TESTS_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!required, "{program} is required and not installed (apt-get install {package})");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let said = format!("SKIPPED {test}: there is no {program} on this machine (apt-get install {package})\n");
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}

/// A connection past the store.
pub fn raw(path: &str) -> SqliteConnection {
    SqliteConnection::establish(path).unwrap()
}

/// The numbers that the store gave, or some that nobody has.
pub fn ids(event: Option<&Event>) -> Ids {
    let (mut room, mut message) = (RoomId::new(1 << 50).unwrap(), MessageId::new(1 << 50).unwrap());
    match event.map(|event| (&event.change, event.room)) {
        Some((Change::Created { .. }, id)) => room = id,
        Some((Change::Sent { message: sent, .. }, _)) => message = sent.id,
        _ => {}
    }
    Ids { room, message }
}

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

/// Numbers that look random, but are the same for the same seed.
pub struct Dice(u64);

impl Dice {
    /// Makes dice with a seed, which a failing test prints.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }

    /// Returns one of these.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.roll(of.len())].clone()) }
    }

    /// Returns `true` in one of so many cases.
    pub fn one_in(&mut self, cases: usize) -> bool {
        self.roll(cases) == 0
    }
}

/// A sink that keeps what it was told.
#[derive(Default)]
pub struct Heard(Mutex<Vec<Settled>>);

impl Sink for Heard {
    fn settled(&self, answers: Vec<Settled>) {
        self.0.lock().unwrap().extend(answers);
    }
}

impl Heard {
    /// Returns everything that it was told since the last time.
    pub fn take(&self) -> Vec<Settled> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A sink that ignores what it is told.
pub struct Deaf;

impl Sink for Deaf {
    fn settled(&self, _: Vec<Settled>) {}
}

/// Opens a store at an address, with a sink that ignores everything.
pub async fn open(url: &str) -> Store {
    Store::open(url, options(), Arc::new(Deaf)).await.unwrap()
}

/// The tests' clocks begin in 1970, so nothing may be deleted for its age. Several stores on one database stand for
/// several nodes.
pub fn options() -> Options {
    let keep_changes = Duration::from_secs(200 * 365 * 24 * 3600);
    Options { keep_changes, several_nodes: true, ..Options::default() }
}

/// Registers a new user.
pub async fn somebody(store: &Store, name: &str) -> Arc<Person> {
    let registered = patiently(|| async {
        let (username, password) = (name.to_owned(), "digest".to_owned());
        let account = NewAccount { username, name: None, avatar: String::new(), password };
        match store.register(account).await {
            // The user may have been made nevertheless.
            Err(Failure::Unavailable) => store.by_username(name.to_owned()).await?.ok_or(Failure::Unavailable),
            registered => registered,
        }
    });
    registered.await.unwrap().person
}

/// Asks until there is an answer: on a busy machine, a database may not give it in time.
pub async fn patiently<T, A: Future<Output = Result<T, Failure>>>(mut ask: impl FnMut() -> A) -> Result<T, Failure> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        match ask().await {
            Err(Failure::Unavailable) if Instant::now() < until => tokio::time::sleep(Duration::from_millis(10)).await,
            answer => return answer,
        }
    }
}

/// Waits until this store holds the lease of the feed.
pub async fn leads(store: &Store) {
    let began = Instant::now();
    while !store.tells() {
        assert!(began.elapsed() < Duration::from_secs(60), "nobody takes the lease");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Makes an order that comes from no socket.
pub fn order(actor: UserId, at: i64, command: Command) -> Order {
    Order { actor, at: Time::from_secs(at), command, origin: None }
}

/// Makes the command that sends a text to a room.
pub fn say(room: RoomId, text: &str) -> Command {
    Command::Send { room, draft: Draft::text(text), client_id: None }
}

/// A directory below the system's temporary one, which is removed at the end.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    /// Makes a new one.
    pub fn new(name: &str) -> Folder {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("chat-store-{name}-{}-{next}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// Returns the address of an SQLite file in it.
    pub fn sqlite(&self) -> String {
        format!("sqlite:{}", self.0.join("chat.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Says that a test is skipped because a program is missing. It is written past the harness, which shows nothing of a
/// test that passes. Where everything was installed (`tests/run` says so), this fails.
pub fn skip(program: &str, package: &str) {
    let required = std::env::var_os("CHAT_TESTS_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!required, "{program} is required and not installed (apt-get install {package})");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let said = format!("SKIPPED {test}: there is no {program} on this machine (apt-get install {package})\n");
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}

/// Makes a connection without the store.
pub fn raw(path: &str) -> SqliteConnection {
    SqliteConnection::establish(path).unwrap()
}

/// Returns numbers that the store used, or others that were not used.
pub fn ids(event: Option<&Event>) -> Ids {
    let (mut room, mut message) = (RoomId::new(1 << 50).unwrap(), MessageId::new(1 << 50).unwrap());
    match event.map(|event| (&event.change, event.room)) {
        Some((Change::Created { .. }, id)) => room = id,
        Some((Change::Sent { message: sent, .. }, _)) => message = sent.id,
        _ => {}
    }
    Ids { room, message }
}

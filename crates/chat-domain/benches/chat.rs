//! How fast a chat decides: `cargo bench -p chat-domain`. One line for each figure that is promised.

use std::hint::black_box;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use chat_domain::view::Page;
use chat_domain::*;

const MEMBERS: i64 = 100;
const LARGE: i64 = 1_000_000;
const BATCH: i64 = 100_000;

fn main() {
    let mut plain = Bench::new();
    let small = plain.rate("Send, 100 members, empty room", |bench| bench.send(None));
    plain.fill(LARGE);
    let large = plain.rate("Send, 100 members, 1,000,000 messages", |bench| bench.send(None));
    println!("{:<58} {:>13.2} x", "  the large room takes", small / large);

    let mut named = Bench::new();
    let small = named.rate("Send with client_id, empty room", Bench::send_named);
    while named.next < LARGE {
        named.send_named();
    }
    let large = named.rate("Send with client_id, 1,000,000 messages", Bench::send_named);
    println!("{:<58} {:>13.2} x", "  the large room takes", small / large);

    plain.rate("Like, 1,000,000 messages", Bench::like);
    plain.rate("Send and Read by another, 1,000,000 messages", Bench::send_and_read);
    plain.rate("unread count and last message, 1,000,000 messages", |bench| {
        black_box(bench.chat.summaries([(user(bench.next % MEMBERS + 1), ROOM)]));
        bench.next += 1;
    });
    let mut pages = 0;
    plain.rate_of(2_000, "page of 50 with read_by of 100 members", |bench| {
        pages += bench.chat.history(user(1), ROOM, Page::Newest, 50).unwrap().messages.len();
    });
    let mut part = Bench::new();
    part.rate("Send through a working set told for it alone", Bench::send_in_part);
    black_box(pages);
}

const ROOM: RoomId = RoomId::new(1).unwrap();

struct Bench {
    chat: Chat,
    next: i64,
}

impl Bench {
    fn new() -> Bench {
        let mut chat = Chat::new(Limits::default());
        (1..=MEMBERS).for_each(|number| chat.learn(Fact::Person(user(number), Some(person(number)))));
        let members = (2..=MEMBERS).map(user).collect();
        let mut bench = Bench { chat, next: 1 };
        bench.give(1, Command::CreateGroup { title: "bench".into(), members, client_id: None });
        bench
    }

    fn stamp(&mut self, actor: i64) -> Stamp {
        self.next += 1;
        let ids = Ids { room: ROOM, message: MessageId::new(self.next).unwrap() };
        Stamp { actor: user(actor), at: Time(self.next), ids }
    }

    fn give(&mut self, actor: i64, command: Command) {
        let stamp = self.stamp(actor);
        black_box(self.chat.execute(stamp, command).unwrap());
    }

    fn send(&mut self, client_id: Option<ClientId>) {
        let draft = Draft::text("a message of some words, as people write them");
        self.give(self.next % MEMBERS + 1, Command::Send { room: ROOM, draft, client_id });
    }

    fn send_named(&mut self) {
        let name = ClientId::new(format!("0190f7c2-9d1e-7abc-8000-{:012x}", self.next));
        self.send(name);
    }

    fn send_and_read(&mut self) {
        self.send(None);
        self.give(self.next % MEMBERS + 1, Command::Read { room: ROOM, upto: None });
    }

    fn like(&mut self) {
        let message = MessageId::new(3 + self.next * 7919 % (LARGE / 2)).unwrap();
        self.give(self.next % MEMBERS + 1, Command::Like { room: ROOM, message });
    }

    fn send_in_part(&mut self) {
        let draft = Draft::text("a message of some words, as people write them");
        let command = Command::Send { room: ROOM, draft, client_id: None };
        let stamp = self.stamp(1);
        let mut part = self.chat.restrict(&command.needs(stamp.actor));
        black_box(part.execute(stamp, command).unwrap());
        black_box(part.take_written());
    }

    fn fill(&mut self, messages: i64) {
        while self.next < messages {
            self.send(None);
        }
    }

    fn rate(&mut self, what: &str, one: impl FnMut(&mut Bench)) -> f64 {
        self.rate_of(BATCH, what, one)
    }

    /// Returns the best of five rounds, because other work on the machine can only make a round slower.
    fn rate_of(&mut self, times: i64, what: &str, mut one: impl FnMut(&mut Bench)) -> f64 {
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let start = clock();
            (0..times).for_each(|_| one(self));
            best = best.min(clock() - start);
        }
        let rate = times as f64 / best.as_secs_f64();
        println!("{what:<58} {:>13.0} /s", rate);
        rate
    }
}

/// Returns the processor time of this thread, where the system tells it, so that other work on the machine does not count.
fn clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let used = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let used = used.and_then(|line| line.split(' ').next()?.parse().ok()).map(Duration::from_nanos);
    used.unwrap_or_else(|| START.get_or_init(Instant::now).elapsed())
}

fn user(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

fn person(number: i64) -> Arc<Person> {
    let name = format!("user{number}");
    let handle = Handle::from(user(number));
    Arc::new(Person { handle, username: name.clone(), name, avatar: String::new() })
}

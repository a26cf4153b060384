//! Sends at a fixed rate while the index of words follows: how late the index is, and what it costs those who send.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::{Command, Find, Journal, RoomId, Sought, UserId};
use chat_store::{Options, Store};
use tokio::time::sleep_until;

use crate::common::{Deaf, options, order, say, somebody};

/// Measures without anybody who follows the feed, and with.
pub(crate) async fn following(plain: &str, indexed: &str) {
    let without = send(plain, false).await;
    let with = send(indexed, true).await;
    println!(
        "  {RATE} sends a second for {SECONDS} s: p99 {:.1} ms with the index, {:.1} without: {:.2} ×, at most 1.2",
        with.late,
        without.late,
        with.late / without.late
    );
    println!("  the index is {:.2} s late at most, of 1", with.behind);
    println!("  CPU of this process {:.1} µs a message with the index, {:.1} without", with.cpu, without.cpu);
}

struct Cost {
    /// The time in which 99 of 100 orders were answered, in ms.
    late: f64,
    /// The time until a message was found, in seconds.
    behind: f64,
    /// The CPU time of a message, in µs.
    cpu: f64,
}

async fn send(url: &str, feeds: bool) -> Cost {
    let store = Arc::new(Store::open(url, Options { feeds, ..options() }, Arc::new(Deaf)).await.unwrap());
    let mut places = Vec::new();
    for n in 0..SENDERS {
        let me = somebody(&store, &format!("user{n}")).await.id();
        let made = Command::CreateGroup { title: "own".into(), members: vec![], client_id: None };
        places.push((me, store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room));
    }
    let (began, cpu) = (Instant::now(), super::cpu());
    let (asker, asked) = places[0];
    let senders: Vec<_> =
        places.iter().enumerate().map(|(n, &place)| tokio::spawn(speak(store.clone(), place, n, began))).collect();
    let mut behind: f64 = 0.0;
    while feeds && began.elapsed() < Duration::from_secs(SECONDS) {
        behind = behind.max(until_found(&store, asker, asked, began).await);
    }
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.await.unwrap());
    }
    let spent = super::cpu() - cpu;
    times.sort_by(f64::total_cmp);
    let cost = Cost { late: times[times.len() * 99 / 100], behind, cpu: spent * 1e6 / times.len() as f64 };
    store.close().await;
    cost
}

/// One of the senders, who sends a part of the rate.
async fn speak(store: Arc<Store>, (me, room): (UserId, RoomId), n: usize, began: Instant) -> Vec<f64> {
    let pause = Duration::from_secs_f64(SENDERS as f64 / RATE as f64);
    let mut due = began + pause.mul_f64(n as f64 / SENDERS as f64);
    let mut times = Vec::new();
    while began.elapsed() < Duration::from_secs(SECONDS) {
        sleep_until(due.into()).await;
        let text = "a message as long as most of them are, give or take";
        store.execute(order(me, 2, say(room, text))).await.unwrap();
        times.push(due.elapsed().as_secs_f64() * 1e3);
        due += pause;
    }
    times
}

/// Sends a word that nobody has sent, and searches for it. Returns how many seconds after the answer it was found.
async fn until_found(store: &Store, me: UserId, room: RoomId, began: Instant) -> f64 {
    let word = format!("needle{}", began.elapsed().as_micros());
    store.execute(order(me, 2, say(room, &word))).await.unwrap();
    let said = Instant::now();
    loop {
        let sought = Sought::parse(&word).unwrap();
        let find = Find { sought, room: Some(room), from: None, since: None, before: None, below: None, limit: 1 };
        if !store.find(me, find).await.unwrap().hits.is_empty() {
            return said.elapsed().as_secs_f64();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const RATE: u64 = 5_000;
const SECONDS: u64 = 60;
const SENDERS: usize = 64;

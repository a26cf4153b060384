//! What the store costs, compared with a bare loop that does the least possible: both in one run, on one disk.
//!
//! `cargo bench -p chat-store` prints a table; `cargo bench -p chat-store -- sqlite` and `-- postgres` measure one
//! database, `-- history` compares pages of plain and of rich messages, `-- search` and `-- search-postgres` measure
//! searching a million messages, and following what is sent.

#[path = "../../tests/common/mod.rs"]
mod common;

mod bare;
mod fill;
mod following;
mod history;
mod search;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::{Change, Command, Head, Journal, MessageId, RoomId, UserId};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Folder, open, order, say, somebody};

fn main() {
    let which: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| which.is_empty() || which.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if wanted("sqlite") {
        let folder = Folder::new("bench");
        println!("SQLite");
        runtime.block_on(writing(&folder.sqlite(), &|batch| bare::sqlite(&folder.0.join("bare.db"), batch)));
        runtime.block_on(pairs(&format!("sqlite:{}", folder.0.join("pairs.db").display()), &writer_cpu));
        runtime.block_on(reading(&folder.0.join("full.db")));
    }
    if which.iter().any(|wanted| wanted == "history") {
        let folder = Folder::new("bench");
        runtime.block_on(history::history(&folder.0.join("full.db")));
    }
    if which.iter().any(|wanted| wanted == "search") {
        let folder = Folder::new("bench");
        let size = |name: &str| std::fs::metadata(folder.0.join(name)).map_or(0, |file| file.len());
        runtime.block_on(search::search(&folder.sqlite(), &|| (size("chat.db.search"), size("chat.db"))));
        let url = |name: &str| format!("sqlite:{}", folder.0.join(name).display());
        runtime.block_on(following::following(&url("plain.db"), &url("indexed.db")));
    }
    if which.iter().any(|wanted| wanted == "search-postgres")
        && let Some(cluster) = Cluster::start()
    {
        let url = cluster.database("search");
        let size = |table: &str| {
            cluster.ask("search", &format!("SELECT pg_total_relation_size('{table}')")).trim().parse().unwrap()
        };
        runtime.block_on(search::search(&url, &|| (size("indexed"), size("messages"))));
        runtime.block_on(following::following(&cluster.database("plain"), &cluster.database("indexed")));
    }
    if which.iter().any(|wanted| wanted == "pairs") {
        let folder = Folder::new("bench");
        runtime.block_on(pairs(&folder.sqlite(), &writer_cpu));
    }
    if wanted("postgres")
        && let Some(cluster) = Cluster::start()
    {
        println!("Postgres");
        let url = cluster.database("chat");
        let bare = cluster.database("bare");
        runtime.block_on(writing(&url, &|batch| {
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(bare::postgres(&bare, batch)))
        }));
    }
    if which.iter().any(|wanted| wanted == "pairs-postgres")
        && let Some(cluster) = Cluster::start()
    {
        let url = cluster.database("pairs");
        runtime.block_on(pairs(&url, &|| cluster.cpu()));
        let asked = "SELECT xact_commit, xact_rollback FROM pg_stat_database WHERE datname = 'pairs'";
        println!("  transactions committed and rolled back: {}", cluster.ask("pairs", asked).trim());
    }
}

/// Measures durable sends, and a bare loop that inserts the same rows in batches of the same size.
async fn writing(url: &str, bare: &dyn Fn(usize) -> f64) {
    let store = Arc::new(open(url).await);
    let mut people = Vec::new();
    for n in 0..256 {
        people.push(somebody(&store, &format!("user{n}")).await.id());
    }
    let made = Command::CreateGroup { title: "all".into(), members: people.clone(), client_id: None };
    let room = store.execute(order(people[0], 1, made)).await.unwrap().event().unwrap().room;
    for callers in [1, 64, 256] {
        // The two take turns, and the median counts, so that changes of the disk's speed do not decide.
        let mut turns = Vec::new();
        for _ in 0..TURNS {
            let (ours, cpu) = send(&store, &people[..callers], room).await;
            turns.push((ours, bare(callers), cpu));
        }
        turns.sort_by(|a, b| f64::total_cmp(&(a.0 / a.1), &(b.0 / b.1)));
        let (ours, theirs, cpu) = turns[TURNS / 2];
        println!(
            "  sends, {callers:3} callers: {ours:8.0}/s   bare loop, batches of {callers:3}: {theirs:8.0}/s   {:4.0} %   CPU of this process {cpu:5.1} µs a send",
            100.0 * ours / theirs
        );
    }
    store.close().await;
}

/// How many rounds each side has, and how long one is.
const TURNS: usize = 11;
pub(crate) const TURN: Duration = Duration::from_millis(500);

/// Everybody sends, and sends again when the message is durable. Returns messages a second, and µs of CPU for each.
async fn send(store: &Arc<Store>, people: &[UserId], room: RoomId) -> (f64, f64) {
    let (began, cpu) = (Instant::now(), cpu());
    let senders = people.iter().map(|&me| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut sent = 0;
            while began.elapsed() < TURN {
                store
                    .execute(order(me, 2, say(room, "a message as long as most of them are, give or take")))
                    .await
                    .unwrap();
                sent += 1;
            }
            sent
        })
    });
    let mut sent = 0;
    for sender in senders.collect::<Vec<_>>() {
        sent += sender.await.unwrap();
    }
    let spent = self::cpu() - cpu;
    (f64::from(sent) / began.elapsed().as_secs_f64(), spent * 1e6 / f64::from(sent))
}

/// A thousand users in pairs: each sends twice, then reads what the other one sent. Measures the CPU time of whoever
/// writes.
async fn pairs(url: &str, writer_cpu: &dyn Fn() -> f64) {
    let store = Arc::new(open(url).await);
    let mut pairs = Vec::new();
    for n in 0..500 {
        let (a, b) = (somebody(&store, &format!("a{n}")).await.id(), somebody(&store, &format!("b{n}")).await.id());
        let room = store.execute(order(a, 1, Command::OpenDirect { with: b })).await.unwrap().event().unwrap().room;
        let last = Arc::new([AtomicI64::new(0), AtomicI64::new(0)]);
        pairs.extend([(a, room, 0, last.clone()), (b, room, 1, last)]);
    }
    let (began, cpu) = (Instant::now(), writer_cpu());
    let people = pairs.into_iter().map(|(me, room, which, last)| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut sent = 0;
            while began.elapsed() < Duration::from_secs(3) {
                for _ in 0..2 {
                    let text = "a message as long as most of them are, give or take";
                    let said = store.execute(order(me, 2, say(room, text))).await.unwrap();
                    let Some(Change::Sent { message, .. }) = said.event().map(|event| &event.change) else { panic!() };
                    last[which].store(message.id.number(), Ordering::Relaxed);
                    sent += 1;
                }
                if let Some(upto) = MessageId::new(last[1 - which].load(Ordering::Relaxed)) {
                    store.execute(order(me, 2, Command::Deliver { room, upto })).await.unwrap();
                }
            }
            sent
        })
    });
    let mut sent = 0;
    for person in people.collect::<Vec<_>>() {
        sent += person.await.unwrap();
    }
    let (spent, rate) = (writer_cpu() - cpu, f64::from(sent) / began.elapsed().as_secs_f64());
    println!(
        "  1,000 in pairs: {rate:8.0} sends/s and half as many deliveries; CPU of the writer {:5.1} µs a send with half a delivery",
        spent * 1e6 / f64::from(sent)
    );
    store.close().await;
}

/// Returns the CPU time that the thread which writes to SQLite has used, in seconds.
fn writer_cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let ours = tasks
        .filter(|task| std::fs::read_to_string(task.path().join("comm")).is_ok_and(|name| name.trim() == "chat-write"));
    let nanos = |task: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse::<f64>().ok()
    };
    ours.filter_map(nanos).sum::<f64>() / 1e9
}

/// Returns the CPU time that this process has used, in seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Measures questions to a database of five million messages.
async fn reading(file: &std::path::Path) {
    let url = format!("sqlite:{}", file.display());
    let store = open(&url).await;
    for n in 0..21 {
        somebody(&store, &format!("user{n}")).await;
    }
    store.close().await;
    println!("  filling 5,000,000 messages …");
    fill::sqlite(file);
    let store = open(&url).await;
    let me = UserId::new(1).unwrap();
    let room = |number| RoomId::new(number).unwrap();
    let large = time(async || drop(store.history(me, room(1), Page::Newest, 50).await.unwrap())).await;
    let small = time(async || drop(store.history(me, room(2), Page::Newest, 50).await.unwrap())).await;
    println!("  page of 50: {large:6.0} µs from 1,000,000 messages, {small:6.0} µs from 1,000: {:.2} ×", large / small);
    let head = store.head(me, room(1)).await.unwrap();
    let since = Since::Head(Head { seq: head.seq - 100, moves: head.moves });
    let replay = Replay { since, from: None, until: None, limit: 200 };
    let missed = time(async || match store.replay(me, room(1), replay).await.unwrap() {
        Replayed::Changes { events, .. } => assert_eq!(events.len(), 100),
        pruned => panic!("{pruned:?}"),
    });
    println!("  100 changes missed of 1,000,000: {:6.0} µs", missed.await);
    let list = time(async || assert_eq!(store.chats(me, None, 50).await.unwrap().chats.len(), 50)).await;
    println!("  page of 50 of 1,000 chats, 1,000 unread each: {list:6.0} µs");
    store.close().await;
}

/// Returns the median, in µs.
async fn time(mut work: impl AsyncFnMut()) -> f64 {
    let mut times = Vec::new();
    for _ in 0..201 {
        let began = Instant::now();
        work().await;
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    times[100]
}

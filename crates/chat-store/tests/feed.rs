//! The feed has everything that was committed, once, in the order of each room, whoever writes it.

mod common;

use std::collections::BTreeMap;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use chat_domain::{Command, FeedEntry, Journal, RoomId, UserId};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Dice, Folder, open, order, say, somebody};

#[tokio::test]
async fn sqlite_feeds_everything_once_and_over_restarts() {
    let folder = Folder::new("feed");
    everything_once(&folder.sqlite()).await;
}

#[tokio::test]
async fn postgres_feeds_everything_once_and_over_restarts() {
    let Some(cluster) = Cluster::start() else { return };
    everything_once(&cluster.database("feed")).await;
}

/// Stories of several rooms. Half of each is told by a store that is closed, and half by one that is dropped as if it
/// had died.
async fn everything_once(url: &str) {
    let store = open(url).await;
    let ann = somebody(&store, "ann").await.id();
    let mut rooms = Vec::new();
    for title in ["a", "b", "c"] {
        let made = Command::CreateGroup { title: title.into(), members: vec![], client_id: None };
        rooms.push(store.execute(order(ann, 1, made)).await.unwrap().event().unwrap().room);
    }
    let mut dice = Dice::new(7);
    talk(&store, &mut dice, ann, &rooms).await;
    complete(&store, ann, &rooms).await;
    store.close().await;
    let store = open(url).await;
    talk(&store, &mut dice, ann, &rooms).await;
    // The feed may not have been written when the store is dropped: the next store finds what is missing.
    drop(store);
    let store = open(url).await;
    let feed = complete(&store, ann, &rooms).await;
    assert!(feed.len() >= 6, "an entry of each room in each life at least: {feed:?}");
    store.close().await;
}

async fn talk(store: &Store, dice: &mut Dice, ann: UserId, rooms: &[RoomId]) {
    let orders = (0..60).map(|_| store.execute(order(ann, 2, say(dice.pick(rooms).unwrap(), "hello"))));
    futures_util::future::try_join_all(orders).await.unwrap();
}

/// Waits until the feed has come to the heads of these rooms, and checks that it is right.
async fn complete(store: &Store, ann: UserId, rooms: &[RoomId]) -> Vec<FeedEntry> {
    let began = Instant::now();
    loop {
        let feed = whole(store).await;
        let mut fed = BTreeMap::new();
        for entry in &feed {
            let upto = fed.entry(entry.room).or_insert(0);
            assert!(entry.from == *upto + 1 && entry.upto >= entry.from, "{entry:?} after {upto}");
            *upto = entry.upto;
        }
        let mut is_complete = true;
        for room in rooms {
            is_complete &= fed.get(&Some(*room)) == Some(&store.head(ann, *room).await.unwrap().seq);
        }
        if is_complete {
            return feed;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{fed:?} of {rooms:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Returns the feed from its beginning, in pages.
async fn whole(store: &Store) -> Vec<FeedEntry> {
    let mut feed: Vec<FeedEntry> = Vec::new();
    loop {
        let page = store.feed(feed.last().map_or(0, |entry| entry.no), 7).await.unwrap();
        assert!(page.is_sorted_by(|a, b| a.no < b.no));
        if page.is_empty() {
            return feed;
        }
        feed.extend(page);
    }
}

/// The address that the other process opens.
const PLACE: &str = "CHAT_STORE_TEST_FEED";

/// The holder of the lease freezes. Another node takes over within 20 s, and the frozen one writes nothing when it
/// wakes up.
#[tokio::test]
async fn postgres_feeds_on_when_the_holder_freezes_comes_back_and_is_killed() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("feed");
    let mut child = another(&url);
    let holder = "SELECT holder FROM leases WHERE until > extract(epoch FROM clock_timestamp()) * 1000000";
    let first = until(|| cluster.try_ask("feed", holder).ok().filter(|said| !said.trim().is_empty())).await;
    let talks = "SELECT seq FROM rooms WHERE seq > 5";
    until(|| cluster.try_ask("feed", talks).ok().filter(|said| !said.trim().is_empty())).await;
    signal(&child, "-STOP");
    let store = open(&url).await;
    let (ann, room) = (UserId::new(1).unwrap(), RoomId::new(1).unwrap());
    store.execute(order(ann, 3, say(room, "while it is frozen"))).await.unwrap();
    complete(&store, ann, &[room]).await;
    until(|| cluster.try_ask("feed", holder).ok().filter(|said| !said.trim().is_empty() && *said != first)).await;
    signal(&child, "-CONT");
    let before: u64 = cluster.ask("feed", "SELECT seq FROM rooms").trim().parse().unwrap();
    until(|| (cluster.ask("feed", "SELECT seq FROM rooms").trim().parse::<u64>().unwrap() > before + 20).then_some(()))
        .await;
    child.kill().unwrap();
    child.wait().unwrap();
    store.execute(order(ann, 4, say(room, "after it was killed"))).await.unwrap();
    complete(&store, ann, &[room]).await;
    store.close().await;
}

/// Not a test: the code of the other process.
#[tokio::test]
async fn another_process() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let store = open(&place).await;
    let ann = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    let room = store.execute(order(ann, 1, made)).await.unwrap().event().unwrap().room;
    loop {
        // While it was frozen, its connections were ended; it connects again.
        let _ = store.execute(order(ann, 2, say(room, "hello"))).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn another(url: &str) -> Child {
    let mut child = Process::new(std::env::current_exe().unwrap());
    child.args(["--exact", "another_process", "--nocapture", "--quiet"]).env(PLACE, url);
    child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn signal(child: &Child, signal: &str) {
    assert!(Process::new("kill").arg(signal).arg(child.id().to_string()).status().unwrap().success());
}

async fn until<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(90), "it does not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

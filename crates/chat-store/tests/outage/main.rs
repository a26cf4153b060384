//! The database goes away and comes back: nothing acknowledged is lost, nothing happens twice.

#[path = "../common/mod.rs"]
mod common;
mod cut;
mod disk;
mod doubt;
mod load;
mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chat_domain::view::Page;
use chat_domain::{Amendment, Change, ClientId, Command, Draft, Failure, Journal, Order, RoomId, Time, UserId};
use chat_store::{Options, Store};
use common::postgres::Cluster;
use common::{Deaf, Folder, open, options, order, raw, say, somebody};
use diesel::connection::SimpleConnection;
use load::Load;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_is_stopped_and_started_under_load() {
    let Some(cluster) = Cluster::start() else { return };
    let store = Arc::new(open(&cluster.database("outage")).await);
    let (me, room) = room(&store).await;
    let load = Load::start(store.clone(), me, room);
    for _ in 0..3 {
        let before = load.refused();
        load.wait_for_more().await;
        cluster.down();
        load.wait_for_refusal(before).await;
        cluster.up();
        load.wait_for_more().await;
    }
    load.finish(&store).await;
}

#[tokio::test]
async fn a_caller_who_stops_waiting_withdraws_what_was_not_begun() {
    let folder = Folder::new("withdraw");
    let store = open(&folder.sqlite()).await;
    let (me, room) = room(&store).await;
    let long = Command::Send { room, draft: Draft::text("x".repeat(9_000)), client_id: None };
    let first: Vec<_> = (0..500).map(|_| store.execute(order(me, 2, long.clone()))).collect();
    let second: Vec<_> = (0..500).map(|_| store.execute(order(me, 2, say(room, "gone")))).collect();
    drop(second);
    for answer in first {
        answer.await.unwrap();
    }
    store.execute(order(me, 3, say(room, "last"))).await.unwrap();
    let history = store.history(me, room, Page::Newest, 2_000).await.unwrap();
    let gone = history.messages.iter().filter(|shown| &*shown.message.content == "gone").count();
    assert_eq!(history.messages.len(), 501 + gone);
    assert!(gone < 500, "not one was withdrawn");
}

#[tokio::test]
async fn a_full_queue_says_so_at_once() {
    let folder = Folder::new("full");
    let options = Options { queue: 8, batch: 4, ..options() };
    let store = Store::open(&folder.sqlite(), options, Arc::new(Deaf)).await.unwrap();
    let (me, room) = room(&store).await;
    let waiting: Vec<_> = (0..2_000).map(|_| store.execute(order(me, 2, say(room, "hello")))).collect();
    let mut turned_away = 0;
    for answer in waiting {
        match answer.await {
            Ok(_) => {}
            Err(Failure::Unavailable) => turned_away += 1,
            Err(failure) => panic!("{failure}"),
        }
    }
    assert!(turned_away > 1_000, "{turned_away}");
    let history = store.history(me, room, Page::Newest, 5_000).await.unwrap();
    assert_eq!(history.messages.len(), 2_000 - turned_away);
}

async fn room(store: &Store) -> (UserId, RoomId) {
    let me = somebody(store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    let made = store.execute(order(me, 1, made)).await.unwrap();
    (me, made.event().unwrap().room)
}

fn named(me: UserId, room: RoomId, n: u64) -> Order {
    let client_id = ClientId::new(n.to_string());
    let command = Command::Send { room, draft: Draft::text(n.to_string()), client_id };
    Order { actor: me, at: Time::from_secs(2), command, origin: None }
}

async fn until(so: impl Fn() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never came to that");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

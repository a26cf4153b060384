//! A database that was put back or brought from elsewhere begins another life: cursors of the old one say nothing about it.

mod common;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chat_domain::{Command, Journal, RoomId, UserId};
use common::postgres::Cluster;
use common::{Folder, open, order, say, somebody};

#[tokio::test]
async fn sqlite_notices_an_older_copy_in_its_place() {
    let folder = Folder::new("life");
    let (me, room) = begin(&folder.sqlite()).await;
    let file = |name: &str| -> PathBuf { folder.0.join(name) };
    let first = say_something(&folder.sqlite(), me, room).await;
    fs::copy(file("chat.db"), file("backup.db")).unwrap();
    let later = say_something(&folder.sqlite(), me, room).await;
    assert_eq!(first, later, "another life without a reason");
    // Into the same file, whose number stays.
    fs::copy(file("backup.db"), file("chat.db")).unwrap();
    let restored = say_something(&folder.sqlite(), me, room).await;
    assert_ne!(later, restored, "an older copy in the same file");
    assert_eq!(say_something(&folder.sqlite(), me, room).await, restored);
    // A file of its own, and nothing is noted beside it.
    fs::copy(file("backup.db"), file("import.db")).unwrap();
    let imported = say_something(&format!("sqlite:{}", file("import.db").display()), me, room).await;
    assert_ne!(imported, first, "a copy elsewhere");
}

#[tokio::test]
async fn what_a_crash_leaves_tells_a_newer_file_from_an_older_one() {
    let folder = Folder::new("noted");
    let (me, room) = begin(&folder.sqlite()).await;
    let noted = || fs::read_to_string(folder.0.join("chat.db.lock")).unwrap().trim().parse::<i64>().unwrap();
    let store = open(&folder.sqlite()).await;
    let mut last = noted();
    for number in 0..3 {
        store.execute(order(me, 3 + number, say(room, "hello"))).await.unwrap();
        // The note is behind the answer, and before the next order's.
        store.execute(order(me, 3 + number, say(room, "again"))).await.unwrap();
        let now = noted();
        assert!(now > last, "{now} after {last}");
        last = now;
    }
    store.close().await;
}

#[tokio::test]
async fn postgres_notices_a_copy() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("original");
    let (me, room) = begin(&url).await;
    let first = say_something(&url, me, room).await;
    // Connections of a store that was closed take a moment to end.
    let until = Instant::now() + Duration::from_secs(30);
    while cluster.ask("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = 'original'").trim() != "0" {
        assert!(Instant::now() < until, "a store that was closed keeps its connections");
        std::thread::yield_now();
    }
    cluster.ask("postgres", "CREATE DATABASE copy TEMPLATE original");
    assert_ne!(say_something(&cluster.address("copy", cluster.port), me, room).await, first);
    assert_eq!(say_something(&url, me, room).await, first, "another life without a reason");
}

async fn begin(url: &str) -> (UserId, RoomId) {
    let store = open(url).await;
    let me = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
    store.close().await;
    (me, room)
}

/// Opens the database, says something and closes it; the epoch that it had.
async fn say_something(url: &str, me: UserId, room: RoomId) -> u64 {
    let store = open(url).await;
    store.execute(order(me, 2, say(room, "hello"))).await.unwrap();
    let epoch = store.epoch();
    store.close().await;
    epoch
}

//! A restored or imported database begins another life: cursors of the old one say nothing about it.

mod common;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::{Command, Failure, Head, Journal, RoomId, UserId};
use chat_store::{Options, Store};
use common::postgres::Cluster;
use common::{Deaf, Folder, open, options, order, say, somebody};

#[tokio::test]
async fn sqlite_notices_an_older_copy_in_its_place() {
    let folder = Folder::new("life");
    let (me, room) = begin(&folder.sqlite()).await;
    let file = |name: &str| -> PathBuf { folder.0.join(name) };
    let first = say_something(&folder.sqlite(), me, room).await;
    fs::copy(file("chat.db"), file("backup.db")).unwrap();
    let later = say_something(&folder.sqlite(), me, room).await;
    assert_eq!(first, later, "another life without a reason");
    // Restored into the same file, whose number stays.
    fs::copy(file("backup.db"), file("chat.db")).unwrap();
    let restored = say_something(&folder.sqlite(), me, room).await;
    assert_ne!(later, restored, "an older copy in the same file");
    assert_eq!(say_something(&folder.sqlite(), me, room).await, restored);
    // Another file, beside which nothing is noted.
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
        // The note is written after the answer, and before the next order's.
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
    // The connections of a closed store take a moment to end.
    let until = Instant::now() + Duration::from_secs(30);
    while cluster.ask("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = 'original'").trim() != "0" {
        assert!(Instant::now() < until, "a store that was closed keeps its connections");
        // It is the runtime that closes them.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cluster.ask("postgres", "CREATE DATABASE copy TEMPLATE original");
    assert_ne!(say_something(&cluster.address("copy", cluster.port), me, room).await, first);
    assert_eq!(say_something(&url, me, room).await, first, "another life without a reason");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_stores_go_on_after_a_failover_that_lost_nothing() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("failover");
    let (me, room) = begin(&url).await;
    let nodes = [open(&url).await, open(&url).await].map(Arc::new);
    going_on(|| nodes[0].execute(order(me, 2, say(room, "hello")))).await;
    let before = one_life(&nodes, me, room).await;
    // A mere restart does not begin another life.
    cluster.down();
    cluster.up();
    assert_eq!(one_life(&nodes, me, room).await, before, "another life without a reason");
    for number in 3..5 {
        cluster.down();
        cluster.up_as_standby();
        // A standby may show the past.
        assert_eq!(nodes[1].head(me, room).await, Err(Failure::Unavailable));
        cluster.promote();
        assert_eq!(one_life(&nodes, me, room).await, before, "another life without a reason");
        going_on(|| nodes[1].execute(order(me, number, say(room, "again")))).await;
    }
    assert_eq!(say_something(&url, me, room).await, before);
    // Nobody can say what one has committed that is dead.
    drop(open(&url).await);
    cluster.down();
    cluster.up_as_standby();
    cluster.promote();
    let after = one_life(&nodes, me, room).await;
    assert!(after > before, "a dead one was not asked");
    // A life that is begun on purpose is noticed everywhere, too.
    let renewed = nodes[0].renew_epoch().await.unwrap();
    assert!(renewed > after);
    assert_eq!(one_life(&nodes, me, room).await, renewed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_stores_notice_a_failover_that_lost_what_one_of_them_has_said() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("lost");
    let (me, room) = begin(&url).await;
    let nodes = [open(&url).await, open(&url).await].map(Arc::new);
    let before = one_life(&nodes, me, room).await;
    cluster.back_up();
    going_on(|| nodes[0].execute(order(me, 2, say(room, "lost")))).await;
    cluster.put_back();
    cluster.up_as_standby();
    cluster.promote();
    let after = one_life(&nodes, me, room).await;
    assert!(after > before, "what was lost went unnoticed");
    going_on(|| nodes[1].execute(order(me, 3, say(room, "again")))).await;
    assert_eq!(one_life(&nodes, me, room).await, after, "another life without a reason");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_stores_notice_an_older_copy_beneath_them() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("older");
    let (me, room) = begin(&url).await;
    // The second node only reads, so nothing tells it but the first one. Nobody writes the feed, either: its commits
    // would go on counting from the copy's, until one has the number of the missing transaction.
    let node = || async { Store::open(&url, Options { feeds: false, ..options() }, Arc::new(Deaf)).await.unwrap() };
    let nodes = [node().await, node().await].map(Arc::new);
    let before = one_life(&nodes, me, room).await;
    cluster.back_up();
    let told = going_on(|| nodes[0].execute(order(me, 2, say(room, "lost")))).await.event().unwrap().head;
    cluster.put_back();
    cluster.up();
    assert_eq!(going_on(|| nodes[1].head(me, room)).await, Head { seq: told.seq - 1, ..told });
    let first = going_on(|| nodes[0].head(me, room)).await;
    assert_eq!((first.seq, nodes[0].epoch() > before), (told.seq - 1, true), "the older copy went unnoticed");
    let after = one_life(&nodes, me, room).await;
    // The same copy again: its epoch comes back with it, and must not be taken for the first copy's life.
    going_on(|| nodes[1].execute(order(me, 2, say(room, "lost again")))).await;
    cluster.put_back();
    cluster.up();
    assert!(one_life(&nodes, me, room).await > after, "a number came back");
}

/// Returns the epoch on which these stores agree, after each has looked at the database, both at once.
async fn one_life(nodes: &[Arc<Store>; 2], me: UserId, room: RoomId) -> u64 {
    let looked = nodes.clone().map(|node| tokio::spawn(async move { going_on(|| node.head(me, room)).await }));
    for looked in looked {
        looked.await.unwrap();
    }
    // A node whose connection was ended by the other one looks again.
    going_on(|| nodes[0].head(me, room)).await;
    going_on(|| nodes[1].head(me, room)).await;
    assert_eq!(nodes[0].epoch(), nodes[1].epoch());
    nodes[0].epoch()
}

/// Asks until the database is there again.
async fn going_on<T, F: Future<Output = Result<T, Failure>>>(ask: impl Fn() -> F) -> T {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        match ask().await {
            Err(Failure::Unavailable) if Instant::now() < until => tokio::task::yield_now().await,
            answer => return answer.unwrap_or_else(|failure| panic!("{failure}")),
        }
    }
}

async fn begin(url: &str) -> (UserId, RoomId) {
    let store = open(url).await;
    let me = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
    store.close().await;
    (me, room)
}

/// Opens the database, sends a message and closes it. Returns the epoch that it had.
async fn say_something(url: &str, me: UserId, room: RoomId) -> u64 {
    let store = open(url).await;
    store.execute(order(me, 2, say(room, "hello"))).await.unwrap();
    let epoch = store.epoch();
    store.close().await;
    epoch
}

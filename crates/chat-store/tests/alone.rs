//! Two stores, each of which must be alone on one Postgres: the second one is refused, and says why; the first one
//! gives way to a store that takes over. Of several nodes, only those that have died lose their connections.

mod common;

use std::process::{Child, Command as Process, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::{Directory, Journal};
use chat_store::{OpenError, Options, Store};
use common::postgres::Cluster;
use common::{Deaf, somebody};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

/// The address that the other process opens.
const PLACE: &str = "CHAT_STORE_TEST_ALONE";

#[tokio::test]
async fn the_second_is_refused_until_the_first_is_closed() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("alone");
    let first = alone(&url, false).await.unwrap();
    let Err(OpenError::Taken { who, seconds }) = alone(&url, false).await else { panic!("both were let in") };
    assert!(who.starts_with(&format!("process {} on ", std::process::id())) && seconds < 15, "{who}, {seconds} s ago");
    first.ready().await.unwrap();
    first.close().await;
    alone(&url, false).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_taken_over_answers_nothing_more() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("alone");
    let first = alone(&url, false).await.unwrap();
    let ann = somebody(&first, "ann").await.id();
    let second = alone(&url, true).await.unwrap();
    first.people(vec![ann]).await.unwrap_err();
    second.people(vec![ann]).await.unwrap();
    // If the second one's row were not fresh any more, the first one would take the database again.
    assert_eq!(cluster.ask("alone", "SELECT count(*) FROM nodes").trim(), "1");
    second.close().await;
    first.close().await;
}

#[tokio::test]
async fn a_row_that_is_not_fresh_any_more_holds_nobody() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("alone");
    alone(&url, false).await.unwrap().close().await;
    cluster.ask("alone", "INSERT INTO nodes VALUES (1, 'frozen', now() - interval '10 s', NULL, NULL)");
    assert!(matches!(alone(&url, false).await, Err(OpenError::Taken { .. })));
    cluster.ask("alone", "UPDATE nodes SET seen = now() - interval '15 s'");
    alone(&url, false).await.unwrap().close().await;
}

#[tokio::test]
async fn one_that_was_killed_is_not_waited_for() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("alone");
    let mut child = another(&url);
    let until = Instant::now() + Duration::from_secs(60);
    while !cluster.try_ask("alone", "SELECT count(*) FROM nodes").is_ok_and(|count| count.trim() == "1") {
        assert!(Instant::now() < until, "the other process does not begin");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let killed = Instant::now();
    let next = alone(&url, false).await.unwrap();
    // Its row is fresh for fifteen seconds, but that does not matter: on the same machine everybody can see that the
    // process has ended.
    assert!(killed.elapsed() < Duration::from_secs(10), "{:?}", killed.elapsed());
    next.close().await;
}

#[tokio::test]
async fn whoever_comes_sends_the_dead_away_and_leaves_the_living_alone() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("alone");
    let living = common::open(&url).await;
    somebody(&living, "ann").await;
    let mut dead = AsyncPgConnection::establish(&url).await.unwrap();
    dead.batch_execute("SET application_name = 'chat-server 3e7'").await.unwrap();
    cluster.ask("alone", "INSERT INTO nodes VALUES (999, 'dead', now() - interval '20 s', NULL, NULL)");
    let comes = common::open(&url).await;
    dead.batch_execute("SELECT 1").await.unwrap_err();
    let ended = cluster.log().matches("terminating connection").count();
    assert_eq!(ended, 1, "the living one was sent away, too");
    comes.close().await;
    living.close().await;
}

/// Not a test: the code of the other process, until it is killed.
#[tokio::test]
async fn another_process() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let _store = alone(&place, false).await.unwrap();
    std::future::pending::<()>().await;
}

fn another(url: &str) -> Child {
    let mut child = Process::new(std::env::current_exe().unwrap());
    child.args(["--exact", "another_process", "--nocapture", "--quiet"]).env(PLACE, url);
    child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

async fn alone(url: &str, take_over: bool) -> Result<Store, OpenError> {
    let options = Options { several_nodes: false, take_over, ..common::options() };
    Store::open(url, options, Arc::new(Deaf)).await
}

//! The connection to Postgres is cut while a message is sent.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

use super::common::proxy::{Fault, Proxy};
use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn between_commit_and_its_answer() {
    let Some(cluster) = Cluster::start() else { return };
    let (store, proxy, me, room) = behind_a_bad_line(&cluster).await;
    for n in 0..20 {
        if n % 2 == 0 {
            know_the_room(&store, me, room).await;
        }
        proxy.next(Fault::LosesAnswer);
        let answer = store.execute(order(me, 2, say(room, &n.to_string()))).await;
        assert!(proxy.has_failed(), "the test cut nothing");
        // It was committed, and the store found that out, so the answer is the message.
        said(answer, n);
    }
    let (transactions, statements) = proxy.lost();
    assert!(transactions >= 5 && statements >= 5, "{transactions} transactions and {statements} statements were cut");
    everything_is_there_once(&store, me, room).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn before_the_question_arrives() {
    let Some(cluster) = Cluster::start() else { return };
    let (store, proxy, me, room) = behind_a_bad_line(&cluster).await;
    for n in 0..10 {
        know_the_room(&store, me, room).await;
        proxy.next(Fault::LosesQuestion);
        let answer = store.execute(order(me, 2, say(room, &n.to_string()))).await;
        assert!(proxy.has_failed(), "the test cut nothing");
        said(answer, n);
    }
    everything_is_there_once(&store, me, room).await;
}

/// The server does not notice that the client is gone, and would do what it was asked later: after the store has
/// looked, and sent the message again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_the_server_waits_for_somebody_else() {
    let Some(cluster) = Cluster::start() else { return };
    let (store, proxy, me, room) = behind_a_bad_line(&cluster).await;
    know_the_room(&store, me, room).await;
    let mut other = AsyncPgConnection::establish(&cluster.address("cut", cluster.port)).await.unwrap();
    other.batch_execute("BEGIN; SELECT id FROM rooms FOR UPDATE").await.unwrap();
    let answer = tokio::spawn({
        let store = store.clone();
        async move { store.execute(order(me, 2, say(room, "once"))).await }
    });
    waiting(&cluster, 1).await;
    proxy.hang_up();
    // The old connection's statement is gone, and the new one's waits in its place.
    let pid = "SELECT max(pid) FROM pg_locks WHERE NOT granted";
    let old = cluster.ask("cut", pid);
    let began = Instant::now();
    while cluster.ask("cut", pid) == old || cluster.ask("cut", pid).trim().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(10), "the store did not come back, or left the old one waiting");
    }
    other.batch_execute("COMMIT").await.unwrap();
    answer.await.unwrap().unwrap();
    everything_is_there_once(&store, me, room).await;
}

/// Everybody sees what a server has written that waits for its standby, but it could still be lost with the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_a_standby_has_yet_to_hear_of_it() {
    let Some(cluster) = Cluster::start() else { return };
    let (store, proxy, me, room) = behind_a_bad_line(&cluster).await;
    cluster.ask("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    cluster.ask("postgres", "SELECT pg_reload_conf()");
    let who_waits = || cluster.ask("postgres", "SELECT max(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    // The server takes a moment to begin with it.
    let answer = loop {
        let store = store.clone();
        let answer = tokio::spawn(async move { store.execute(order(me, 2, say(room, "again"))).await });
        until(|| answer.is_finished() || !who_waits().trim().is_empty()).await;
        if !answer.is_finished() {
            break answer;
        }
    };
    let old = who_waits();
    proxy.hang_up();
    until(|| answer.is_finished() || ![&old, "\n"].contains(&&*who_waits())).await;
    assert!(!answer.is_finished(), "the store did not wait for the standby: {:?}", answer.await);
    cluster.ask("postgres", "ALTER SYSTEM RESET synchronous_standby_names");
    cluster.ask("postgres", "SELECT pg_reload_conf()");
    answer.await.unwrap().unwrap();
    everything_is_there_once(&store, me, room).await;
}

pub(crate) async fn behind_a_bad_line(cluster: &Cluster) -> (Arc<Store>, Proxy, UserId, RoomId) {
    cluster.database("cut");
    let proxy = Proxy::start(cluster.port).await;
    // Nobody else commits anything, so what the proxy does is done to the message.
    let options = Options { committers: 1, feeds: false, ..options() };
    let store = Store::open(&cluster.address("cut", proxy.port), options, Arc::new(Deaf)).await.unwrap();
    let (me, room) = room(&store).await;
    (Arc::new(store), proxy, me, room)
}

/// After this, the store can send there from memory.
pub(crate) async fn know_the_room(store: &Store, me: UserId, room: RoomId) {
    store.execute(order(me, 2, say(room, "again"))).await.unwrap();
}

fn said(answer: Result<chat_domain::Outcome, Failure>, n: u64) {
    let answer = answer.unwrap();
    let Change::Sent { message, .. } = &answer.event().unwrap().change else { panic!("{answer:?}") };
    assert_eq!(&*message.content, n.to_string());
}

pub(crate) async fn everything_is_there_once(store: &Store, me: UserId, room: RoomId) {
    let history = store.history(me, room, Page::Newest, 1000).await.unwrap();
    let texts = history.messages.iter().map(|shown| &*shown.message.content);
    let texts: Vec<_> = texts.filter(|text| *text != "again").collect();
    let numbers: Vec<_> = history.messages.iter().map(|shown| shown.message.number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert_eq!(texts.len(), texts.iter().collect::<BTreeSet<_>>().len(), "something is there twice: {texts:?}");
}

/// Waits until so many statements wait for a row.
async fn waiting(cluster: &Cluster, how_many: usize) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    until(|| cluster.ask("cut", sql).trim() == how_many.to_string()).await;
}

//! Somebody else has a room locked while a message is sent there: it waits, and is then sent as if nothing had been.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::{Change, ClientId, Command, Draft, Failure, Journal, MessageId, Outcome, RoomId, UserId};
use chat_store::Store;
use common::postgres::Cluster;
use common::{open, order, say, somebody};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tokio::task::JoinHandle;

/// Deleting old rows changes a room's row, and a delivered position in a big room a member's, but nothing on which a
/// message depends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_changed_beside_the_point_take_what_waited_for_them() {
    let Some(cluster) = Cluster::start() else { return };
    let scene = Scene::of(&cluster).await;
    let mut other = scene.hold("UPDATE rooms SET pruned = 1; UPDATE members SET delivered_moved = 7").await;
    let answer = scene.begin(say(scene.room, "hello"));
    scene.waits_for("0 s").await;
    other.batch_execute("COMMIT").await.unwrap();
    answer.await.unwrap().unwrap();
    // It was sent with one statement: otherwise an id would have been used for a second attempt.
    let state = "SELECT r.sent, r.pruned, m.sent, m.delivered_moved, max(s.id) - min(s.id)
        FROM rooms r, members m, messages s GROUP BY 1, 2, 3, 4";
    assert_eq!(scene.ask(state), "3|1|3|7|2");
}

/// That a name was used before is found out by writing it again. However long that took, the answer is the first
/// message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_that_waited_long_is_answered() {
    let Some(cluster) = Cluster::start() else { return };
    let scene = Scene::of(&cluster).await;
    let named = Command::Send { room: scene.room, draft: Draft::text("hello"), client_id: ClientId::new("name") };
    let first = scene.store.execute(order(scene.me, 2, named.clone())).await.unwrap();
    let mut other = scene.hold("SELECT id FROM rooms FOR UPDATE").await;
    let answer = scene.begin(named);
    scene.waits_for("600 ms").await;
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(message(&answer.await.unwrap().unwrap()), message(&first));
}

/// A user whose store remembers the only room of its database.
struct Scene<'c> {
    cluster: &'c Cluster,
    store: Arc<Store>,
    me: UserId,
    room: RoomId,
}

impl<'c> Scene<'c> {
    async fn of(cluster: &'c Cluster) -> Scene<'c> {
        let store = Arc::new(open(&cluster.database("held")).await);
        let me = somebody(&store, "ann").await.id();
        let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
        let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
        for _ in 0..2 {
            store.execute(order(me, 2, say(room, "hello"))).await.unwrap();
        }
        Scene { cluster, store, me, room }
    }

    /// Another connection, which has begun a transaction and done this.
    async fn hold(&self, statements: &str) -> AsyncPgConnection {
        let mut other = AsyncPgConnection::establish(&self.cluster.address("held", self.cluster.port)).await.unwrap();
        other.batch_execute(&format!("BEGIN; {statements}")).await.unwrap();
        other
    }

    fn begin(&self, command: Command) -> JoinHandle<Result<Outcome, Failure>> {
        let (store, me) = (self.store.clone(), self.me);
        tokio::spawn(async move { store.execute(order(me, 2, command)).await })
    }

    /// Waits until a statement has waited for so long.
    async fn waits_for(&self, long: &str) {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
             AND clock_timestamp() - query_start >= interval '{long}'"
        );
        let began = Instant::now();
        while self.ask(&sql) != "1" {
            assert!(began.elapsed() < Duration::from_secs(60), "nothing waits");
        }
    }

    fn ask(&self, sql: &str) -> String {
        self.cluster.ask("held", sql).trim().to_owned()
    }
}

fn message(outcome: &Outcome) -> MessageId {
    let Change::Sent { message, .. } = &outcome.event().unwrap().change else { panic!("{outcome:?}") };
    message.id
}

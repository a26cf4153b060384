//! What is too old is deleted, and readers who ask for it are told so. Another life of the database has another epoch.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::{Amendment, Command, Directory, Head, Journal, Order, RoomId, Time, UserId};
use chat_store::{Options, Store};
use common::postgres::Cluster;
use common::{Deaf, Folder, say, somebody};

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn sqlite_forgets() {
    let folder = Folder::new("forget");
    forget(&folder.sqlite()).await;
}

#[tokio::test]
async fn postgres_forgets() {
    let Some(cluster) = Cluster::start() else { return };
    forget(&cluster.database("forget")).await;
}

/// A server that is started every day, or crashes often, must delete old rows, too.
#[tokio::test]
async fn postgres_forgets_soon_after_a_start() {
    let Some(cluster) = Cluster::start() else { return };
    let options = Options { keep_changes: Duration::from_secs(30 * DAY as u64), ..Options::default() };
    let store = Store::open(&cluster.database("soon"), options, Arc::new(Deaf)).await.unwrap();
    let ann = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    give(&store, ann, 1, made).await.unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while cluster.ask("soon", "SELECT count(*) FROM changes").trim() != "0" {
        assert!(Instant::now() < until, "what is old is not forgotten");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    store.close().await;
}

async fn forget(url: &str) {
    let options = Options { keep_changes: Duration::from_secs(30 * DAY as u64), ..Options::default() };
    let store = Store::open(url, options.clone(), Arc::new(Deaf)).await.unwrap();
    let (ann, bob) = (somebody(&store, "ann").await.id(), somebody(&store, "bob").await.id());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let (old, new) = (now - 40 * DAY, now - DAY);
    let made = Command::CreateGroup { title: "all".into(), members: vec![bob], client_id: None };
    let room = give(&store, ann, old, made).await.unwrap();
    let mut heads = Vec::new();
    for at in [old, old + 1, old + 2, new, new + 1] {
        give(&store, ann, at, say(room, "hello")).await;
        give(&store, bob, at, Command::Read { room, upto: None }).await;
        let title = format!("as of {at}");
        give(&store, ann, at, Command::Change { room, amendment: Amendment::title(title) }).await;
        heads.push(store.head(ann, room).await.unwrap());
    }
    let before = replay(&store, ann, room, heads[2]).await;
    store.prune().await.unwrap();
    store.prune().await.unwrap();
    assert_eq!(replay(&store, ann, room, Head::default()).await, Replayed::Pruned { head: heads[4] });
    assert_eq!(replay(&store, ann, room, heads[1]).await, Replayed::Pruned { head: heads[4] });
    assert_eq!(replay(&store, ann, room, heads[2]).await, before, "what is still kept is told as before");
    let history = store.history(ann, room, Page::Newest, 10).await.unwrap();
    assert_eq!(history.messages.len(), 5, "messages stay");
    assert!(history.messages.iter().all(|shown| shown.reception.readers.len() == 1), "and who has read them");
    assert_eq!(store.chat(bob, room).await.unwrap().unread, 0);
    let (expired, good) = (Time::from_secs(now - 1), Time::from_secs(now + DAY));
    store.open_session(ann, "gone".into(), expired).await.unwrap();
    store.open_session(ann, "good".into(), good).await.unwrap();
    store.open_family(ann, "old token".into(), expired).await.unwrap();
    store.prune().await.unwrap();
    assert!(store.session("good".into(), Time::from_secs(now), good).await.unwrap().is_some());
    assert!(store.session("gone".into(), Time::from_secs(now - 9), good).await.unwrap().is_none());
    let epoch = store.epoch();
    let renewed = store.renew_epoch().await.unwrap();
    assert!(epoch != renewed && store.epoch() == renewed && i64::try_from(renewed).is_ok());
    store.close().await;
    let store = Store::open(url, options, Arc::new(Deaf)).await.unwrap();
    assert_eq!(store.epoch(), renewed);
    store.close().await;
}

async fn give(store: &Store, actor: UserId, at: i64, command: Command) -> Option<RoomId> {
    let order = Order { actor, at: Time::from_secs(at), command, origin: None };
    store.execute(order).await.unwrap().event().map(|event| event.room)
}

async fn replay(store: &Store, reader: UserId, room: RoomId, since: Head) -> Replayed {
    let replay = Replay { since: Since::Head(since), from: None, until: None, limit: 100 };
    store.replay(reader, room, replay).await.unwrap()
}

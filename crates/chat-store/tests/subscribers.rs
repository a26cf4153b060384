//! Webhooks: both databases agree with memory, and only the holder of the lease notes how far they were told.

mod common;

use chat_domain::subscribers::{Owed, Progress, Webhook};
use chat_domain::{Command, InMemory, Journal, Limits, RoomId, Subscribers, Time, Uuid};
use common::postgres::Cluster;
use common::{Deaf, Folder, leads, open, order, say, somebody};

#[tokio::test]
async fn memory_remembers_webhooks() {
    remembers(&InMemory::new(Limits::default(), std::sync::Arc::new(Deaf))).await;
}

#[tokio::test]
async fn sqlite_remembers_webhooks() {
    let folder = Folder::new("webhooks");
    let store = open(&folder.sqlite()).await;
    leads(&store).await;
    remembers(&store).await;
    store.close().await;
    let store = open(&folder.sqlite()).await;
    assert_eq!(store.progress(Uuid(2)).await, Ok(Some(halfway())), "over a restart");
}

#[tokio::test]
async fn postgres_remembers_webhooks_and_hears_one_node_alone() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("webhooks");
    let store = open(&url).await;
    leads(&store).await;
    remembers(&store).await;
    let other = open(&url).await;
    assert!(!other.tells());
    assert_eq!(other.note_progress(Uuid(2), Progress::default()).await, Ok(false), "it is not this one's to say");
    assert_eq!(other.progress(Uuid(2)).await, Ok(Some(halfway())));
    store.close().await;
    leads(&other).await;
    assert_eq!(other.note_progress(Uuid(2), Progress::default()).await, Ok(true));
}

#[tokio::test]
async fn the_end_of_the_feed_is_behind_all_that_was_acknowledged() {
    let folder = Folder::new("feed-end");
    let store = open(&folder.sqlite()).await;
    leads(&store).await;
    let ann = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "a".into(), members: vec![], client_id: None };
    let room = store.execute(order(ann, 1, made)).await.unwrap().event().unwrap().room;
    for n in 0..5 {
        store.execute(order(ann, 2, say(room, &n.to_string()))).await.unwrap();
        let end = store.feed_end().await.unwrap();
        let last = store.feed(0, 100).await.unwrap().pop().unwrap();
        assert_eq!((last.no, last.upto), (end, n + 2));
    }
    store.close().await;
}

async fn remembers(subscribers: &dyn Subscribers) {
    for n in 1..=3 {
        assert_eq!(subscribers.subscribe(webhook(n), 7, 2).await, Ok(n < 3), "two at most");
    }
    let listed = subscribers.webhooks().await.unwrap();
    assert_eq!(listed.iter().map(|one| &one.webhook).collect::<Vec<_>>(), [&webhook(1), &webhook(2)]);
    assert_eq!(subscribers.progress(Uuid(1)).await, Ok(Some(Progress { fed: 7, ..Progress::default() })));
    assert_eq!(subscribers.note_progress(Uuid(2), halfway()).await, Ok(true));
    assert_eq!(subscribers.progress(Uuid(2)).await, Ok(Some(halfway())));
    let listed = subscribers.webhooks().await.unwrap().pop().unwrap();
    assert_eq!((listed.rooms_behind, listed.progress.why.as_str()), (1, "it answered 500"));
    assert_eq!(subscribers.change_secret(Uuid(1), "new".into(), Time(9)).await, Ok(true));
    let rotated = subscribers.webhooks().await.unwrap().remove(0).webhook;
    assert_eq!((rotated.secret.as_str(), rotated.former), ("new", Some(("secret".into(), Time(9)))));
    assert_eq!(subscribers.unsubscribe(Uuid(1)).await, Ok(true));
    assert_eq!(subscribers.unsubscribe(Uuid(1)).await, Ok(false));
    assert_eq!(subscribers.change_secret(Uuid(1), "new".into(), Time(9)).await, Ok(false));
    assert_eq!(subscribers.note_progress(Uuid(1), halfway()).await, Ok(false), "it is gone");
    assert_eq!(subscribers.progress(Uuid(1)).await, Ok(None));
    assert_eq!(subscribers.subscribe(webhook(3), 0, 2).await, Ok(true), "there is room again");
}

fn webhook(n: u128) -> Webhook {
    Webhook {
        id: Uuid(n),
        address: "https://backend.example/".into(),
        wants: vec!["message.created".into(), "chat.created".into()],
        rooms: vec![RoomId::new(7).unwrap(), RoomId::new(8).unwrap()],
        secret: "secret".into(),
        former: None,
        created_at: Time(n as i64),
    }
}

fn halfway() -> Progress {
    let room = RoomId::new(7).unwrap();
    let owed = Owed { room: Some(room), next: 3, upto: 5, tries: 2, since: Some(Time(4)), due: Time(6) };
    let why = "it answered 500".into();
    Progress { fed: 7, owed: vec![owed], failing: Some(Time(4)), why, ended: None }
}

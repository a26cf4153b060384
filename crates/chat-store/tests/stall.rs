//! The disk, or somebody who has the file, does not let a batch end: what was not begun is told so within two seconds.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::directory::Update;
use chat_domain::{Command, Directory, Failure, Journal};
use common::{Folder, open, order, raw, say, somebody};
use diesel::connection::SimpleConnection;
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_begun_is_answered_within_two_seconds() {
    let folder = Folder::new("stall");
    let store = Arc::new(open(&folder.sqlite()).await);
    let me = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
    let mut other = raw(&folder.0.join("chat.db").display().to_string());
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let first = tokio::spawn({
        let store = store.clone();
        async move { store.execute(order(me, 2, say(room, "begun"))).await }
    });
    // The writer has it by then.
    sleep(Duration::from_millis(100)).await;
    for n in 3..6 {
        let asked = Instant::now();
        let (said, changed) = tokio::join!(
            store.execute(order(me, n, say(room, "not begun"))),
            store.update(me, Update { name: Some("Ann".into()), avatar: None })
        );
        assert_eq!((said.err(), changed.err()), (Some(Failure::Unavailable), Some(Failure::Unavailable)));
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        if begun.elapsed() > Duration::from_secs(3) {
            break;
        }
    }
    other.batch_execute("ROLLBACK").unwrap();
    first.await.unwrap().unwrap();
    store.execute(order(me, 7, say(room, "as ever"))).await.unwrap();
    store.close().await;
}

//! One batch does not end: orders that were not begun are answered meanwhile. (That it is within two seconds is tested
//! where the queue is.)

mod common;

use std::future::Future;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chat_domain::directory::Update;
use chat_domain::{Command, Directory, Failure, Journal, Settled, Sink};
use chat_store::Store;
use common::{Folder, options, order, say, somebody};
use tokio::time::timeout;

/// A sink that says here that a batch was committed, and waits at the gate until the test opens it.
struct Gate {
    arrived: SyncSender<()>,
    opened: Mutex<Receiver<()>>,
}

impl Sink for Gate {
    fn settled(&self, answers: Vec<Settled>) {
        if answers.iter().any(|answer| answer.result.is_ok()) {
            self.arrived.send(()).unwrap();
            self.opened.lock().unwrap().recv().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_begun_is_answered_while_a_batch_does_not_end() {
    let folder = Folder::new("stall");
    let ((arrived, arrivals), (open, opened)) = (sync_channel(8), sync_channel(8));
    let gate = Arc::new(Gate { arrived, opened: Mutex::new(opened) });
    let store = Arc::new(Store::open(&folder.sqlite(), options(), gate).await.unwrap());
    let me = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    open.send(()).unwrap();
    let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
    arrivals.recv().unwrap();
    let first = tokio::spawn({
        let store = store.clone();
        async move { store.execute(order(me, 2, say(room, "begun"))).await }
    });
    tokio::task::block_in_place(|| arrivals.recv()).unwrap();
    for at in 3..6 {
        let said = store.execute(order(me, at, say(room, "not begun")));
        let changed = store.update(me, Update { name: Some("Ann".into()), avatar: None });
        let (said, changed) = in_time(async { tokio::join!(said, changed) }).await;
        assert_eq!((said.err(), changed.err()), (Some(Failure::Unavailable), Some(Failure::Unavailable)));
        assert!(!first.is_finished());
    }
    open.send(()).unwrap();
    in_time(first).await.unwrap().unwrap();
    open.send(()).unwrap();
    in_time(store.execute(order(me, 7, say(room, "as ever")))).await.unwrap();
    store.close().await;
}

/// Returns the answer, unless it hangs.
async fn in_time<T>(answer: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), answer).await.expect("an answer")
}

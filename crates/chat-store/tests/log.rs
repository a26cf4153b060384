//! SQLite's log of writes is brought into the file, and begun anew, before it is long.

mod common;

use chat_domain::{Command, Journal};
use common::{Folder, open, order, say, somebody};

/// Each message alone in its commit: that makes the most of a log.
#[tokio::test]
async fn what_is_said_one_by_one_makes_no_long_log() {
    let folder = Folder::new("log");
    let store = open(&folder.sqlite()).await;
    let me = somebody(&store, "ann").await.id();
    let mut rooms = Vec::new();
    for n in 0..200 {
        let made = Command::CreateGroup { title: n.to_string(), members: vec![], client_id: None };
        rooms.push(store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room);
    }
    for &room in rooms.iter().cycle().take(3000) {
        store.execute(order(me, 2, say(room, "hello"))).await.unwrap();
    }
    let log = folder.0.join("chat.db-wal").metadata().unwrap().len();
    assert!(log < 64 << 20, "{log} bytes");
    store.close().await;
}

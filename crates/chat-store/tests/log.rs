//! SQLite's log of writes is brought into the file, and begins anew, before it is long.

mod common;

use chat_domain::{Command, Journal, UserId};
use common::{Folder, open, order, raw, say, somebody};
use diesel::connection::SimpleConnection;

/// Each message is committed alone, which makes the log as long as possible.
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
    assert!(log(&folder) < 64 << 20, "{} bytes", log(&folder));
    store.close().await;
}

/// One order that writes hundreds of rows, each into several indexes.
#[tokio::test]
async fn large_groups_make_no_long_log() {
    let folder = Folder::new("groups");
    let store = open(&folder.sqlite()).await;
    let me = somebody(&store, "ann").await.id();
    let people = "WITH RECURSIVE n (n) AS (VALUES (1000) UNION ALL SELECT n + 1 FROM n WHERE n < 1600)
        INSERT INTO users (id, username, folded, name, shown, avatar) SELECT n, n, n, n, n, '' FROM n";
    let mut other = raw(&folder.0.join("chat.db").display().to_string());
    other.batch_execute(people).unwrap();
    let members: Vec<_> = (1000..1600).filter_map(UserId::new).collect();
    for n in 0..300 {
        let made = Command::CreateGroup { title: n.to_string(), members: members.clone(), client_id: None };
        store.execute(order(me, 1, made)).await.unwrap();
        assert!(log(&folder) < 48 << 20, "{} bytes after {n} groups", log(&folder));
    }
    store.close().await;
}

#[tokio::test]
async fn what_a_crash_left_in_the_log_is_brought_into_the_file_at_the_start() {
    let folder = Folder::new("left");
    open(&folder.sqlite()).await.close().await;
    // A reader that never ends.
    let mut crashed = raw(&folder.0.join("chat.db").display().to_string());
    let much = "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE much (it BLOB);
        INSERT INTO much VALUES (zeroblob(30000000))";
    crashed.batch_execute(much).unwrap();
    assert!(log(&folder) > 30_000_000);
    let store = open(&folder.sqlite()).await;
    assert!(log(&folder) < 1 << 20, "{} bytes", log(&folder));
    store.close().await;
}

/// Returns the length of the log.
fn log(folder: &Folder) -> u64 {
    folder.0.join("chat.db-wal").metadata().unwrap().len()
}

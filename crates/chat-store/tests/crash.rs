//! A process that is killed at random moments, that runs out of disk, or whose waits for the disk are counted. It is
//! another process, started from this same file.

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command as Process, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::{Change, ClientId, Command, Draft, Failure, Head, Journal, RoomId, UserId};
use chat_store::Store;
use common::{Dice, Folder, open, order, somebody};
use diesel::{Connection, RunQueryDsl, SqliteConnection, sql_query};

/// What the other process is to do, and where.
const ROLE: &str = "CHAT_STORE_TEST_ROLE";
const PLACE: &str = "CHAT_STORE_TEST_DATABASE";

#[tokio::test]
async fn what_was_acknowledged_survives_fifty_kills() {
    let folder = Folder::new("crash");
    let (mut dice, mut acknowledged) = (Dice::new(4), BTreeSet::new());
    {
        let store = open(&folder.sqlite()).await;
        room(&store).await;
        store.close().await;
    }
    for round in 0..52 {
        let mut child = another(&folder, "send");
        let said = BufReader::new(child.stdout.take().unwrap());
        let listener = std::thread::spawn(move || said.lines().map_while(Result::ok).collect::<Vec<_>>());
        // It is killed at some moment of its life: while it opens, in the middle of a commit, after it.
        std::thread::sleep(Duration::from_millis(40 + dice.roll(160) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        let before = acknowledged.len();
        acknowledged
            .extend(listener.join().unwrap().iter().filter_map(|line| line.strip_prefix("ack ")?.parse::<u64>().ok()));
        if round % 10 == 9 || acknowledged.len() == before {
            verify(&folder, &acknowledged).await;
        }
    }
    assert!(acknowledged.len() > 500, "{} sends in 52 lives prove little", acknowledged.len());
    verify(&folder, &acknowledged).await;
}

/// `kill -9` cannot tell a commit that reached the disk from one that reached only the kernel, so the calls that wait
/// for the disk are counted.
#[tokio::test]
async fn every_commit_waits_for_the_disk() {
    if Process::new("strace").arg("-V").output().is_err() {
        common::skip("strace", "strace");
        return;
    }
    let folder = Folder::new("sync");
    let store = open(&folder.sqlite()).await;
    room(&store).await;
    store.close().await;
    let trace = folder.0.join("trace");
    let me = std::env::current_exe().unwrap();
    let mut child = Process::new("strace");
    child.args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o"]).arg(&trace).arg(me);
    let status = in_role(child, &folder, "send fifty").stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    let trace = std::fs::read_to_string(trace).unwrap();
    let syncs = trace.lines().filter(|line| line.contains("sync(")).count();
    assert!(syncs >= 50, "50 sends, one after another, were {syncs} syncs");
}

/// A full disk is imitated by a file that may not grow.
#[tokio::test]
async fn a_full_disk_loses_nothing_and_is_overcome() {
    let folder = Folder::new("disk");
    let store = open(&folder.sqlite()).await;
    room(&store).await;
    store.close().await;
    let me = std::env::current_exe().unwrap();
    let mut child = Process::new("sh");
    // The signal would end the process. If it is ignored, a write past the limit fails, as on a full disk.
    child.args(["-c", "trap '' XFSZ; ulimit -S -f 2048; exec \"$0\" \"$@\""]).arg(me);
    let mut child = in_role(child, &folder, "fill").stdout(Stdio::piped()).spawn().unwrap();
    let mut acknowledged = BTreeSet::new();
    let mut after = None;
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
        if let Some(n) = line.strip_prefix("ack ") {
            acknowledged.insert(n.parse().unwrap());
        }
        if line == "full" {
            after = Some(acknowledged.len());
            let pid = child.id().to_string();
            let raised = Process::new("prlimit").args(["--pid", &pid, "--fsize=unlimited"]).status();
            assert!(raised.unwrap().success());
        }
    }
    assert!(child.wait().unwrap().success());
    let before = after.expect("the disk was never full");
    assert!(before > 0 && acknowledged.len() > before, "{before} {}", acknowledged.len());
    verify(&folder, &acknowledged).await;
}

/// Not a test: the code of the other process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process() {
    let (Ok(role), Ok(place)) = (std::env::var(ROLE), std::env::var(PLACE)) else { return };
    let store = Arc::new(open(&place).await);
    let (me, room) = (UserId::new(1).unwrap(), RoomId::new(1).unwrap());
    match role.as_str() {
        "send" => send_for_ever(store, me, room).await,
        "send fifty" => {
            for n in 0..50 {
                send(&store, me, room, n).await.unwrap();
            }
        }
        "fill" => fill(&store, me, room).await,
        other => panic!("{other}"),
    }
}

async fn send_for_ever(store: Arc<Store>, me: UserId, room: RoomId) {
    // Earlier lives have used their names of requests; each life begins after those.
    let there = store.history(me, room, Page::Newest, 1).await.unwrap();
    let first = there.messages.last().map_or(0, |shown| shown.message.content.parse::<u64>().unwrap() + 1_000);
    let next = Arc::new(AtomicU64::new(first));
    let senders = (0..32).map(|_| {
        let (store, next) = (store.clone(), next.clone());
        tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                send(&store, me, room, n).await.unwrap();
                let like = Command::Read { room, upto: None };
                store.execute(order(UserId::new(2).unwrap(), 3, like)).await.unwrap();
            }
        })
    });
    futures_util::future::join_all(senders).await;
}

/// Sends until the disk is full, says so, and goes on until ten more messages were accepted.
async fn fill(store: &Store, me: UserId, room: RoomId) {
    let (mut full, mut more) = (false, 0);
    for n in 0..100_000 {
        match send(store, me, room, n).await {
            Ok(()) if full => more += 1,
            Ok(()) => {}
            Err(failure) => {
                assert_eq!(failure, Failure::Unavailable);
                if !full {
                    println!("full");
                }
                full = true;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        if more == 10 {
            return store.close().await;
        }
    }
}

/// Sends a number, and says when it was acknowledged.
async fn send(store: &Store, me: UserId, room: RoomId, n: u64) -> Result<(), Failure> {
    let client_id = ClientId::new(n.to_string());
    let send = Command::Send { room, draft: Draft::text(n.to_string()), client_id };
    store.execute(order(me, 2, send)).await?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "ack {n}").and_then(|()| out.flush()).unwrap();
    Ok(())
}

fn another(folder: &Folder, role: &str) -> Child {
    let child = Process::new(std::env::current_exe().unwrap());
    in_role(child, folder, role).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn in_role(mut child: Process, folder: &Folder, role: &str) -> Process {
    child.args(["--exact", "another_process", "--nocapture", "--quiet"]).env(ROLE, role).env(PLACE, folder.sqlite());
    child
}

async fn room(store: &Store) {
    let me = somebody(store, "ann").await.id();
    let other = somebody(store, "bob").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![other], client_id: None };
    store.execute(order(me, 1, made)).await.unwrap();
}

/// Everything that was acknowledged is there, nothing is there twice, the log has no gaps, and SQLite finds nothing
/// wrong.
async fn verify(folder: &Folder, acknowledged: &BTreeSet<u64>) {
    let store = open(&folder.sqlite()).await;
    let (me, room) = (UserId::new(1).unwrap(), RoomId::new(1).unwrap());
    let history = store.history(me, room, Page::Newest, 1 << 20).await.unwrap();
    let there: Vec<u64> = history.messages.iter().map(|shown| shown.message.content.parse().unwrap()).collect();
    let set: BTreeSet<u64> = there.iter().copied().collect();
    assert_eq!(set.len(), there.len(), "something is there twice");
    let lost: Vec<_> = acknowledged.difference(&set).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let replay = Replay { since: Since::Head(Head::default()), from: None, until: None, limit: 1 << 30 };
    let Replayed::Changes { events, .. } = store.replay(me, room, replay).await.unwrap() else { panic!() };
    let durable = events.iter().filter(|event| !matches!(event.change, Change::Read(_)));
    let seqs: Vec<_> = durable.map(|event| event.head.seq).collect();
    assert_eq!(seqs, (1..=history.head.seq).collect::<Vec<_>>(), "the log has holes");
    store.close().await;
    let path = folder.0.join("chat.db").display().to_string();
    let mut conn = SqliteConnection::establish(&path).unwrap();
    let said: Vec<Said> = sql_query("PRAGMA integrity_check").load(&mut conn).unwrap();
    assert_eq!(said[0].integrity_check, "ok");
}

#[derive(diesel::QueryableByName)]
struct Said {
    #[diesel(sql_type = diesel::sql_types::Text)]
    integrity_check: String,
}

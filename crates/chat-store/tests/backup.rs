//! A copy that is made while others write is as of one moment, and a copy that lost its log is noticed.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chat_domain::view::Page;
use chat_domain::{Command, Journal, RoomId, UserId};
use chat_store::{BackupError, OpenError, Store, back_up, restore};
use common::{Folder, open, order, say, somebody};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_of_one_moment_while_others_write() {
    let folder = Folder::new("backup");
    let store = Arc::new(open(&folder.sqlite()).await);
    let (me, room) = room(&store).await;
    for n in 0..100 {
        store.execute(order(me, 2, say(room, &n.to_string()))).await.unwrap();
    }
    let over = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (store, over) = (store.clone(), over.clone());
        async move {
            while !over.load(Ordering::Relaxed) {
                store.execute(order(me, 2, say(room, "meanwhile"))).await.unwrap();
            }
        }
    });
    for n in 0..5 {
        let copy = folder.0.join(format!("copy{n}.db"));
        back_up(&folder.sqlite(), &copy).unwrap();
        assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        // The copy is complete without any file beside it.
        let elsewhere = Folder::new("elsewhere");
        fs::copy(&copy, elsewhere.0.join("chat.db")).unwrap();
        let (copied, said) = told(&elsewhere.sqlite());
        let history = copied.history(me, room, Page::Newest, 100_000).await.unwrap();
        let numbers: Vec<_> = history.messages.iter().map(|shown| shown.message.number).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
        assert!(numbers.len() >= 100 && copied.head(me, room).await.unwrap().seq >= numbers.len() as u64);
        assert_ne!(copied.epoch(), store.epoch(), "whoever comes back must load anew");
        assert!(!said.contains("without its log"), "{said}");
        copied.close().await;
    }
    over.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn nothing_is_written_over_and_nothing_is_made_of_nothing() {
    let folder = Folder::new("backup");
    let copy = folder.0.join("copy.db");
    assert!(matches!(back_up(&folder.sqlite(), &copy), Err(BackupError::Missing(_))));
    open(&folder.sqlite()).await.close().await;
    fs::write(&copy, "precious").unwrap();
    assert!(matches!(back_up(&folder.sqlite(), &copy), Err(BackupError::Unwritable(..))));
    assert_eq!(fs::read(&copy).unwrap(), b"precious");
    assert!(matches!(back_up("postgres://chat@localhost/chat", &copy), Err(BackupError::NoFile)));
}

#[tokio::test]
async fn a_copy_without_its_log_is_told_of() {
    let (folder, elsewhere) = (Folder::new("whole"), Folder::new("part"));
    let store = open(&folder.sqlite()).await;
    let (me, room) = room(&store).await;
    store.execute(order(me, 2, say(room, "lost"))).await.unwrap();
    let copy = |name: &str| {
        fs::copy(folder.0.join(name), elsewhere.0.join(name)).unwrap();
    };
    copy("chat.db");
    let (copied, said) = told(&elsewhere.sqlite());
    assert!(said.contains("without its log"), "{said}");
    assert_ne!(copied.epoch(), store.epoch());
    copied.close().await;
    // With its log it is complete; so is a copy of a store that was closed.
    ["chat.db", "chat.db-wal"].into_iter().for_each(copy);
    let (copied, said) = told(&elsewhere.sqlite());
    assert!(!said.contains("without its log"), "{said}");
    assert_eq!(copied.history(me, room, Page::Newest, 10).await.unwrap().messages.len(), 1);
    copied.close().await;
    store.close().await;
    copy("chat.db");
    let (copied, said) = told(&elsewhere.sqlite());
    assert!(!said.contains("without its log"), "{said}");
    copied.close().await;
}

#[tokio::test]
async fn a_copy_is_put_back_and_what_was_there_stays_beside_it() {
    let folder = Folder::new("restore");
    let copy = folder.0.join("copy.db");
    let store = open(&folder.sqlite()).await;
    let (me, room) = room(&store).await;
    store.execute(order(me, 2, say(room, "before"))).await.unwrap();
    back_up(&folder.sqlite(), &copy).unwrap();
    store.execute(order(me, 3, say(room, "after"))).await.unwrap();
    let busy = restore(&folder.sqlite(), &copy);
    assert!(matches!(busy, Err(BackupError::Place(OpenError::InUse(_)))), "{busy:?}");
    let epoch = store.epoch();
    // As after a crash: with its log, which does not belong to the copy.
    for end in ["", "-wal"] {
        fs::copy(folder.0.join(format!("chat.db{end}")), folder.0.join(format!("crashed{end}"))).unwrap();
    }
    store.close().await;
    for end in ["", "-wal"] {
        fs::rename(folder.0.join(format!("crashed{end}")), folder.0.join(format!("chat.db{end}"))).unwrap();
    }
    let kept = restore(&folder.sqlite(), &copy).unwrap().unwrap();
    let heard = |store: Store| async move {
        let history = store.history(me, room, Page::Newest, 9).await.unwrap();
        let said: Vec<_> = history.messages.iter().map(|shown| shown.message.content.to_string()).collect();
        let epoch = store.epoch();
        store.close().await;
        (said, epoch)
    };
    let (said, now) = heard(open(&folder.sqlite()).await).await;
    assert_eq!(said, ["before"]);
    assert!(now > epoch, "whoever comes back must load anew");
    let (said, _) = heard(open(&format!("sqlite:{}", kept.display())).await).await;
    assert_eq!(said, ["before", "after"], "its log was kept with it");
    assert_ne!(restore(&folder.sqlite(), &copy).unwrap(), Some(kept), "nothing is written over");
}

#[tokio::test]
async fn what_is_no_whole_copy_is_refused_before_anything_is_touched() {
    let folder = Folder::new("restore");
    let store = open(&folder.sqlite()).await;
    let (me, room) = room(&store).await;
    store.execute(order(me, 2, say(room, "here"))).await.unwrap();
    let copy = folder.0.join("copy.db");
    back_up(&folder.sqlite(), &copy).unwrap();
    store.close().await;
    let mut broken = fs::read(&copy).unwrap();
    broken.truncate(broken.len() / 2);
    fs::write(folder.0.join("broken"), broken).unwrap();
    fs::write(folder.0.join("text"), "no database at all").unwrap();
    fs::write(folder.0.join("empty"), "").unwrap();
    let whole = fs::read(folder.0.join("chat.db")).unwrap();
    for name in ["broken", "text", "empty"] {
        let refused = restore(&folder.sqlite(), &folder.0.join(name));
        assert!(matches!(refused, Err(BackupError::NoCopy(..))), "{name}: {refused:?}");
    }
    assert!(matches!(restore(&folder.sqlite(), &folder.0.join("absent")), Err(BackupError::Missing(_))));
    assert_eq!(fs::read(folder.0.join("chat.db")).unwrap(), whole);
    let new = format!("sqlite:{}/new.db", folder.0.display());
    assert!(restore(&new, &folder.0.join("text")).is_err() && !folder.0.join("new.db").exists());
    assert_eq!(restore(&new, &copy).unwrap(), None);
    let store = open(&new).await;
    assert_eq!(store.history(me, room, Page::Newest, 9).await.unwrap().messages.len(), 1);
    store.close().await;
}

async fn room(store: &Store) -> (UserId, RoomId) {
    let me = somebody(store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    (me, store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room)
}

/// Opens a store. Returns it with what was logged meanwhile.
fn told(url: &str) -> (Store, String) {
    let log = Log::default();
    let opened = tracing::subscriber::with_default(log.clone(), || futures_util::FutureExt::now_or_never(open(url)));
    let said = log.0.lock().unwrap().clone();
    (opened.expect("SQLite is opened at once"), said)
}

/// A writer that keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Words(&mut self.0.lock().unwrap()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, _: &Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!("{value:?}\n"));
    }
}

//! Databases that cannot be opened, and what the operator is told.

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::sync::Arc;

use chat_domain::view::Page;
use chat_domain::{Command, Directory, Failure, Journal, RoomId, UserId};
use chat_store::{OpenError, Options, Store};
use common::postgres::{Cluster, unprivileged_ids};
use common::{Deaf, Folder, open, order, raw, say, somebody};
use diesel::connection::SimpleConnection;

/// The address that the other process opens.
const PLACE: &str = "CHAT_STORE_TEST_DOOR";

#[tokio::test]
async fn what_cannot_be_opened_says_what_to_do() {
    let folder = Folder::new("open");
    let file = |name: &str| folder.0.join(name).display().to_string();
    for url in ["", "chat.db", "mysql://localhost/chat", "sqlite:"] {
        assert!(matches!(refused(url).await, OpenError::Scheme(_)), "{url}");
    }
    assert!(matches!(refused(&format!("sqlite:{}", file("no/such/chat.db"))).await, OpenError::Directory(_)));
    fs::write(file("text.db"), "this is no database, however long one makes it ".repeat(99)).unwrap();
    assert!(matches!(refused(&format!("sqlite:{}", file("text.db"))).await, OpenError::NotADatabase(_)));
    let store = open(&format!("sqlite:{}", file("one.db"))).await;
    let error = refused(&format!("sqlite:{}", file("one.db"))).await;
    assert!(matches!(error, OpenError::InUse(_)), "{error}");
    store.close().await;
    open(&format!("sqlite:{}", file("one.db"))).await.close().await;
    for error in [OpenError::Scheme("x".into()), OpenError::NotADatabase("x".into()), OpenError::InUse("x".into())] {
        assert!(error.to_string().contains(": "), "`{error}` does not say what to do");
    }
}

#[tokio::test]
async fn a_server_that_is_about_to_end_is_waited_for() {
    let folder = Folder::new("wait");
    let file = folder.0.join("chat.db").display().to_string();
    let held = fs::File::create(format!("{file}.lock")).expect("the lock");
    held.lock().expect("the lock for us");
    let ending = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        drop(held);
    });
    open(&format!("sqlite:{file}")).await.close().await;
    ending.join().expect("an end");
}

#[tokio::test]
async fn postgres_says_who_it_does_not_let_in() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("door");
    let wrong = url.replace("secret", "guess");
    let error = refused(&wrong).await;
    assert!(matches!(error, OpenError::Refused { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("password") && !said.contains("guess"), "{said}");
    let (a, b) = (open(&url).await, open(&url).await);
    assert_eq!(a.epoch(), b.epoch());
    a.close().await;
    b.close().await;
    assert_eq!(a.head(UserId::new(1).unwrap(), RoomId::new(1).unwrap()).await, Err(Failure::Unavailable));
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let folder = Folder::new("newer");
    open(&folder.sqlite()).await.close().await;
    let newer = "UPDATE facts SET value = value + 1 WHERE name = 'version'";
    let path = folder.0.join("chat.db").display().to_string();
    raw(&path).batch_execute(newer).unwrap();
    newer_is_refused(&folder.sqlite()).await;
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("newer");
    open(&url).await.close().await;
    cluster.ask("newer", newer);
    newer_is_refused(&url).await;
}

#[tokio::test]
async fn tables_of_somebody_else_are_left_alone_and_the_way_out_is_named() {
    let folder = Folder::new("foreign");
    let path = folder.0.join("chat.db").display().to_string();
    raw(&path).batch_execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)").unwrap();
    let said = refused(&folder.sqlite()).await.to_string();
    assert!(said.contains("users") && said.contains("empty"), "{said}");
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("theirs");
    cluster.ask("theirs", "CREATE TABLE users (id bigint PRIMARY KEY, email text)");
    let said = refused(&url).await.to_string();
    assert!(said.contains("users") && said.contains("search_path"), "{said}");
    cluster.ask("theirs", "CREATE SCHEMA chat");
    let own = format!("{url}{}options=-csearch_path%3Dchat", if url.contains('?') { '&' } else { '?' });
    open(&own).await.close().await;
}

#[tokio::test]
async fn names_of_before_are_found_as_names_are_compared_today() {
    let folder = Folder::new("folding");
    let store = open(&folder.sqlite()).await;
    let (anna, taken) = (somebody(&store, "Straße").await.id(), somebody(&store, "ΟΔΟΣ").await.id());
    store.close().await;
    let path = folder.0.join("chat.db").display().to_string();
    raw(&path)
        .batch_execute("UPDATE users SET folded = lower(username); DELETE FROM facts WHERE name = 'folding'")
        .unwrap();
    let store = open(&folder.sqlite()).await;
    for (name, who) in [("STRASSE", anna), ("οδος", taken), ("οδοσ", taken)] {
        let found = store.by_username(name.into()).await.unwrap().map(|account| account.person.id());
        assert_eq!(found, Some(who), "{name}");
    }
    store.close().await;
}

/// Another node is making the tables, or has died while it did.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_opened_when_the_tables_are_free() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("busy");
    std::thread::scope(|scope| {
        let holds = "SELECT pg_advisory_lock(x'736368656d61'::bigint), pg_sleep(5)";
        scope.spawn(|| cluster.ask("busy", holds));
        while !cluster.ask("busy", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").starts_with('1') {}
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async { open(&url).await.close().await });
        });
    });
}

async fn newer_is_refused(url: &str) {
    let error = refused(url).await;
    assert!(matches!(error, OpenError::Newer { version, newest } if version == newest + 1), "{error}");
    assert!(error.to_string().contains("use the newer program"), "{error}");
}

/// A user who may only read the file or its directory is told so, and finds everything once they may write.
#[tokio::test]
async fn a_file_or_directory_that_cannot_be_written_to_says_so() {
    let folder = Folder::new("readonly");
    let (me, room) = said_something(&folder).await;
    for (files, directory) in [(0o444, 0o777), (0o666, 0o555)] {
        permit(&folder.0, files, directory);
        let said = opened_by_another(&folder);
        assert!(said.contains("cannot be written to: let the user"), "{files:o} in {directory:o}: {said}");
    }
    permit(&folder.0, 0o666, 0o777);
    assert_eq!(opened_by_another(&folder), "opened");
    let store = open(&folder.sqlite()).await;
    store.execute(order(me, 3, say(room, "two"))).await.unwrap();
    let history = store.history(me, room, Page::Newest, 9).await.unwrap();
    assert_eq!(history.messages.iter().map(|shown| &*shown.message.content).collect::<Vec<_>>(), ["one", "two"]);
    store.close().await;
}

/// A closed store's file may be copied or moved: this process does not have it open any more, whatever the store was
/// doing when it was closed.
#[tokio::test]
async fn of_a_store_that_was_closed_nothing_is_open() {
    for round in 0..20 {
        let folder = Folder::new("closed");
        let (me, room) = said_something(&folder).await;
        assert_eq!(held(&folder), Vec::<PathBuf>::new(), "round {round}");
        let store = open(&folder.sqlite()).await;
        // Enough messages for the log of writes to be brought into the file meanwhile.
        let writes: Vec<_> = (0..2_000).map(|_| store.execute(order(me, 3, say(room, "more")))).collect();
        let reads: Vec<_> = (0..50).map(|_| store.history(me, room, Page::Newest, 1_000)).collect();
        store.close().await;
        assert_eq!(held(&folder), Vec::<PathBuf>::new(), "round {round}");
        for (write, read) in writes.into_iter().zip(reads) {
            write.await.unwrap();
            read.await.unwrap();
        }
        assert_eq!(store.head(me, room).await, Err(Failure::Unavailable));
    }
}

/// Returns the files of a directory that this process has open.
fn held(folder: &Folder) -> Vec<PathBuf> {
    let open = fs::read_dir("/proc/self/fd").unwrap().filter_map(|fd| fs::read_link(fd.ok()?.path()).ok());
    open.filter(|file| file.starts_with(&folder.0)).collect()
}

async fn said_something(folder: &Folder) -> (UserId, RoomId) {
    let store = open(&folder.sqlite()).await;
    let me = somebody(&store, "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    let room = store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room;
    store.execute(order(me, 2, say(room, "one"))).await.unwrap();
    store.close().await;
    (me, room)
}

/// Sets the permissions of a directory and of the files in it.
fn permit(folder: &Path, files: u32, directory: u32) {
    let ours = fs::metadata(folder).unwrap();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        // The files that the other user made become ours again, so that the permissions are those of others.
        chown(&file, Some(ours.uid()), Some(ours.gid())).unwrap();
        fs::set_permissions(file, Permissions::from_mode(files)).unwrap();
    }
    fs::set_permissions(folder, Permissions::from_mode(directory)).unwrap();
}

/// Returns what a process says that opens the database. Root may write everywhere, so it runs as another user then.
fn opened_by_another(folder: &Folder) -> String {
    // The other user may not be allowed to read this program's directory.
    let elsewhere = Folder::new("program");
    let program = elsewhere.0.join("door");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    let mut child = Process::new(program);
    child.args(["--exact", "another_process", "--nocapture", "--quiet"]).env(PLACE, folder.sqlite());
    if let Some((user, group)) = unprivileged_ids() {
        child.uid(user).gid(group);
    }
    let output = child.current_dir("/").stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().find_map(|line| line.strip_prefix("door: "));
    line.unwrap_or_else(|| panic!("{said} {}", String::from_utf8_lossy(&output.stderr))).to_owned()
}

/// Not a test: the code of the other process.
#[tokio::test]
async fn another_process() {
    let Ok(place) = std::env::var(PLACE) else { return };
    match Store::open(&place, Options::default(), Arc::new(Deaf)).await {
        Ok(store) => {
            store.close().await;
            println!("\ndoor: opened");
        }
        Err(error) => println!("\ndoor: {error}"),
    }
}

async fn refused(url: &str) -> OpenError {
    match Store::open(url, Options::default(), Arc::new(Deaf)).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error,
    }
}

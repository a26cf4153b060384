//! Uploaded files: both databases agree with memory.

mod common;

use std::sync::Arc;
use std::time::Duration;

use chat_domain::files::{Announced, FileQuota};
use chat_domain::view::Page;
use chat_domain::*;
use chat_store::Store;
use common::postgres::Cluster;
use common::{Deaf, Dice, Folder, open, order};

#[tokio::test]
async fn sqlite_knows_of_files_what_the_memory_knows() {
    for seed in 1..=3 {
        let folder = Folder::new("files");
        story(&open(&folder.sqlite()).await, seed).await;
    }
}

#[tokio::test]
async fn postgres_knows_of_files_what_the_memory_knows() {
    let Some(cluster) = Cluster::start() else { return };
    for seed in 1..=2 {
        story(&open(&cluster.database(&format!("files{seed}"))).await, seed).await;
    }
}

const QUOTA: FileQuota = FileQuota { bytes: 1_000, span: Duration::from_secs(100) };

fn file(number: u128, size: u64) -> Arc<File> {
    Arc::new(File { id: FileId::of_bits(number), name: format!("№ {number}"), size, mime: "text/plain".into() })
}

fn address(file: &File) -> String {
    let name: String = file.name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("https://chat.example/api/files/{}/{name}", file.id)
}

fn send(room: RoomId, content: String, kind: MessageKind) -> Command {
    Command::Send { room, draft: Draft { kind, ..Draft::text(content) }, client_id: None }
}

/// Does the same in a store and in memory, and compares the answers.
async fn story(store: &Store, seed: u64) {
    let memory = InMemory::new(Limits::default(), Arc::new(Deaf));
    let mut dice = Dice::new(seed);
    let mut people = Vec::new();
    for name in ["ann", "bob", "cid"] {
        let person = common::somebody(store, name).await;
        let account = directory::NewAccount {
            username: name.into(),
            name: None,
            avatar: String::new(),
            password: "digest".into(),
        };
        assert_eq!(memory.register(account).await.unwrap().person.id(), person.id());
        people.push(person.id());
    }
    let made = Command::CreateGroup { title: "all".into(), members: people.clone(), client_id: None };
    let room = store.execute(order(people[0], 1, made.clone())).await.unwrap().event().unwrap().room;
    assert_eq!(memory.execute(order(people[0], 1, made)).await.unwrap().event().unwrap().room, room);
    let mut files: Vec<(UserId, Arc<File>)> = Vec::new();
    let mut said: Vec<(UserId, [MessageId; 2])> = Vec::new();
    for at in 2..300 {
        let (actor, moment) = (dice.pick(&people).unwrap(), Time::from_secs(at));
        match (dice.roll(8), dice.pick(&files)) {
            (0 | 1, _) | (_, None) => {
                let file = file(at as u128, 50 + dice.roll(200) as u64);
                let here = store.announce(file.clone(), actor, QUOTA, moment).await.unwrap();
                assert_eq!(Ok(here), memory.announce(file.clone(), actor, QUOTA, moment).await);
                if here == Announced::Taken && !dice.one_in(4) {
                    store.is_whole(file.id).await.unwrap();
                    memory.is_whole(file.id).await.unwrap();
                }
                files.extend((here == Announced::Taken).then_some((actor, file)));
            }
            (2, Some((_, file))) => {
                store.is_whole(file.id).await.unwrap();
                memory.is_whole(file.id).await.unwrap();
            }
            (3, _) => {
                let unbound = Time::from_secs(at - 60);
                let gone = store.let_go(unbound, 1000).await.unwrap();
                let mut sorted = gone.clone();
                sorted.sort_unstable();
                assert_eq!(memory.let_go(unbound, 1000).await.unwrap(), sorted, "seed {seed} at {at}");
                if dice.one_in(2) {
                    store.are_deleted(gone.clone()).await.unwrap();
                    memory.are_deleted(gone).await.unwrap();
                }
            }
            (4, _) if said.len() > 6 => {
                let (author, [here, there]) = said.swap_remove(dice.roll(said.len()));
                let delete = |message| order(author, at, Command::Delete { room, message });
                store.execute(delete(here)).await.unwrap();
                memory.execute(delete(there)).await.unwrap();
            }
            (kind, Some((owner, file))) => {
                let actor = if dice.one_in(4) { actor } else { owner };
                let kind = if kind == 5 { MessageKind::Text } else { MessageKind::File };
                let send = order(actor, at, send(room, address(&file), kind));
                let (here, there) = (store.execute(send.clone()).await, memory.execute(send).await);
                match (here, there) {
                    (Ok(here), Ok(there)) => said.push((actor, [sent(&here), sent(&there)])),
                    (here, there) => assert_eq!(here.map(drop), there.map(drop), "seed {seed} at {at}"),
                }
            }
        }
    }
    assert!(files.len() > 5 && said.len() > 5, "something happened: {} {}", files.len(), said.len());
    let mut bonds = [0; 3];
    for (_, file) in &files {
        let here = store.file(file.id).await.unwrap().unwrap();
        let there = memory.file(file.id).await.unwrap().unwrap();
        bonds[match here.bond {
            Bond::Free => 0,
            Bond::Bound(..) => 1,
            Bond::Gone => 2,
        }] += 1;
        let sort = |row: &FileRow| (std::mem::discriminant(&row.bond), row.owner, row.is_whole);
        assert_eq!(sort(&here), sort(&there), "{file:?}");
        assert!(here.bond == Bond::Gone || here.file == *file);
    }
    assert!(bonds[1] > 0 && bonds[2] > 0, "{bonds:?}");
    let shown = |history: view::History, gone: &dyn Fn(FileId) -> bool| {
        let files = history.messages.iter().map(|shown| shown.message.file.clone().filter(|file| !gone(file.id)));
        files.collect::<Vec<_>>()
    };
    let mut gone = Vec::new();
    for (_, file) in &files {
        gone.extend((store.file(file.id).await.unwrap().unwrap().bond == Bond::Gone).then_some(file.id));
    }
    let here = store.history(people[0], room, Page::Newest, 100).await.unwrap();
    let there = memory.history(people[0], room, Page::Newest, 100).await.unwrap();
    let is_gone = |id| gone.contains(&id);
    assert_eq!(shown(here, &|_| false), shown(there, &is_gone), "what is gone is shown no more");
}

/// Returns the message that was sent. The ids that are used for refused orders may differ.
fn sent(outcome: &Outcome) -> MessageId {
    match &outcome.event().unwrap().change {
        Change::Sent { message, .. } => message.id,
        other => panic!("{other:?}"),
    }
}

/// Two nodes bind one file at once while a third one sweeps: it then belongs to one message, and is not let go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_bound_once_however_many_nodes_there_are_and_never_swept_then() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("nodes");
    let nodes = [open(&url).await, open(&url).await, open(&url).await];
    let (ann, bob) = (common::somebody(&nodes[0], "ann").await.id(), common::somebody(&nodes[0], "bob").await.id());
    let mut rooms = Vec::new();
    for _ in 0..2 {
        let made = Command::CreateGroup { title: "r".into(), members: vec![bob], client_id: None };
        rooms.push(nodes[0].execute(order(ann, 1, made)).await.unwrap().event().unwrap().room);
    }
    let (mut bound, mut swept) = (0, 0);
    for number in 1..=30 {
        let file = file(number, 1);
        nodes[0].announce(file.clone(), ann, QUOTA, Time::from_secs(2)).await.unwrap();
        nodes[0].is_whole(file.id).await.unwrap();
        let said =
            |node: usize| nodes[node].execute(order(ann, 3, send(rooms[node], address(&file), MessageKind::File)));
        let (first, second, gone) = tokio::join!(said(0), said(1), nodes[2].let_go(Time::from_secs(9), 100));
        let gone = gone.unwrap().contains(&file.id);
        let sent = [first, second].map(|said| said.ok().and_then(|said| said.event().cloned()));
        match nodes[2].file(file.id).await.unwrap().unwrap().bond {
            Bond::Bound(room, message) => {
                assert!(!gone, "a file that is named was let go");
                let by = sent.iter().flatten().find(|event| event.room == room).expect("its room said so");
                let Change::Sent { message: said, .. } = &by.change else { panic!("sent") };
                assert_eq!(said.id, message);
                bound += 1;
            }
            Bond::Gone => {
                assert!(gone && sent.iter().all(Option::is_none), "what is gone cannot be named");
                swept += 1;
            }
            Bond::Free => panic!("nobody has it"),
        }
    }
    assert_eq!(bound + swept, 30);
}

/// A file is deleted with its owner, even if a message that names it stays.
#[tokio::test]
async fn the_files_of_the_erased_are_gone_at_once() {
    let store = open("sqlite::memory:").await;
    let (ann, bob) = (common::somebody(&store, "ann").await.id(), common::somebody(&store, "bob").await.id());
    let opened = store.execute(order(ann, 1, Command::OpenDirect { with: bob })).await.unwrap();
    let room = opened.event().unwrap().room;
    let file = file(1, 1);
    store.announce(file.clone(), ann, QUOTA, Time::from_secs(1)).await.unwrap();
    store.is_whole(file.id).await.unwrap();
    store.execute(order(ann, 2, send(room, address(&file), MessageKind::Photo))).await.unwrap();
    store.erase(Erasure { user: ann, at: Time::from_secs(3), unsaid: false }).await.unwrap();
    assert_eq!(store.file(file.id).await.unwrap().unwrap().bond, Bond::Gone);
    assert_eq!(store.let_go(Time(0), 9).await.unwrap(), [file.id]);
    let refused = store.execute(order(bob, 4, send(room, address(&file), MessageKind::Photo))).await;
    assert!(matches!(refused, Err(Failure::Refused(_))), "{refused:?}");
}

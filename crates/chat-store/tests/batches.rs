//! Work on very many rows is done in parts, each in a transaction of its own, so that others can commit in between.

mod common;

use std::collections::BTreeSet;

use chat_domain::view::Page;
use chat_domain::{Command, Journal, Outcome, RoomId, Sentence, Time, UserId};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Folder, open, order, patiently, say, somebody};
use futures_util::future::try_join_all;

#[tokio::test]
async fn sqlite_does_large_acts_some_at_a_time() {
    let folder = Folder::new("batches");
    large_acts(open(&folder.sqlite()).await).await;
}

#[tokio::test]
async fn postgres_does_large_acts_some_at_a_time() {
    let Some(cluster) = Cluster::start() else { return };
    large_acts(open(&cluster.database("batches")).await).await;
}

async fn large_acts(store: Store) {
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(somebody(&store, &format!("p{number}")).await.id());
    }
    let (ann, bob) = (people[0], people[1]);
    let (crowd, other) = (group(&store, ann, &people[1..]).await, group(&store, ann, &[bob]).await);

    // One mark for everybody, from which the notifications are made afterwards.
    give(&store, ann, say(crowd, "hello @all")).await;
    let (mut told, mut pages) = (BTreeSet::new(), 0);
    loop {
        let page = patiently(|| store.notify_mentioned(Time::from_secs(3), AT_ONCE)).await.expect("a page");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= AT_ONCE);
        assert!(page.iter().all(|one| told.insert(one.user)), "nobody is told twice");
        pages += 1;
        // Somebody else's message is committed before the next ones are notified.
        give(&store, bob, say(other, "meanwhile")).await;
    }
    assert_eq!((told.len(), pages), (PEOPLE - 1, (PEOPLE - 1).div_ceil(AT_ONCE)));
    assert!(!told.contains(&ann));

    // A ban that deletes messages.
    try_join_all((0..SAID).map(|_| store.execute(order(bob, 4, say(crowd, "buy this"))))).await.expect("they are said");
    let (sentence, delete_messages) = (Some(Sentence::default()), true);
    give(&store, ann, Command::Ban { room: crowd, user: bob, sentence, delete_messages }).await;
    let mut erased = 0;
    loop {
        let due = patiently(|| store.purging(AT_ONCE)).await.expect("a page");
        if due.is_empty() {
            break;
        }
        assert!(due.len() <= AT_ONCE && due.is_sorted_by(|one, other| one.2 > other.2), "the newest first");
        erased += due.len();
        for (room, actor, message) in due {
            give(&store, actor, Command::Purge { room, message }).await;
        }
        give(&store, bob, say(other, "meanwhile")).await;
    }
    assert_eq!(erased, SAID);
    let left = store.history(ann, crowd, Page::Newest, 50).await.expect("a page").messages;
    assert!(left.iter().all(|shown| shown.message.sender.id() == ann));

    // Ending a group is one change, however many members it has.
    let before = store.head(ann, crowd).await.expect("a member").seq;
    let ended = give(&store, ann, Command::EndGroup { room: crowd }).await;
    assert_eq!(ended.event().expect("an event").head.seq, before + 1);
    store.close().await;
}

async fn group(store: &Store, owner: UserId, members: &[UserId]) -> RoomId {
    let made = Command::CreateGroup { title: "all".into(), members: Vec::new(), client_id: None };
    let room = give(store, owner, made).await.event().expect("an event").room;
    for user in members {
        give(store, owner, Command::AddMember { room, user: *user }).await;
    }
    room
}

async fn give(store: &Store, actor: UserId, command: Command) -> Outcome {
    patiently(|| store.execute(order(actor, 3, command.clone()))).await.expect("it is done")
}

const PEOPLE: usize = 65;
const SAID: usize = 50;
const AT_ONCE: usize = 20;

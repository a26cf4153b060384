//! A store never takes what it remembers of its rooms for what they have become meanwhile.

mod common;

use std::sync::Arc;

use chat_domain::directory::{Subject, Visitor};
use chat_domain::{Amendment, Change, Command, Directory, Event, Failure, Journal, MessageId, Refusal, RoomId, UserId};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Folder, open, order, say, somebody};

#[tokio::test]
async fn sqlite_remembers_nothing_that_is_no_longer_so() {
    let folder = Folder::new("memory");
    let store = open(&folder.sqlite()).await;
    changes_under_it(&store, &store).await;
    store.close().await;
}

/// Two stores on one database, each of which knows rooms that the other one changes.
#[tokio::test]
async fn postgres_remembers_nothing_that_is_no_longer_so() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("memory");
    changes_under_it(&open(&url).await, &open(&url).await).await;
}

/// A room is loaded anew because of one member. Of the other members nothing new is known.
#[tokio::test]
async fn postgres_does_not_take_members_of_before_for_those_of_a_room_that_was_seen_again() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("memory");
    let (one, other) = (open(&url).await, open(&url).await);
    let (ann, bob) = (named(&one, "Ann").await, somebody(&one, "bob").await.id());
    let made = Command::CreateGroup { title: "all".into(), members: vec![bob], client_id: None };
    let room = happens(&one, ann, made).await.room;
    let rename = |n: u64| Command::Change { room, amendment: Amendment::title(format!("all {n}")) };
    for (n, store) in (1..).zip([&one, &other, &one]) {
        assert_eq!(own_number(store, bob, room).await, n);
        happens(&one, ann, rename(n)).await;
    }
    happens(&other, ann, Command::RemoveMember { room, user: bob }).await;
    happens(&one, ann, rename(4)).await;
    let refused = one.execute(order(bob, 3, say(room, "still here"))).await;
    assert_eq!(refused.unwrap_err(), Failure::Refused(Refusal::NotMember));
}

/// Sends a message. Returns how many the same user has sent there by then.
async fn own_number(store: &Store, actor: UserId, room: RoomId) -> u64 {
    let event = happens(store, actor, say(room, "hello")).await;
    let Change::Sent { message, .. } = &event.change else { panic!("{event:?}") };
    message.own_number
}

async fn changes_under_it(one: &Store, other: &Store) {
    let ann = named(one, "Ann").await;
    let bob = somebody(one, "bob").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![bob], client_id: None };
    let room = happens(one, ann, made).await.room;
    for store in [one, other, one] {
        said(store, ann, room, "Ann").await;
    }
    trust(one, ann, room, "Ann").await;
    assert_eq!(named(other, "Anna").await, ann);
    said(one, ann, room, "Anna").await;
    let first = said(one, ann, room, "Anna").await;
    happens(one, bob, Command::Deliver { room, upto: first }).await;
    let second = said(other, ann, room, "Anna").await;
    let third = said(one, ann, room, "Anna").await;
    assert!(first < second && second < third);
    said(one, bob, room, "bob").await;
    happens(one, ann, Command::Delete { room, message: second }).await;
    let reached = happens(one, bob, Command::Deliver { room, upto: third }).await;
    let Change::Delivered(reached) = &reached.change else { panic!("{reached:?}") };
    assert_eq!(reached.messages.iter().map(|one| (one.message, one.sender)).collect::<Vec<_>>(), [(third, ann)]);
    trust(one, ann, room, "Anna").await;
    let read = happens(other, bob, Command::Read { room, upto: None }).await;
    let next = happens(one, ann, say(room, "hello")).await;
    assert_eq!((next.head.seq, next.head.moves), (read.head.seq + 1, read.head.moves));
    trust(one, bob, room, "bob").await;
    happens(other, ann, Command::RemoveMember { room, user: bob }).await;
    let refused = one.execute(order(bob, 3, say(room, "still here"))).await;
    assert_eq!(refused.unwrap_err(), Failure::Refused(Refusal::NotMember));
    happens(other, ann, Command::AddMember { room, user: bob }).await;
    said(one, bob, room, "bob").await;
}

/// A user of another issuer, who has this username now.
async fn named(store: &Store, name: &str) -> UserId {
    let (issuer, subject) = ("elsewhere".into(), Subject::Text("ann".into()));
    let visitor = Visitor { issuer, subject, name: Some(name.into()), username: None, avatar: None };
    store.admit(visitor).await.unwrap().person.id()
}

async fn happens(store: &Store, actor: UserId, command: Command) -> Arc<Event> {
    store.execute(order(actor, 2, command)).await.unwrap().event().unwrap().clone()
}

/// Sends so many messages that the store trusts its memory of the room.
async fn trust(store: &Store, actor: UserId, room: RoomId, name: &str) {
    for _ in 0..40 {
        said(store, actor, room, name).await;
    }
}

/// Sends a message under this name. Its number is the next one.
async fn said(store: &Store, actor: UserId, room: RoomId, name: &str) -> MessageId {
    let event = happens(store, actor, say(room, "hello")).await;
    let Change::Sent { message, .. } = &event.change else { panic!("{event:?}") };
    assert_eq!(message.sender.name, name);
    message.id
}

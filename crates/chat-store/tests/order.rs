//! Many write at once, and every reader sees everything once and in order.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::{Change, ClientId, Command, Draft, Head, Journal, MessageId, RoomId, UserId};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Dice, Folder, open, order, patiently, somebody};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_sqlite_everybody_sees_everything_once_and_in_order() {
    let folder = Folder::new("order");
    let store = Arc::new(open(&folder.sqlite()).await);
    crowd(vec![store.clone(), store]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_postgres_everybody_sees_everything_once_and_in_order_through_two_stores() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("crowd");
    crowd(vec![Arc::new(open(&url).await), Arc::new(open(&url).await)]).await;
    let deadlocks = cluster.ask("crowd", "SELECT deadlocks FROM pg_stat_database WHERE datname = 'crowd'");
    assert_eq!(deadlocks.trim(), "0");
}

/// There are 64 writers in 4 rooms, each with its own pace, and 8 readers who poll meanwhile.
async fn crowd(stores: Vec<Arc<Store>>) {
    let mut people = Vec::new();
    for n in 0..64 {
        people.push(somebody(&stores[0], &format!("user{n}")).await.id());
    }
    let rooms = rooms(&stores[0], &people).await;
    let over = Arc::new(AtomicBool::new(false));
    let pollers: Vec<_> = (0..8)
        .map(|n| tokio::spawn(poll(stores[n % stores.len()].clone(), people[n], rooms[n % rooms.len()], over.clone())))
        .collect();
    let writers: Vec<_> = (0..people.len())
        .map(|n| tokio::spawn(write(stores[n % stores.len()].clone(), people[n], rooms.clone(), n as u64 + 1)))
        .collect();
    let mut sent: BTreeMap<RoomId, Vec<MessageId>> = BTreeMap::new();
    for writer in writers {
        for (room, message) in writer.await.unwrap() {
            sent.entry(room).or_default().push(message);
        }
    }
    over.store(true, Ordering::Relaxed);
    for (n, poller) in pollers.into_iter().enumerate() {
        let mut expected = sent[&rooms[n % rooms.len()]].clone();
        expected.sort();
        assert_eq!(poller.await.unwrap(), expected, "poller {n} missed, repeated or reordered something");
    }
    for &room in &rooms {
        whole(&stores[0], people[0], room).await;
    }
}

async fn rooms(store: &Store, people: &[UserId]) -> Vec<RoomId> {
    let mut rooms = Vec::new();
    for n in 0..4 {
        let (title, members) = (format!("room {n}"), people.to_vec());
        let made = store.execute(order(people[0], 1, Command::CreateGroup { title, members, client_id: None })).await;
        rooms.push(made.unwrap().event().unwrap().room);
    }
    rooms
}

/// Sends, likes, reads and edits. Returns what it sent.
async fn write(store: Arc<Store>, me: UserId, rooms: Vec<RoomId>, seed: u64) -> Vec<(RoomId, MessageId)> {
    let (mut dice, mut sent) = (Dice::new(seed), Vec::new());
    for n in 0..25 {
        let room = rooms[dice.roll(rooms.len())];
        let named = ClientId::new(format!("{seed}.{n}"));
        let said = Command::Send { room, draft: Draft::text(format!("{seed}.{n}")), client_id: named };
        // Under its name it is sent once, however often it is asked for.
        let answer = patiently(|| store.execute(order(me, 2 + n, said.clone()))).await.unwrap();
        let Change::Sent { message, .. } = &answer.event().unwrap().change else { panic!("{answer:?}") };
        sent.push((room, message.id));
        let (message, room) = (message.id, room);
        let other = match dice.roll(6) {
            0 => Command::Like { room, message },
            1 => Command::Read { room, upto: None },
            2 => Command::Edit { room, message, content: "better".into() },
            3 => Command::Search,
            4 => Command::LeaveRoulette,
            _ => Command::OpenDirect { with: UserId::new(1 + dice.roll(64) as i64).unwrap() },
        };
        // Refused with oneself, or while in an open roulette chat.
        let _ = store.execute(order(me, 2 + n, other)).await;
        tokio::time::sleep(Duration::from_millis(dice.roll(8) as u64)).await;
    }
    sent
}

/// Asks again and again for what came after the last message.
async fn poll(store: Arc<Store>, me: UserId, room: RoomId, over: Arc<AtomicBool>) -> Vec<MessageId> {
    let mut seen: Vec<MessageId> = Vec::new();
    loop {
        let last = over.load(Ordering::Relaxed);
        let after = seen.last().copied().unwrap_or(MessageId::new(1).unwrap());
        let page = if seen.is_empty() { Since::Message(None) } else { Since::Message(Some(after)) };
        let replay = Replay { since: page, from: None, until: None, limit: 40 };
        let Ok(Replayed::Changes { events, next, .. }) = patiently(|| store.replay(me, room, replay)).await else {
            panic!("a poll was refused")
        };
        for event in &events {
            let Change::Sent { message, .. } = &event.change else { panic!("{event:?}") };
            seen.push(message.id);
        }
        if last && next.is_none() {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Checks the log of a room: 1, 2, 3 … without holes, and its messages likewise.
async fn whole(store: &Store, reader: UserId, room: RoomId) {
    let head = store.head(reader, room).await.unwrap();
    let messages = store.history(reader, room, Page::Newest, 100_000).await.unwrap().messages;
    let numbers: Vec<_> = messages.iter().map(|shown| shown.message.number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert!(messages.windows(2).all(|two| two[0].message.id < two[1].message.id));
    assert!(messages.windows(2).all(|two| two[0].message.seq < two[1].message.seq));
    let since = Since::Head(Head::default());
    let replay = Replay { since, from: None, until: None, limit: 1 << 30 };
    let Replayed::Changes { events, until, .. } = store.replay(reader, room, replay).await.unwrap() else {
        panic!("nothing was pruned")
    };
    assert_eq!(until, head);
    let durable = events.iter().filter(|event| event.change.is_durable());
    let numbers: Vec<_> = durable.map(|event| event.head.seq).collect();
    // An edit of a message that the reader never had is told with the message. Only such numbers are left out.
    let left_out = (1..=head.seq).filter(|seq| numbers.binary_search(seq).is_err()).count();
    let edited = messages.iter().filter(|shown| shown.message.edited.is_some()).count();
    assert_eq!(left_out, edited);
}

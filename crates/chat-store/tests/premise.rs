//! What is remembered of a room may be wrong where others write, too. Then that room is looked at first, and no other
//! one. A message that was committed from memory has the id that was taken for it in advance; any other has a later
//! one.

mod common;

use chat_domain::{Amendment, Change, Command, Journal, MessageId, Outcome, RoomId, UserId};
use chat_store::Store;
use common::postgres::Cluster;
use common::{open, order, say, somebody};

#[tokio::test]
async fn one_room_that_others_have_written_to_holds_up_no_other() {
    let Some(cluster) = Cluster::start() else { return };
    let (scene, other) = Scene::of(&cluster).await;
    other.execute(order(scene.me, 3, say(scene.rooms[1], "from elsewhere"))).await.unwrap();
    // On one thread, everything that is asked before the first await is one batch.
    let answers: Vec<_> = scene.rooms.map(|room| scene.store.execute(order(scene.me, 4, say(room, "hello")))).into();
    let mut ids = Vec::new();
    for answer in answers {
        ids.push(message(&answer.await.unwrap()).number());
    }
    assert_eq!([ids[0], ids[2]], [scene.last + 1, scene.last + 3], "they were not committed from memory: {ids:?}");
    assert!(ids[1] > scene.last + 50, "it was committed from a memory that is wrong: {ids:?}");
}

/// Read positions decide nothing about sending.
#[tokio::test]
async fn what_others_have_read_is_no_reason_to_look() {
    let Some(cluster) = Cluster::start() else { return };
    let (scene, other) = Scene::of(&cluster).await;
    let [room, ..] = scene.rooms;
    other.execute(order(scene.friend, 3, Command::Read { room, upto: None })).await.unwrap();
    assert_eq!(scene.say(room).await, scene.last + 1);
}

/// Other orders in the same batch, which go the sure way, do not matter either.
#[tokio::test]
async fn what_is_not_said_takes_nothing_along_but_its_own_room() {
    let Some(cluster) = Cluster::start() else { return };
    let (scene, _other) = Scene::of(&cluster).await;
    let [first, second, third] = scene.rooms;
    let commands = [
        say(first, "hello"),
        Command::Change { room: second, amendment: Amendment::title("new") },
        say(third, "hello"),
    ];
    let answers: Vec<_> = commands.map(|command| scene.store.execute(order(scene.me, 4, command))).into();
    let mut outcomes = Vec::new();
    for answer in answers {
        outcomes.push(answer.await.unwrap());
    }
    let ids = [&outcomes[0], &outcomes[2]].map(|said| message(said).number());
    assert_eq!(ids, [scene.last + 1, scene.last + 2]);
}

/// A store that remembers three rooms.
struct Scene {
    store: Store,
    me: UserId,
    friend: UserId,
    rooms: [RoomId; 3],
    /// Returns the newest message, which was committed from memory.
    last: i64,
}

impl Scene {
    async fn of(cluster: &Cluster) -> (Scene, Store) {
        let url = cluster.database("premise");
        let (store, other) = (open(&url).await, open(&url).await);
        let (me, friend) = (somebody(&store, "ann").await.id(), somebody(&store, "bob").await.id());
        let mut rooms = Vec::new();
        for n in 0..3 {
            let made = Command::CreateGroup { title: n.to_string(), members: vec![friend], client_id: None };
            rooms.push(store.execute(order(me, 1, made)).await.unwrap().event().unwrap().room);
        }
        let mut scene = Scene { store, me, friend, rooms: rooms.try_into().unwrap(), last: 0 };
        for _ in 0..2 {
            for room in scene.rooms {
                scene.last = scene.say(room).await;
            }
        }
        (scene, other)
    }

    async fn say(&self, room: RoomId) -> i64 {
        message(&self.store.execute(order(self.me, 2, say(room, "hello"))).await.unwrap()).number()
    }
}

fn message(outcome: &Outcome) -> MessageId {
    let Change::Sent { message, .. } = &outcome.event().unwrap().change else { panic!("{outcome:?}") };
    message.id
}

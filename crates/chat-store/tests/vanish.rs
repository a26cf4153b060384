//! Messages that are kept only for a while: what is left counts as read, is answered like a deleted message, and is
//! found by nobody, wherever the work was interrupted.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::files::FileQuota;
use chat_domain::find::Sought;
use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::*;
use chat_store::Store;
use common::postgres::Cluster;
use common::{Folder, open, order, patiently, raw, somebody};
use diesel::{RunQueryDsl, sql_query, sql_types};

const DAY: Duration = Duration::from_secs(24 * 3_600);
const OLD: i64 = 30;
const KEPT: i64 = 5;

#[tokio::test]
async fn on_sqlite_old_messages_vanish() {
    let folder = Folder::new("vanish");
    let url = folder.sqlite();
    let store = open(&url).await;
    let world = World::fill(&store).await;
    let index = folder.0.join("chat.db.search").display().to_string();
    let indexed = move || {
        let rows: Vec<Count> = sql_query(INDEXED).load(&mut raw(&index)).unwrap();
        rows[0].many
    };
    until("the index follows", || indexed() == OLD + KEPT).await;
    let store = world.vanish(store, || open(&url)).await;
    until("the index forgets", || indexed() == KEPT + 1).await;
    store.close().await;
}

#[tokio::test]
async fn on_postgres_old_messages_vanish() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("vanish");
    let store = open(&url).await;
    let world = World::fill(&store).await;
    let indexed = || cluster.ask("vanish", INDEXED).trim().parse::<i64>().unwrap();
    until("the index follows", || indexed() == OLD + KEPT).await;
    let store = world.vanish(store, || open(&url)).await;
    until("the index forgets", || indexed() == KEPT + 1).await;
    store.close().await;
}

/// How many messages are in the index: in a bundle of it each has its room and its id, with a colon between them.
const INDEXED: &str =
    "SELECT CAST(COALESCE(SUM(LENGTH(messages) - LENGTH(REPLACE(messages, ':', ''))), 0) AS BIGINT) AS many
    FROM indexed";

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::BigInt)]
    many: i64,
}

/// A room with old messages of Ann's and some that are kept, and another room that keeps everything.
struct World {
    ann: UserId,
    bob: UserId,
    room: RoomId,
    other: RoomId,
    sent: Vec<MessageId>,
    now: Time,
}

impl World {
    async fn fill(store: &Store) -> World {
        let (ann, bob) = (somebody(store, "ann").await.id(), somebody(store, "bob").await.id());
        let mut rooms = Vec::new();
        for title in ["short", "long"] {
            let made =
                Command::CreateGroup { title: title.into(), members: vec![bob], client_id: ClientId::new(title) };
            rooms.push(done(store, order(ann, 1, made)).await.event().unwrap().room);
        }
        let file = File { id: FileId::of_bits(7), name: "a".into(), size: 1, mime: "text/plain".into() };
        let quota = FileQuota { bytes: 1_000, span: DAY };
        store.announce(Arc::new(file), ann, quota, Time::from_secs(2)).await.unwrap();
        patiently(|| store.is_whole(FileId::of_bits(7))).await.unwrap();
        let (room, other) = (rooms[0], rooms[1]);
        let mut world = World { ann, bob, room, other, sent: Vec::new(), now: Time::from_secs(3 * 24 * 3_600) };
        for number in 0..OLD {
            world.say(store, room, number, 10 + number).await;
        }
        for number in OLD..OLD + KEPT {
            world.say(store, room, number, world.now.0 / 1_000_000 - 10 + number - OLD).await;
        }
        world.say(store, other, 0, 10).await;
        for command in [
            Command::Pin { room, message: world.sent[3], stands: true },
            Command::Pin { room, message: world.sent[OLD as usize], stands: true },
            Command::Like { room, message: world.sent[2] },
        ] {
            done(store, order(ann, 50, command)).await;
        }
        world
    }

    /// Sends a message. Some answer old ones, and one names a file.
    async fn say(&mut self, store: &Store, room: RoomId, number: i64, at: i64) {
        let reply_to = if number == OLD { Some(self.sent[1]) } else { None };
        let draft = match number {
            1 => Draft {
                kind: MessageKind::File,
                ..Draft::text(format!("https://chat.example/files/{}/a", FileId::of_bits(7)))
            },
            _ => Draft { reply_to, ..Draft::text(format!("Schwertfisch {number} @bob")) },
        };
        let command = Command::Send { room, draft, client_id: ClientId::new(format!("name-{number}")) };
        let outcome = done(store, order(self.ann, at, command)).await;
        let Change::Sent { message, .. } = &outcome.event().unwrap().change else { panic!("{outcome:?}") };
        self.sent.push(message.id);
    }

    /// Lets half of the messages vanish by a server that is killed, and the rest by another one.
    async fn vanish<F: Future<Output = Store>>(&self, store: Store, again: impl Fn() -> F) -> Store {
        let start = patiently(|| store.head(self.bob, self.room)).await.unwrap();
        let first = patiently(|| store.message(self.bob, self.room, self.sent[0])).await.unwrap().message.clone();
        assert_eq!(
            patiently(|| store.vanish(None, self.now, 10)).await.unwrap(),
            None,
            "as long as nobody has said so"
        );
        patiently(|| store.keep(self.room, Some(DAY))).await.unwrap();
        let unknown = patiently(|| store.keep(RoomId::new(999).unwrap(), Some(DAY))).await;
        assert_eq!(unknown, Err(Failure::Refused(Refusal::UnknownRoom)));
        patiently(|| store.vanish(None, self.now, 12)).await.unwrap();
        // More only if the database was too slow to say so the first time.
        let left = patiently(|| store.chat(self.bob, self.room)).await.unwrap().unread as i64;
        let some = OLD + KEPT - left;
        assert!(some % 12 == 0 && (1..OLD).contains(&some), "{some}");
        self.counts(&store, some).await;
        drop(store);
        let store = again().await;
        self.counts(&store, some).await;
        while patiently(|| store.vanish(None, self.now, 7)).await.unwrap().is_some() {}
        self.counts(&store, OLD).await;
        assert_eq!(
            patiently(|| store.let_go(Time::from_secs(0), 9)).await.unwrap(),
            [FileId::of_bits(7)],
            "its file goes"
        );
        self.reads(&store, start, &first).await;
        // Messages of other rooms are kept until a span is set for all rooms.
        assert_eq!(patiently(|| store.history(self.bob, self.other, Page::Newest, 9)).await.unwrap().messages.len(), 1);
        while patiently(|| store.vanish(Some(2 * DAY), self.now, 100)).await.unwrap().is_some() {}
        // Their chat is empty, and can go on.
        assert_eq!(patiently(|| store.chat(self.bob, self.other)).await.unwrap().unread, 0);
        let (room, draft) = (self.other, Draft::text("Schwertfisch"));
        let more = Command::Send { room, draft, client_id: ClientId::new("more") };
        done(&store, order(self.ann, self.now.0 / 1_000_000, more)).await;
        while patiently(|| store.vanish(Some(2 * DAY), self.now, 100)).await.unwrap().is_some() {}
        assert_eq!(patiently(|| store.chat(self.bob, self.other)).await.unwrap().unread, 1);
        store
    }

    async fn counts(&self, store: &Store, vanished: i64) {
        let chat = patiently(|| store.chat(self.bob, self.room)).await.unwrap();
        let left = (OLD + KEPT - vanished) as u64;
        assert_eq!((chat.unread, chat.mentions), (left, left - u64::from(vanished < 2)));
        let history = patiently(|| store.history(self.bob, self.room, Page::After(None), 100)).await.unwrap();
        let shown: Vec<_> = history.messages.iter().map(|shown| shown.message.id).collect();
        assert_eq!(shown, self.sent[vanished as usize..(OLD + KEPT) as usize]);
    }

    /// Checks what is left for readers who ask, and for those who come back.
    async fn reads(&self, store: &Store, start: Head, first: &Message) {
        let (bob, room) = (self.bob, self.room);
        let unknown = Err(Failure::Refused(Refusal::UnknownMessage));
        assert_eq!(patiently(|| store.message(bob, room, self.sent[0])).await.map(drop), unknown);
        let reply = patiently(|| store.message(bob, room, self.sent[OLD as usize]))
            .await
            .unwrap()
            .message
            .reply
            .clone()
            .unwrap();
        assert_eq!((reply.thread, &*reply.quote.excerpt, reply.quote.deleted), (self.sent[1], "", true));
        let pins = patiently(|| store.history(bob, room, Page::Pinned, 9)).await.unwrap().messages;
        assert_eq!(pins.iter().map(|pin| pin.message.id).collect::<Vec<_>>(), [self.sent[OLD as usize]]);
        assert_eq!(patiently(|| store.inspect(room)).await.unwrap().room.pins, 1);
        // A reader up to a message that has vanished has as much unread as one who has read nothing.
        let read = Command::Read { room, upto: Some(self.sent[9]) };
        done(store, order(bob, self.now.0 / 1_000_000, read)).await;
        assert_eq!(patiently(|| store.chat(bob, room)).await.unwrap().unread, KEPT as u64);
        let passed = Since::Head(Head { seq: first.seq, moves: start.moves });
        let replay = |since| Replay { since, from: None, until: None, limit: 100 };
        let replayed = patiently(|| store.replay(bob, room, replay(passed))).await.unwrap();
        assert!(matches!(replayed, Replayed::Pruned { .. }), "{replayed:?}");
        for since in [Since::Message(None), Since::Message(Some(self.sent[4])), Since::Head(start)] {
            let Replayed::Changes { events, .. } = patiently(|| store.replay(bob, room, replay(since))).await.unwrap()
            else {
                panic!("{since:?} is to load anew")
            };
            let gone = |event: &Arc<Event>| matches!(event.change, Change::Deleted { .. });
            assert!(!events.iter().any(gone), "nobody is told that they were deleted");
            let sent = events.iter().filter(|event| matches!(event.change, Change::Sent { .. })).count();
            assert_eq!(sent, if matches!(since, Since::Head(_)) { 0 } else { KEPT as usize });
        }
        // A repeat is recognised, and tells no more than one of a deleted message.
        let draft = Draft::text("Schwertfisch 0 @bob");
        let again = Command::Send { room, draft, client_id: ClientId::new("name-0") };
        let answer = done(store, order(self.ann, self.now.0 / 1_000_000, again)).await;
        assert!(matches!(answer, Outcome::Already(_)), "{answer:?}");
        let Change::Sent { message, .. } = &answer.event().unwrap().change else { panic!("{answer:?}") };
        assert_eq!((message.id, &*message.content, message.deleted.is_some()), (first.id, "", true));
        let sought = Sought::parse("Schwertfisch").unwrap();
        let find = Find { sought, room: Some(room), from: None, since: None, before: None, below: None, limit: 50 };
        let began = Instant::now();
        // The store that was just opened keeps the index in a moment.
        while patiently(|| store.find(bob, find.clone())).await.unwrap().hits.len() != KEPT as usize {
            assert!(began.elapsed() < Duration::from_secs(60), "what is kept is not found, or what is gone is");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}: in vain");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What became of an order, which is given again where the database is too slow to say so.
async fn done(store: &Store, order: Order) -> Outcome {
    patiently(|| store.execute(order.clone())).await.unwrap()
}

//! A user was away for 20,000 messages. What the database reads for them is counted: with a wrong plan, every page
//! reads the whole room, which nobody notices before the room is large.

mod common;

use chat_domain::view::{Page, Replay, Replayed, Since};
use chat_domain::{Change, Command, Head, Journal, MessageId, RoomId, UserId};
use chat_store::{Options, Store};
use common::postgres::Cluster;
use common::{Deaf, options, order, say, somebody};

/// Whatever the planner believes: that the tables are empty, as small as they were, or the truth.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_reads_every_missed_message_about_once() {
    let Some(cluster) = Cluster::start() else { return };
    for (name, when) in [("never", [false, false]), ("before", [true, false]), ("after", [false, true])] {
        let url = cluster.database(name);
        let (me, room) = talk(&open(&url).await).await;
        for table in ["messages", "members", "receipts", "users"] {
            cluster.ask(name, &format!("ALTER TABLE {table} SET (autovacuum_enabled = false)"));
        }
        let [before, after] = when;
        if before {
            cluster.ask(name, "ANALYZE");
        }
        cluster.ask(name, FILL);
        if after {
            cluster.ask(name, "ANALYZE");
        }
        for since in [Since::Message(None), Since::Head(Head::default())] {
            let began = read(&cluster, name);
            let store = open(&url).await;
            assert_eq!(replayed(&store, me, room, since).await, MISSED + 1);
            store.close().await;
            let read = read(&cluster, name) - began;
            // Each message once, its author once, and a few rows around each page.
            assert!(read < 3 * MISSED, "{read} rows read for {MISSED} messages since {since:?}, analyzed {when:?}");
        }
        let began = read(&cluster, name);
        let store = open(&url).await;
        look_around(&store, me, room).await;
        store.close().await;
        let read = read(&cluster, name) - began;
        assert!(read < MISSED / 2, "{read} rows read for a few pages, analyzed {when:?}");
    }
}

/// A store without the feed, whose followers would read, too: here only the readers' rows are counted.
async fn open(url: &str) -> Store {
    let options = Options { feeds: false, ..options() };
    Store::open(url, options, std::sync::Arc::new(Deaf)).await.unwrap()
}

/// A room of three members, one of whom has read something.
async fn talk(store: &Store) -> (UserId, RoomId) {
    let mut people = Vec::new();
    for name in ["ann", "bob", "cid"] {
        people.push(somebody(store, name).await.id());
    }
    let made = Command::CreateGroup { title: "all".into(), members: people.clone(), client_id: None };
    let room = store.execute(order(people[0], 1, made)).await.unwrap().event().unwrap().room;
    store.execute(order(people[1], 2, say(room, "hello"))).await.unwrap();
    store.execute(order(people[2], 3, Command::Read { room, upto: None })).await.unwrap();
    store.close().await;
    (people[0], room)
}

/// Reads pages of what was missed, as a session does. Returns how many messages came.
async fn replayed(store: &Store, me: UserId, room: RoomId, since: Since) -> usize {
    let mut replay = Replay { since, from: None, until: None, limit: 200 };
    let (mut sent, mut last) = (0, 0);
    loop {
        let Replayed::Changes { events, next, until } = store.replay(me, room, replay).await.unwrap() else { panic!() };
        for event in events {
            if let Change::Sent { message, .. } = &event.change {
                assert!(message.seq > last, "{} after {last}", message.seq);
                (sent, last) = (sent + 1, message.seq);
            }
        }
        if next.is_none() {
            return sent;
        }
        (replay.from, replay.until) = (next, Some(until));
    }
}

/// Asks everything else about a large room.
async fn look_around(store: &Store, me: UserId, room: RoomId) {
    let newest = store.history(me, room, Page::Newest, 50).await.unwrap().messages[49].message.id;
    let middle = MessageId::new(newest.number() - 10_000).unwrap();
    for page in [Page::Before(middle), Page::After(Some(middle))] {
        assert_eq!(store.history(me, room, page, 50).await.unwrap().messages.len(), 50);
    }
    store.message(me, room, middle).await.unwrap();
    store.readers(me, room, middle, None, 50).await.unwrap();
    store.likers(me, room, middle, None, 50).await.unwrap();
    assert_eq!(store.chats(me, None, 50).await.unwrap().chats[0].unread as usize, MISSED + 1);
    store.chat(me, room).await.unwrap();
    store.summaries(vec![(me, room)]).await.unwrap();
    store.memberships(me).await.unwrap();
    store.heads(vec![room]).await.unwrap();
    store.execute(order(me, 4, Command::Deliver { room, upto: middle })).await.unwrap();
    store.execute(order(me, 5, Command::Like { room, message: middle })).await.unwrap();
    store.execute(order(me, 6, Command::Read { room, upto: None })).await.unwrap();
    store.execute(order(me, 7, say(room, "back"))).await.unwrap();
    store.execute(order(me, 8, Command::Delete { room, message: middle })).await.unwrap();
}

/// Returns how many rows were read by now, in whatever way. A connection's are counted when it ends.
fn read(cluster: &Cluster, database: &str) -> usize {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while cluster.ask(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()").trim()
        != "1"
    {
        assert!(std::time::Instant::now() < until, "a connection does not end");
        std::thread::yield_now();
    }
    let rows =
        "SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes) + sum(seq_tup_read) FROM pg_stat_user_tables";
    cluster.ask(database, rows).trim().parse().unwrap()
}

const MISSED: usize = 20_000;

/// Sends as many more messages of the second user as were missed.
const FILL: &str = "
    INSERT INTO messages (room, id, seq, number, sender, own_number, kind, content, metadata, created_at)
    SELECT m.room, m.id + n, m.seq + n, m.number + n, m.sender, m.own_number + n, m.kind, m.content, m.metadata,
        m.created_at + n
    FROM messages m CROSS JOIN generate_series(1, 20000) n WHERE m.number = 1;
    UPDATE rooms SET seq = seq + 20000, sent = sent + 20000, last_message = last_message + 20000;
    UPDATE members SET sent = sent + 20000 WHERE sent > 0;
    SELECT setval('messages_ids', 30000);";

//! Every question is a range of an index: all of them are asked of filled tables, and both databases say how they
//! answer them.

mod common;

use std::collections::BTreeSet;
use std::sync::Mutex;

use chat_domain::directory::{NewAccount, Subject, Visit, Visitor};
use chat_domain::grant::Kept;
use chat_domain::notification::{NewNotification, NotificationPage};
use chat_domain::view::{Page, ReactorsPage, Replay, Since};
use chat_domain::{
    Amendment, ClientId, Command, Directory, Draft, Emoji, Erasure, Head, Journal, MessageId, NotificationId,
    NotificationKind, RoomId, Time, UserId, Uuid, Value,
};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Folder, open, order, raw};
use diesel::connection::{InstrumentationEvent, SimpleConnection, set_default_instrumentation};
use diesel::{RunQueryDsl, sql_query};

/// Every statement that was sent to a database in this process.
static SENT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Statements are recorded for the whole process, so only one test runs at a time.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test]
async fn sqlite_finds_everything_by_an_index() {
    let _turn = TURN.lock().await;
    let folder = Folder::new("plans");
    let path = folder.0.join("chat.db").display().to_string();
    open(&folder.sqlite()).await.close().await;
    let mut conn = raw(&path);
    conn.batch_execute(&FILL.join(";")).unwrap();
    conn.batch_execute("UPDATE ids SET last = 1000000").unwrap();
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let text = query.to_string();
                let statement = text.split(" -- binds").next().unwrap_or_default().trim().to_owned();
                SENT.lock().unwrap().insert(statement);
            }
        }))
    })
    .unwrap();
    let store = open(&folder.sqlite()).await;
    everything(&store).await;
    store.close().await;
    // If a row to which others refer were deleted, the database would search for those; none is ever deleted.
    conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    let sent = SENT.lock().unwrap().clone();
    let verbs = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"];
    // The index of words is another file.
    let is_here = |text: &&String| verbs.iter().any(|verb| text.starts_with(verb)) && !text.contains("search.");
    let statements: Vec<_> = sent.iter().filter(is_here).collect();
    assert!(statements.len() > 60, "{} statements were watched", statements.len());
    for statement in statements {
        let plan: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(&mut conn).unwrap();
        for step in &plan {
            assert!(is_range(&step.detail), "{} in {statement}", step.detail);
            // A page that has to be sorted was not read in its order: the whole room would be read for each page.
            let sorts = step.detail.contains("TEMP B-TREE") && statement.contains("FROM messages m JOIN");
            assert!(!sorts, "{} in {statement}", step.detail);
        }
    }
}

/// Whether a step of SQLite's plan goes through a part of a table, or through rows that were given with the statement.
fn is_range(step: &str) -> bool {
    let Some(scanned) = step.strip_prefix("SCAN ") else { return true };
    // Rows that were given with the statement; tables of a handful of rows; the partial index of those who wait; `q`, a queue
    // that is read from its beginning, and `n`, what was read of it.
    let small = "need said bound newest mark gone new a b w q n ids facts CONSTANT (subquery";
    let name = scanned.split([' ', '-']).next().unwrap_or_default();
    small.split(' ').any(|one| one == name)
        || scanned.contains("CONSTANT ROW")
        || scanned.contains("VALUES")
        || scanned.contains("lobby_waiting")
}

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

#[tokio::test]
async fn postgres_finds_everything_by_an_index() {
    let _turn = TURN.lock().await;
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("plans");
    open(&url).await.close().await;
    for statement in FILL {
        cluster.ask("plans", statement);
    }
    for sequence in ["users", "visitors", "families", "notifications", "rooms", "messages"] {
        cluster.ask("plans", &format!("SELECT setval('{sequence}_ids', 1000000)"));
    }
    cluster.ask("plans", "ANALYZE");
    cluster.ask("plans", "ALTER DATABASE plans SET session_preload_libraries = 'auto_explain'");
    cluster.ask("plans", "ALTER DATABASE plans SET auto_explain.log_min_duration = 0");
    let store = open(&url).await;
    everything(&store).await;
    store.close().await;
    let log = cluster.log();
    assert!(log.matches("plan:").count() > 60, "the plans were not logged");
    assert!(log.contains("held AS MATERIALIZED"), "nothing was said from memory");
    let tables = "users families refresh_tokens sessions notifications rooms members messages sent made directs changes reactions receipts lobby feed fed indexed gathered";
    // Rooms are looked up one by one, by their keys. A plan that walks through all rooms compares each with all that
    // are asked for.
    for (at, _) in log.match_indices("Index Scan using rooms_pkey on rooms") {
        let step = log[at..].split("->").next().unwrap_or_default();
        let from = log[..at].rfind("Query Text").unwrap_or(0);
        // (The feed's look through all rooms goes on where it stopped, page by page.)
        assert!(
            step.contains("Index Cond: (id =") || step.contains("Index Cond: (id > "),
            "{}",
            &log[from..(at + 300).min(log.len())]
        );
    }
    for table in tables.split(' ') {
        if let Some(at) = log.find(&format!("Seq Scan on {table} ")) {
            let from = log[..at].rfind("Query Text").unwrap_or(0);
            panic!("{}", &log[from..(at + 300).min(log.len())]);
        }
    }
}

/// Asks every question and gives every order that there is.
async fn everything(store: &Store) {
    let (me, other, room) = (UserId::new(7).unwrap(), UserId::new(8).unwrap(), RoomId::new(7).unwrap());
    let message = MessageId::new(103_007).unwrap();
    commands(store, me, other, room, message).await;
    for page in [Page::Newest, Page::Before(message), Page::After(Some(message))] {
        store.history(me, room, page, 50).await.unwrap();
    }
    store.message(me, room, message).await.unwrap();
    let since = [Since::Head(Head { seq: 50, moves: 1 }), Since::Head(Head::default()), Since::Message(Some(message))];
    for since in since {
        store.replay(me, room, Replay { since, from: None, until: None, limit: 1000 }).await.unwrap();
    }
    store.head(me, room).await.unwrap();
    store.heads(vec![room]).await.unwrap();
    store.chats(me, None, 50).await.unwrap();
    store.chats(me, Some(room), 50).await.unwrap();
    store.chat(me, room).await.unwrap();
    store.members(me, room, Some(me), 50).await.unwrap();
    store.readers(me, room, message, None, 50).await.unwrap();
    store.likers(me, room, message, None, 50).await.unwrap();
    for emoji in [None, Emoji::new("👍")] {
        store.reactors(me, room, message, ReactorsPage { emoji, after: 0, limit: 50 }).await.unwrap();
    }
    store.hide(me, room).await.unwrap_err();
    store.memberships(me).await.unwrap();
    store.summaries(vec![(me, room), (other, room)]).await.unwrap();
    store.roulette(me).await.unwrap();
    store.searching(me).await.unwrap();
    store.renew_leases(vec![me, other], Time(5)).await.unwrap();
    store.expired_leases(Time(5)).await.unwrap();
    people(store, me).await;
    store.ready().await.unwrap();
    store.prune().await.unwrap();
}

async fn commands(store: &Store, me: UserId, other: UserId, room: RoomId, message: MessageId) {
    let (title, content, client_id) = ("new".to_owned(), "new".to_owned(), ClientId::new("name"));
    let stranger = UserId::new(1_999).unwrap();
    let send = |client_id| Command::Send { room, draft: Draft::text("hello"), client_id };
    let mine = store.execute(order(me, 9, send(None))).await.unwrap();
    let head = mine.event().unwrap().head;
    assert!(head.seq > 0);
    let newest = store.history(me, room, Page::Newest, 1).await.unwrap().messages[0].message.id;
    let commands = vec![
        send(client_id.clone()),
        send(client_id.clone()),
        Command::OpenDirect { with: other },
        Command::CreateGroup { title: title.clone(), members: vec![other], client_id },
        Command::Edit { room, message: newest, content },
        Command::Like { room, message },
        Command::Unlike { room, message },
        Command::React { room, message, emoji: Emoji::new("👍").unwrap() },
        Command::Unreact { room, message, emoji: Emoji::new("👍").unwrap() },
        Command::Read { room, upto: Some(message) },
        Command::Read { room, upto: None },
        Command::Deliver { room, upto: newest },
        Command::Delete { room, message: newest },
        Command::Search,
        Command::StopSearch,
        Command::LeaveRoulette,
        Command::Change { room, amendment: Amendment::title(title) },
        Command::AddMember { room, user: stranger },
        Command::RemoveMember { room, user: me },
    ];
    let answers: Vec<_> = commands.into_iter().map(|command| store.execute(order(me, 10, command))).collect();
    for answer in answers {
        // Some are refused, but what they ask is asked nevertheless.
        let _ = answer.await;
    }
    let own = Command::CreateGroup { title: "mine".into(), members: vec![], client_id: None };
    let own = store.execute(order(me, 11, own)).await.unwrap().event().unwrap().room;
    store.execute(order(me, 11, Command::EndGroup { room: own })).await.unwrap();
    let back = Command::AddMember { room, user: me };
    let owner = UserId::new(3).unwrap();
    let _ = store.execute(order(owner, 11, back)).await;
}

async fn people(store: &Store, me: UserId) {
    let later = Time::from_secs(1 << 40);
    let account = NewAccount { username: "newcomer".into(), name: None, avatar: String::new(), password: "x".into() };
    store.register(account).await.unwrap();
    store.credential("user7".into()).await.unwrap();
    store.people(vec![me]).await.unwrap();
    store.by_uuid(me.uuid()).await.unwrap();
    store.by_uuid(Uuid(7)).await.unwrap();
    store.by_username("user7".into()).await.unwrap();
    store.search("user12".into(), Some("user120".into()), 20).await.unwrap();
    for subject in [Subject::Text("x".into()), Subject::Uuid(Uuid(7)), Subject::Number(me)] {
        let name = Some("Somebody".to_owned());
        let visitor = Visitor { issuer: "one".into(), subject, name, username: None, avatar: None };
        store.admit(visitor).await.unwrap();
    }
    store.open_family(me, "first".into(), later).await.unwrap();
    store.rotate("first".into(), "second".into(), Time(1), later).await.unwrap();
    let (_, family) = store.family("second".into()).await.unwrap().unwrap();
    store.holder(me, Some(family)).await.unwrap();
    store.close_family(me, family).await.unwrap();
    store.end_tokens(me, Time(9)).await.unwrap();
    store.open_session(me, "cookie".into(), Time::from_secs(5)).await.unwrap();
    store.session("cookie".into(), Time::from_secs(1), later).await.unwrap();
    store.close_session("cookie".into()).await.unwrap();
    store.set_password(me, "digest".into(), Kept::default()).await.unwrap();
    store.note_visits(vec![(me, Visit::Left(Time(9)))]).await.unwrap();
    store.last_visit(me).await.unwrap();
    let erasure = Erasure { user: UserId::new(38).unwrap(), at: Time(9), unsaid: true };
    store.erase(erasure).await.unwrap();
    store.erasing(erasure.user).await.unwrap();
    store.erasings(9).await.unwrap();
    store.purging(200).await.unwrap();
    assert!(!store.tidy(erasure.user, Time(9), 200).await.unwrap());
    let erasure = Erasure { user: UserId::new(1_998).unwrap(), at: Time(9), unsaid: false };
    store.erase(erasure).await.unwrap();
    while !store.tidy(erasure.user, Time(9), 200).await.unwrap() {}
    store.seen(vec![(me, Time(9))]).await.unwrap();
    let (title, body, data) = ("t".to_owned(), "b".to_owned(), Value::empty());
    let (kind, client_id) = (NotificationKind::Mention, ClientId::new("n"));
    store.notify(NewNotification { user: me, kind, title, body, data, client_id }, Time(9)).await.unwrap();
    for is_read in [None, Some(true), Some(false)] {
        store.notifications(me, NotificationPage { is_read, before: None, limit: 9 }).await.unwrap();
    }
    // There is none with this number, but it is looked for nevertheless.
    let _ = store.read_notification(me, NotificationId::new(1 << 40).unwrap(), Time(9)).await;
    store.read_all_notifications(me, Time(9)).await.unwrap();
}

/// Fills the tables with 2,000 users, 500 groups of 41 members with 200 messages each, and as much of everything else
/// as goes with that; in SQL that both databases accept.
const FILL: &[&str] = &[
    "INSERT INTO users (id, uuid, issuer, subject, username, folded, name, shown, avatar, password)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2000)
     SELECT n, NULL, NULL, NULL, 'user' || n, 'user' || n, 'User ' || n, 'user ' || n, '', 'digest' FROM n",
    "INSERT INTO rooms (id, kind, title, owner, created_at, seq, moves, members_seq, members, last_at, last_message, sent,
        closed)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500)
     SELECT n, 'group', 'room', 3, 1, 400, 100, 1, 41, 400 + n, 200000 + n, 200, FALSE FROM n",
    "INSERT INTO members (room, person, active, joined, sent, read_message, read_number, read_own, read_at, read_moved,
        delivered_message, delivered_number, delivered_own, delivered_at, delivered_moved)
     SELECT r.id, u.id, TRUE, 1, 5, 100000 + r.id, 100, 2, 100, u.id, 150000 + r.id, 150, 3, 100, 0
     FROM rooms r CROSS JOIN users u WHERE u.id <= 40 OR u.id = r.id + 40",
    "INSERT INTO messages (room, id, seq, number, sender, own_number, kind, content, metadata, created_at, reactions, deleted_at,
        deleted_seq)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200)
     SELECT r.id, n.n * 1000 + r.id, n.n * 2, n.n, 1 + n.n % 40, 1 + n.n / 40, 'text', 'hello', '{}', n.n, CASE WHEN n.n % 20 = 0 THEN '' ELSE '👍 1' END,
        CASE WHEN n.n % 20 = 0 THEN n.n END, CASE WHEN n.n % 20 = 0 THEN n.n * 2 + 1 END
     FROM rooms r CROSS JOIN n",
    "INSERT INTO changes (room, seq, at, actor, kind, message, title)
     SELECT m.room, m.seq + 1, m.created_at, m.sender, 'reacted', m.id, '👍' FROM messages m",
    "INSERT INTO reactions (room, message, person, emoji, stands, at, seq)
     SELECT m.room, m.id, m.sender, '👍', TRUE, m.created_at, m.seq + 1 FROM messages m WHERE m.deleted_at IS NULL",
    "INSERT INTO sent (room, person, client_id, digest, message)
     SELECT m.room, m.sender, 'name' || m.id, '00', m.id FROM messages m",
    "INSERT INTO receipts (room, person, number, upto, at, moves)
     SELECT m.room, m.person, m.read_number, m.read_message, m.read_at, m.read_moved FROM members m",
    "INSERT INTO receipts (room, person, number, upto, at, moves)
     SELECT m.room, m.person, 50, 50000 + m.room, 50, 0 FROM members m",
    "INSERT INTO directs (low, high, room) SELECT u.id, u.id + 1, 1 + u.id % 500 FROM users u WHERE u.id BETWEEN 100 AND 1900",
    "INSERT INTO made (person, client_id, digest, room) SELECT u.id, 'made', '00', 1 + u.id % 500 FROM users u",
    "INSERT INTO lobby (person, waiting, room, partner, lease)
     SELECT u.id, CASE WHEN u.id % 500 = 0 THEN u.id END, NULL, NULL, 0 FROM users u",
    "INSERT INTO notifications (person, id, kind, title, body, data, created_at, client_id)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20)
     SELECT u.id, n.n * 10000 + u.id, 'mention', 't', 'b', '{}', n.n, 'name' || n.n FROM users u CROSS JOIN n",
    "INSERT INTO sessions (digest, person, expires) SELECT 'digest' || u.id, u.id, 4000000000000000 FROM users u",
    "INSERT INTO families (id, person, expires, revoked) SELECT u.id + 100000, u.id, 4000000000000000, FALSE FROM users u",
    "INSERT INTO refresh_tokens (digest, family, expires, used)
     SELECT 'token' || u.id, u.id + 100000, 4000000000000000, FALSE FROM users u",
];

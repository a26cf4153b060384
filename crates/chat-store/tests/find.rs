//! Finding messages by their words: both databases find what looking at every message finds.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::find::{Hit, Place};
use chat_domain::{
    Change, Chat, Command, Draft, Event, Fact, Failure, Find, Ids, Journal, Limits, MessageId, MessageKind, Order,
    Refusal, RoomId, Sought, Stamp, Time, UserId, Value,
};
use chat_store::Store;
use common::postgres::Cluster;
use common::{Dice, Folder, open, order, patiently, say, somebody};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

#[tokio::test]
async fn sqlite_finds_what_a_look_at_every_message_finds() {
    for seed in 1..=4 {
        let folder = Folder::new("find");
        story(&open(&folder.sqlite()).await, seed).await;
    }
}

#[tokio::test]
async fn sqlite_in_memory_finds_what_a_look_at_every_message_finds() {
    story(&open("sqlite::memory:").await, 9).await;
}

#[tokio::test]
async fn postgres_finds_what_a_look_at_every_message_finds() {
    let Some(cluster) = Cluster::start() else { return };
    for seed in 1..=3 {
        story(&open(&cluster.database(&format!("find{seed}"))).await, seed).await;
    }
}

/// Does the same in a store and in memory, and asks both the same.
async fn story(store: &Store, seed: u64) {
    let mut model = Chat::new(Limits::default());
    let mut dice = Dice::new(seed);
    let mut people = Vec::new();
    for name in ["ann", "bob", "cid"] {
        let person = somebody(store, name).await;
        model.learn(Fact::Person(person.id(), Some(person.clone())));
        people.push(person.id());
    }
    let (mut rooms, mut said): (Vec<RoomId>, Vec<(UserId, RoomId, MessageId)>) = Default::default();
    for n in 0..140 {
        let actor = dice.pick(&people).unwrap();
        let room = dice.pick(&rooms);
        let command = match (n, room) {
            (0..6, _) | (_, None) => {
                Command::CreateGroup { title: "all".into(), members: people.clone(), client_id: None }
            }
            (_, Some(room)) => match dice.roll(12) {
                0 => Command::RemoveMember { room, user: dice.pick(&people).unwrap() },
                1 => Command::AddMember { room, user: dice.pick(&people).unwrap() },
                2 | 3 if !said.is_empty() => {
                    let (_, room, message) = dice.pick(&said).unwrap();
                    Command::Edit { room, message, content: text(&mut dice) }
                }
                4 if !said.is_empty() => {
                    let (_, room, message) = dice.pick(&said).unwrap();
                    Command::Delete { room, message }
                }
                5 => {
                    let metadata = Value::Map(vec![("caption".into(), Value::Text(text(&mut dice)))]);
                    let content = "https://example.org/елка.png".to_owned();
                    let draft = Draft { kind: MessageKind::Photo, content, metadata, ..Draft::text("") };
                    Command::Send { room, draft, client_id: None }
                }
                _ => say(room, &text(&mut dice)),
            },
        };
        // Several messages of one moment, and some that come after later ones.
        let at = Time(1_000_000 + STEP * (dice.roll(40) as i64 + n / 2));
        let order = Order { actor, at, command, origin: None };
        let event = happens(store, &mut model, order).await;
        match event.as_ref().map(|event| &event.change) {
            Some(Change::Created { .. }) => rooms.push(event.unwrap().room),
            Some(Change::Sent { message, .. }) => said.push((actor, message.room, message.id)),
            _ => {}
        }
    }
    let (mut found, began) = (0, Instant::now());
    for _ in 0..80 {
        let reader = dice.pick(&people).unwrap();
        let find = question(&mut dice, &people, &rooms);
        let limit = usize::MAX;
        let theirs = model.find(reader, &Find { limit, ..find.clone() }).map(|found| seen(found.hits));
        let theirs = theirs.map_err(Failure::Refused);
        let mut ours = all(store, reader, &find).await;
        // While the index of a new database is made, rooms are taken in in no particular order; and nothing tells when
        // it is complete.
        while ours != theirs && began.elapsed() < Duration::from_secs(20) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            ours = all(store, reader, &find).await;
        }
        assert_eq!(ours, theirs, "seed {seed}: {find:?} by {reader:?}");
        found += ours.map_or(0, |hits| hits.len());
    }
    assert!(found > 100, "{found} found: a story in which nothing is found proves nothing");
    store.close().await;
}

/// Has both decide an order. Returns what happened.
async fn happens(store: &Store, model: &mut Chat, order: Order) -> Option<Arc<Event>> {
    let outcome = patiently(|| store.execute(order.clone())).await;
    let event = outcome.ok().and_then(|outcome| outcome.event().cloned());
    let (mut room, mut message) = (RoomId::new(1).unwrap(), MessageId::new(1).unwrap());
    match event.as_ref().map(|event| (event.room, &event.change)) {
        Some((made, Change::Created { .. })) => room = made,
        Some((_, Change::Sent { message: sent, .. })) => message = sent.id,
        _ => {}
    }
    let decided = model.execute(Stamp { actor: order.actor, at: order.at, ids: Ids { room, message } }, order.command);
    assert_eq!(decided.is_ok(), event.is_some(), "{decided:?} {event:?}");
    event
}

fn text(dice: &mut Dice) -> String {
    let words: Vec<_> = (0..1 + dice.roll(7)).map(|_| *dice.pick(WORDS).as_ref().unwrap()).collect();
    words.join([" ", ", ", "-"][dice.roll(3)])
}

fn question(dice: &mut Dice, people: &[UserId], rooms: &[RoomId]) -> Find {
    let mut q = match dice.roll(4) {
        0 => format!("\"{} {}\"", dice.pick(WORDS).unwrap(), dice.pick(WORDS).unwrap()),
        1 => format!("{} {}", dice.pick(WORDS).unwrap(), dice.pick(WORDS).unwrap()),
        2 => dice.pick(WORDS).unwrap().chars().take(2).collect(),
        _ => dice.pick(WORDS).unwrap().to_owned(),
    };
    if dice.one_in(6) {
        q = format!("\"{}\" {q}", dice.pick(WORDS).unwrap());
    }
    Find {
        sought: Sought::parse(&q).unwrap(),
        room: if dice.one_in(3) { dice.pick(rooms) } else { None },
        from: if dice.one_in(4) { dice.pick(people) } else { None },
        since: dice.one_in(5).then(|| Time(1_000_000 + STEP * dice.roll(60) as i64)),
        before: dice.one_in(5).then(|| Time(1_000_000 + STEP * dice.roll(110) as i64)),
        below: None,
        limit: 1 + dice.roll(7),
    }
}

/// Between two moments of a story, in microseconds: several of them share a place in the index, and not all.
const STEP: i64 = 700;

type Seen = Vec<(MessageId, Vec<(usize, usize)>, String)>;

/// Returns all pages of what is found.
async fn all(store: &Store, reader: UserId, find: &Find) -> Result<Seen, Failure> {
    let (mut pages, mut find) = (Vec::new(), find.clone());
    loop {
        let page = patiently(|| store.find(reader, find.clone())).await?;
        assert!(page.hits.len() <= find.limit);
        pages.extend(seen(page.hits));
        match page.next {
            None => return Ok(pages),
            next => {
                assert!(find.below.is_none_or(|below| next < Some(below)), "it does not go on");
                find.below = next;
            }
        }
    }
}

fn seen(hits: Vec<Hit>) -> Seen {
    let one = |hit: Hit| (hit.shown.message.id, hit.highlights, hit.shown.message.content.to_string());
    hits.into_iter().map(one).collect()
}

const WORDS: &[&str] = &[
    "Ёлка",
    "елки",
    "сообщение",
    "сообщения",
    "мой",
    "мои",
    "Books",
    "book",
    "running",
    "run",
    "café",
    "да",
    "дай",
    "東京",
    "x",
    "2026",
    "don't",
];

#[tokio::test]
async fn sqlite_finds_words_in_their_forms_and_as_they_are_now() {
    let folder = Folder::new("find");
    examples(&folder.sqlite()).await;
    // A database without its index makes it anew, and so does one that was restored from a copy.
    std::fs::remove_file(folder.0.join("chat.db.search")).unwrap();
    let store = open(&folder.sqlite()).await;
    appears(&store, UserId::new(1).unwrap(), "сообщение").await;
    store.renew_epoch().await.unwrap();
    store.close().await;
    let store = open(&folder.sqlite()).await;
    appears(&store, UserId::new(1).unwrap(), "сообщение").await;
    store.close().await;
    // And one that was made in another way, before or after.
    for form in [0, 9] {
        let mut index = SqliteConnection::establish(folder.0.join("chat.db.search").to_str().unwrap()).unwrap();
        index.batch_execute(&format!("DROP TABLE indexed; PRAGMA user_version = {form}")).unwrap();
        drop(index);
        let store = open(&folder.sqlite()).await;
        appears(&store, UserId::new(1).unwrap(), "сообщение").await;
        store.close().await;
    }
}

#[tokio::test]
async fn postgres_finds_words_in_their_forms_and_as_they_are_now() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("find");
    examples(&url).await;
    cluster.ask("find", "DELETE FROM indexed; UPDATE followers SET no = 0 WHERE name LIKE 'search %'");
    let store = open(&url).await;
    appears(&store, UserId::new(1).unwrap(), "сообщение").await;
    store.close().await;
}

/// Whichever of two nodes keeps the index, what is sent through the other one is found soon.
#[tokio::test]
async fn postgres_finds_what_was_said_on_either_of_two_nodes() {
    let Some(cluster) = Cluster::start() else { return };
    let url = cluster.database("find");
    let stores = [open(&url).await, open(&url).await];
    let ann = somebody(&stores[0], "ann").await.id();
    let made = Command::CreateGroup { title: "all".into(), members: vec![], client_id: None };
    let room = stores[0].execute(order(ann, 1, made)).await.unwrap().event().unwrap().room;
    for (at, q) in (2..).zip(["first", "second", "third", "fourth"]) {
        stores[at as usize % 2].execute(order(ann, at, say(room, q))).await.unwrap();
        appears(&stores[0], ann, q).await;
    }
    for store in stores {
        store.close().await;
    }
}

async fn examples(url: &str) {
    let store = open(url).await;
    let (ann, bob) = (somebody(&store, "ann").await.id(), somebody(&store, "bob").await.id());
    let made = Command::CreateGroup { title: "all".into(), members: vec![bob], client_id: None };
    let room = store.execute(order(ann, 1, made)).await.unwrap().event().unwrap().room;
    let mut messages = Vec::new();
    for (n, text) in (2..).zip(["Ёлка стоит", "все сообщения прочитаны", "красный дом и синий дом", "secret plan"])
    {
        let event = store.execute(order(ann, n, say(room, text))).await.unwrap().event().unwrap().clone();
        let Change::Sent { message, .. } = &event.change else { panic!("{event:?}") };
        messages.push(message.id);
    }
    appears(&store, bob, "secret").await;
    for (q, at) in [("елка", 0), ("сообщение", 1), ("\"синий дом\"", 2), ("прочит", 1), ("ПЛАН plans", 9), ("plans", 3)]
    {
        let found = all(&store, bob, &plainly(q)).await.unwrap();
        let expected: Vec<_> = messages.get(at).copied().into_iter().collect();
        assert_eq!(found.into_iter().map(|hit| hit.0).collect::<Vec<_>>(), expected, "{q}");
    }
    let edit = Command::Edit { room, message: messages[3], content: "nothing to hide".into() };
    store.execute(order(ann, 7, edit)).await.unwrap();
    appears(&store, bob, "hide").await;
    assert_eq!(all(&store, bob, &plainly("secret")).await.unwrap(), []);
    store.execute(order(ann, 8, Command::Delete { room, message: messages[3] })).await.unwrap();
    assert_eq!(all(&store, bob, &plainly("hide")).await.unwrap(), [], "at once, whatever the index says");
    store.execute(order(ann, 9, Command::RemoveMember { room, user: bob })).await.unwrap();
    assert_eq!(all(&store, bob, &plainly("елка")).await.unwrap(), []);
    let there = Find { room: Some(room), ..plainly("елка") };
    assert_eq!(patiently(|| store.find(bob, there.clone())).await, Err(Failure::Refused(Refusal::NotMember)));
    assert_eq!(all(&store, ann, &plainly("елка")).await.unwrap().len(), 1);
    store.close().await;
}

fn plainly(q: &str) -> Find {
    let below: Option<Place> = None;
    Find { sought: Sought::parse(q).unwrap(), room: None, from: None, since: None, before: None, below, limit: 20 }
}

/// Waits until something is found: the index follows a moment later.
async fn appears(store: &Store, reader: UserId, q: &str) {
    let began = Instant::now();
    while patiently(|| store.find(reader, plainly(q))).await.unwrap().hits.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "{q} is not found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

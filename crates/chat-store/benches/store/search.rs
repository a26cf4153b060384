//! What searching costs among a million messages, whose words are as frequent as in a language, in rooms of all sizes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::{Find, Journal, RoomId, Sought, Time, UserId, Value};
use chat_store::{Options, Record, Store, unindexed};

use crate::common::{Deaf, Dice, open, options, somebody};

/// Fills a database, has it indexed, and searches.
pub(crate) async fn search(url: &str, bytes: &dyn Fn() -> (u64, u64)) {
    // Nobody keeps the index meanwhile: it is made once, when all is there.
    let store = Store::open(url, Options { feeds: false, ..options() }, Arc::new(Deaf)).await.unwrap();
    for name in ["writer", "of-one-room", "of-a-thousand", "of-all"] {
        somebody(&store, name).await;
    }
    println!("  filling {MESSAGES} messages …");
    fill(&store).await;
    store.close().await;
    let (store, began, before) = (open(url).await, Instant::now(), super::cpu());
    while unindexed(url).await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (took, spent) = (began.elapsed().as_secs_f64(), super::cpu() - before);
    println!("  indexed in {took:.0} s: {:.1} µs of CPU of this process a message", spent * 1e6 / MESSAGES as f64);
    // The table with its own indexes; how much of it the index is does not depend on how often messages are sent, as long as some
    // are sent every minute: bundles of 16 messages are 28 % of it on SQLite where one comes each second, 34 % where two a minute.
    let (index, table) = bytes();
    println!("  index {index} bytes, table {table} bytes: {:.0} %, at most 40", 100.0 * index as f64 / table as f64);
    for (who, reader, room) in [
        ("in 1 room", 2, None),
        ("in 1,000 rooms", 3, None),
        ("in 1,000 rooms, one named", 3, Some(500)),
        ("in all rooms", 4, None),
    ] {
        for (what, first, width) in [("two rare words", RARE, 1_000), ("two in 10 % each", OFTEN, 2)] {
            ask(&store, &format!("{what}, {who}"), UserId::new(reader).unwrap(), room, first, width).await;
        }
    }
    store.close().await;
}

async fn ask(store: &Store, name: &str, reader: UserId, room: Option<i64>, first: usize, width: usize) {
    let (mut times, mut hits, mut short) = (Vec::new(), 0, 0);
    let mut dice = Dice::new(7);
    for _ in 0..QUESTIONS {
        let words = [word(first + dice.roll(width)), word(first + width + dice.roll(width))];
        let sought = Sought::parse(&words.join(" ")).unwrap();
        let room = room.and_then(RoomId::new);
        let find = Find { sought, room, from: None, since: None, before: None, below: None, limit: 20 };
        let began = Instant::now();
        let found = store.find(reader, find).await.expect("never a time-out");
        times.push(began.elapsed().as_secs_f64() * 1e3);
        hits += found.hits.len();
        short += usize::from(found.next.is_some() && found.hits.len() < 20);
    }
    times.sort_by(f64::total_cmp);
    let [half, most] = [times.len() / 2, times.len() * 99 / 100].map(|at| times[at]);
    let verdict = if most <= 50.0 || short > 0 { "reached" } else { "MISSED" };
    println!(
        "  {name:<45} p50 {half:7.2} ms  p99 {most:7.2} ms, at most 50: {verdict}   {:.1} hits, {short} short pages",
        hits as f64 / QUESTIONS as f64
    );
}

/// Room `n` has the `n`th part of the first room's messages, as words do.
async fn fill(store: &Store) {
    let mut dice = Dice::new(42);
    let shares: f64 = (1..=ROOMS).map(|room| 1.0 / room as f64).sum();
    let (mut records, mut id) = (Vec::new(), 0);
    for room in 1..=ROOMS {
        let size = ((MESSAGES as f64 / shares / room as f64) as i64).max(3);
        records.push(self::room(room, size));
        let readers = [(2, room == 1), (3, room <= 1_000), (4, true)];
        records.extend(readers.iter().filter(|(_, is)| *is).map(|(person, _)| member(room, *person, 0)));
        records.push(member(room, 1, size));
        for number in 1..=size {
            id += 1;
            // Messages of different rooms alternate.
            let at = number * 1_000_003 % MESSAGES * 1_000 + room;
            records.push(message(room, id, number, at, &text(&mut dice)));
            if records.len() >= AT_ONCE {
                put(store, &mut records).await;
            }
        }
    }
    put(store, &mut records).await;
    store.put_all().await.unwrap();
}

async fn put(store: &Store, records: &mut Vec<Record>) {
    records.sort_by(|a, b| a.table.cmp(&b.table).reverse());
    store.put(std::mem::take(records)).await.unwrap().unwrap();
}

fn room(room: i64, size: i64) -> Record {
    record(
        "rooms",
        [
            ("closed", Value::Int(0)),
            ("created_at", Value::Int(1)),
            ("id", Value::Int(room)),
            ("kind", Value::Text("group".into())),
            ("last_at", Value::Int(room)),
            ("members", Value::Int(4)),
            ("members_seq", Value::Int(1)),
            ("moves", Value::Int(0)),
            ("owner", Value::Int(1)),
            ("sent", Value::Int(size)),
            ("seq", Value::Int(size + 1)),
            ("title", Value::Text("room".into())),
        ],
    )
}

fn member(room: i64, person: i64, sent: i64) -> Record {
    let zeros = ["read_number", "read_own", "read_at", "read_moved", "delivered_number", "delivered_own"];
    let zeros = zeros.iter().chain(&["delivered_at", "delivered_moved"]).map(|name| (*name, Value::Int(0)));
    let rest = [("room", room), ("person", person), ("active", 1), ("joined", 1), ("sent", sent)];
    record("members", zeros.chain(rest.map(|(name, value)| (name, Value::Int(value)))))
}

fn message(room: i64, id: i64, number: i64, at: i64, text: &str) -> Record {
    let numbers = [("room", room), ("id", id), ("seq", number + 1), ("number", number), ("sender", 1)];
    let numbers = numbers.into_iter().chain([("own_number", number), ("created_at", at + Time::from_secs(1).0)]);
    let texts =
        [("kind", "text"), ("content", text), ("metadata", "{}")].map(|(name, text)| (name, Value::Text(text.into())));
    record("messages", numbers.map(|(name, value)| (name, Value::Int(value))).chain(texts))
}

fn record<'a>(table: &str, row: impl IntoIterator<Item = (&'a str, Value)>) -> Record {
    let mut row: Vec<_> = row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    row.sort_by(|a, b| a.0.cmp(&b.0));
    Record { table: table.into(), row }
}

fn text(dice: &mut Dice) -> String {
    let words = 4 + dice.roll(9);
    (0..words).map(|_| word(often(dice))).collect::<Vec<_>>().join(" ")
}

/// Returns the number of a random word: word `n` comes one `n`th as often as the first.
fn often(dice: &mut Dice) -> usize {
    let share = dice.roll(1 << 30) as f64 / (1 << 30) as f64;
    // The sum of the parts is about a logarithm; this is its inverse.
    ((WORDS as f64).powf(share) as usize).min(WORDS)
}

/// Returns the word with this number, in one alphabet or the other.
fn word(number: usize) -> String {
    let (first, second) = if number.is_multiple_of(2) { (RUSSIAN_FIRST, RUSSIAN_SECOND) } else { (FIRST, SECOND) };
    let (mut word, mut left) = (String::new(), number);
    while left > 0 || word.is_empty() {
        word.push(first[left % first.len()]);
        word.push(second[left / first.len() % second.len()]);
        left /= first.len() * second.len();
    }
    word
}

const FIRST: &[char] = &['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 't', 'v'];
const SECOND: &[char] = &['a', 'o', 'u', 'i'];
const RUSSIAN_FIRST: &[char] = &['б', 'в', 'г', 'д', 'ж', 'к', 'л', 'м', 'н', 'п', 'р', 'т'];
const RUSSIAN_SECOND: &[char] = &['а', 'о', 'у', 'и'];

const MESSAGES: i64 = 1_000_000;
const ROOMS: i64 = 10_000;
const WORDS: usize = 50_000;
/// From this number on, words are rare: each is in some dozens of messages.
const RARE: usize = 20_000;
/// Words that are in about a tenth of all messages.
const OFTEN: usize = 6;
/// How often each question is asked.
const QUESTIONS: usize = 300;
/// How many rows are inserted at a time.
const AT_ONCE: usize = 5_000;

//! Long polling of dialect 1.

use std::time::{Duration, Instant};

use chat_domain::bucket::Rate;
use chat_transport::app::ServerSettings;
use chat_transport::rates;
use serde_json::{Value as Json, json};

use crate::world::{Said, User, World};

struct Room {
    world: World,
    anna: User,
    boris: User,
    path: String,
    id: i64,
}

async fn room() -> Room {
    // Rates so high that nobody is limited here.
    let rates =
        rates::RateSettings { messages: Rate { per_second: 1_000, burst: 1_000 }, ..rates::RateSettings::default() };
    let world = World::with(ServerSettings { rates, ..ServerSettings::default() }).await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let id = world.group(&[&anna, &boris]).await;
    Room { world, anna, boris, path: format!("/api/chats/{id}"), id }
}

impl Room {
    async fn poll(&self, query: &str) -> Said {
        self.world.get(format!("{}/poll?{query}", self.path)).by(&self.boris).go().await
    }

    async fn send(&self, content: &str) -> i64 {
        self.world.message(&self.anna, self.id, content).await
    }
}

fn contents(said: &Said) -> Vec<&str> {
    said.body["data"].as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap()).collect()
}

fn kinds(said: &Said) -> Vec<&str> {
    said.body["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_poll_tells_what_came_after_and_repeats_what_it_was_given() {
    let room = room().await;
    let nothing = room.poll("").await;
    assert_eq!(nothing.status, 200);
    let mut keys: Vec<_> = nothing.body.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["data", "has_new_messages", "last_message_id", "source", "status"]);
    assert_eq!((&nothing.body["has_new_messages"], &nothing.body["last_message_id"]), (&json!(false), &json!(0)));

    let first = room.send("one").await;
    let second = room.send("two").await;
    let all = room.poll("").await;
    assert_eq!((contents(&all), &all.body["last_message_id"]), (vec!["one", "two"], &json!(second)));
    assert_eq!(all.body["has_new_messages"], true);
    assert!(matches!(all.body["source"].as_str(), Some("cache" | "database")));
    assert_eq!(contents(&room.poll(&format!("last_message_id={first}")).await), ["two"]);
    let ahead = room.poll("last_message_id=99").await;
    assert_eq!((contents(&ahead).len(), &ahead.body["last_message_id"]), (0, &json!(99)));
    for query in ["last_message_id=x", "last_message_id=-1", "wait=31", "wait=x", "cursor=x"] {
        assert_eq!(room.poll(query).await.code(), "INVALID_DATA", "{query}");
    }
}

#[tokio::test]
async fn at_most_a_hundred_come_at_once() {
    let room = room().await;
    for number in 1..=60 {
        room.send(&number.to_string()).await;
    }
    // More than one user may send at once.
    for number in 61..=105 {
        room.world.message(&room.boris, room.id, &number.to_string()).await;
    }
    let page = room.poll("").await;
    assert_eq!((contents(&page).len(), &page.body["last_message_id"]), (100, &json!(100)));
    assert_eq!(contents(&room.poll("last_message_id=100").await).len(), 5);
}

#[tokio::test]
async fn a_waiting_poll_is_answered_by_the_next_message_and_not_before() {
    let room = room().await;
    let begun = Instant::now();
    let waiting = room.poll("wait=20");
    let sending = async {
        tokio::time::sleep(MEANWHILE).await;
        room.send("now").await
    };
    let (said, _) = tokio::join!(waiting, sending);
    assert_eq!(contents(&said), ["now"]);
    assert!(begun.elapsed() >= MEANWHILE && begun.elapsed() < Duration::from_secs(15));
    let nothing = room.poll("wait=1&last_message_id=1").await;
    assert_eq!(nothing.body["has_new_messages"], false);
}

#[tokio::test]
async fn a_removed_member_s_poll_ends() {
    let room = room().await;
    let waiting = room.poll("wait=20");
    let removing = async {
        tokio::time::sleep(MEANWHILE).await;
        room.world.ask("DELETE", format!("{}/members/{}", room.path, room.boris.id)).by(&room.anna).go().await
    };
    let (said, removed) = tokio::join!(waiting, removing);
    assert_eq!(removed.status, 200);
    assert_eq!((said.status, said.code()), (403, "FORBIDDEN"));
}

#[tokio::test]
async fn a_cursor_brings_every_change_once() {
    let room = room().await;
    let message = room.send("before").await;
    let now = room.poll("cursor=").await;
    assert_eq!((contents(&now).len(), kinds(&now).len()), (0, 0));
    let cursor = now.body["cursor"].as_str().unwrap().to_owned();

    let one = format!("{}/messages/{message}", room.path);
    room.world.ask("PATCH", one.clone()).json(json!({"content": "after"})).by(&room.anna).go().await;
    room.world.ask("PUT", format!("{one}/like")).by(&room.boris).go().await;
    let second = room.send("second").await;
    let said = room.poll(&format!("cursor={cursor}")).await;
    assert_eq!(kinds(&said), ["message_updated", "message_liked", "message"]);
    assert_eq!((contents(&said), &said.body["last_message_id"]), (vec!["second"], &json!(second)));
    assert_eq!(said.body["events"][0]["data"]["content"], "after");
    assert!(said.body.get("resync").is_none());

    let cursor = said.body["cursor"].as_str().unwrap().to_owned();
    let again = room.poll(&format!("cursor={cursor}")).await;
    assert_eq!((kinds(&again).len(), &again.body["cursor"]), (0, &json!(cursor)));
    // The cursor of a page of history is the page's end.
    let page = room.world.get(format!("{}/messages", room.path)).by(&room.boris).go().await;
    assert_eq!(page.body["cursor"], json!(cursor));

    let waiting = room.poll_waiting(&cursor);
    let deleting = async {
        tokio::time::sleep(MEANWHILE).await;
        room.world.ask("DELETE", one.clone()).by(&room.anna).go().await
    };
    let (said, _) = tokio::join!(waiting, deleting);
    assert_eq!(kinds(&said), ["message_deleted"]);
}

#[tokio::test]
async fn a_cursor_that_is_not_of_here_is_told_so() {
    let room = room().await;
    room.send("one").await;
    let other = room.world.group(&[&room.boris]).await;
    let elsewhere = room.world.get(format!("/api/chats/{other}/poll?cursor=")).by(&room.boris).go().await;
    let cursor = elsewhere.body["cursor"].as_str().unwrap();
    assert_eq!(room.poll(&format!("cursor={cursor}")).await.code(), "INVALID_DATA");
    for cursor in [format!("ffff.{:x}.0.0", room.id), format!("1.{:x}.ffff.0", room.id)] {
        let said = room.poll(&format!("cursor={cursor}")).await;
        assert_eq!((said.status, &said.body["resync"], &said.body["events"]), (200, &json!(true), &json!([])));
        let now = said.body["cursor"].as_str().unwrap();
        assert_eq!(room.poll(&format!("cursor={now}")).await.body.get("resync"), None::<&Json>);
    }
}

#[tokio::test]
async fn pages_of_changes_join_without_a_seam() {
    let room = room().await;
    let now = room.poll("cursor=").await;
    let mut cursor = now.body["cursor"].as_str().unwrap().to_owned();
    let message = room.send("liked").await;
    // More changes than a page has, all but the last of which were made needless.
    for number in 0..130 {
        let method = if number % 2 == 0 { "PUT" } else { "DELETE" };
        let user = if number < 55 { &room.anna } else { &room.boris };
        let said = room.world.ask(method, format!("{}/messages/{message}/like", room.path)).by(user).go().await;
        assert_eq!(said.status, 200);
    }
    room.world.message(&room.boris, room.id, "last").await;
    let mut told = Vec::new();
    for _ in 0..10 {
        let said = room.poll(&format!("cursor={cursor}")).await;
        cursor = said.body["cursor"].as_str().unwrap().to_owned();
        if kinds(&said).is_empty() {
            break;
        }
        told.extend(contents(&said).into_iter().map(str::to_owned));
    }
    assert_eq!(told, ["liked", "last"]);
}

impl Room {
    async fn poll_waiting(&self, cursor: &str) -> Said {
        self.poll(&format!("cursor={cursor}&wait=20")).await
    }
}

#[tokio::test]
async fn nobody_waits_for_a_server_that_goes_away() {
    let room = room().await;
    let began = Instant::now();
    let (said, ()) = tokio::join!(room.poll("wait=30"), async {
        tokio::time::sleep(MEANWHILE).await;
        room.world.app.hub.close_all();
    });
    assert_eq!((said.status, contents(&said).len()), (200, 0));
    assert!(began.elapsed() < Duration::from_secs(20));
}

/// How long to wait until a poll is waiting, which cannot be seen from outside. A poll that comes later is answered nevertheless,
/// so on a slow machine these tests show less, but do not fail.
const MEANWHILE: Duration = Duration::from_millis(300);

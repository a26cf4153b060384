//! Limits on what a user may change and fetch.

use chat_domain::Rate;
use chat_transport::app::ServerSettings;
use serde_json::json;

use crate::world::{Said, User, World};

/// Returns a rate that allows this many at once, and practically no more during a test.
fn slow(burst: u32) -> Rate {
    Rate { per_second: 1, burst }
}

async fn with_changes(burst: u32) -> World {
    let mut settings = ServerSettings::default();
    settings.rates.changes = slow(burst);
    World::with(settings).await
}

fn refused(said: &[Said]) -> usize {
    said.iter().filter(|said| said.status == 429 && said.code() == "RATE_LIMIT").count()
}

#[tokio::test]
async fn what_many_hear_of_weighs_more() {
    let world = with_changes(60).await;
    let mut people = Vec::new();
    for number in 0..20 {
        people.push(world.user(&format!("user{number}")).await);
    }
    let all: Vec<&User> = people.iter().collect();
    let room = world.group(&all).await;
    let rename = |title: &str| world.ask("PATCH", format!("/api/chats/{room}")).json(json!({"title": title}));
    let mut said = Vec::new();
    for number in 0..8 {
        said.push(rename(&number.to_string()).by(&people[0]).go().await);
    }
    // Of sixty, twenty went for the group, and twenty go for each title.
    assert!((5..=6).contains(&refused(&said)), "{said:?}");
    let ids: Vec<i64> = people[1..].iter().map(|user| user.id.number()).collect();
    let body = json!({"type": "group", "title": "us again", "member_ids": ids});
    assert_eq!(world.post("/api/chats", body).by(&people[0]).go().await.status, 429);
    // Others have limits of their own, and messages have a separate one.
    world.group(&[&people[1], &people[2]]).await;
    world.message(&people[0], room, "hello").await;
}

#[tokio::test]
async fn reads_that_move_nothing_cost_next_to_nothing() {
    let world = with_changes(20).await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let room = world.group(&[&anna, &boris]).await;
    let mut messages = Vec::new();
    for _ in 0..40 {
        messages.push(world.message(&anna, room, "hello").await);
    }
    let read = |message: i64| world.post(format!("/api/chats/{room}/read"), json!({"message_id": message})).by(&boris);
    let mut said = Vec::new();
    for _ in 0..80 {
        said.push(read(messages[0]).go().await);
    }
    assert_eq!(refused(&said), 0);
    said.clear();
    for message in &messages[1..] {
        said.push(read(*message).go().await);
    }
    assert!(refused(&said) > 20, "{} of 39 were refused", refused(&said));
}

#[tokio::test]
async fn what_is_fetched_is_measured_in_bytes() {
    let mut settings = ServerSettings::default();
    settings.rates.replays = slow(64 << 10);
    let world = World::with(settings).await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let room = world.group(&[&anna, &boris]).await;
    for _ in 0..10 {
        world.message(&anna, room, &"x".repeat(10_000)).await;
    }
    let history = || world.get(format!("/api/chats/{room}/messages")).by(&boris).go();
    assert_eq!(history().await.status, 200);
    let again = history().await;
    assert_eq!((again.status, again.code()), (429, "RATE_LIMIT"));
    assert!(again.header("retry-after").is_some());
    assert_eq!(world.get("/api/chats").by(&anna).go().await.status, 200, "of others nothing is gone");
}

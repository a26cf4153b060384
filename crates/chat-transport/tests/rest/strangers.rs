//! The roulette: looking for strangers.

use chat_protocol::rest::Tree;
use serde_json::{Value as Json, json};

use crate::world::{Said, User, World};

async fn ask(world: &World, method: &'static str, what: &str, by: &User) -> Said {
    world.ask(method, format!("/api/v1/chatroulette/{what}")).by(by).go().await
}

#[tokio::test]
async fn two_find_each_other_and_leave() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    for _ in 0..2 {
        let said = ask(&world, "POST", "search", &anna).await;
        assert_eq!((said.status, &said.body), (200, &json!({"data": {"status": "searching"}})));
    }
    let matched = ask(&world, "POST", "search", &boris).await;
    assert_eq!((matched.status, &matched.body["data"]["status"]), (200, &json!("matched")), "{matched:?}");
    let user = &matched.body["data"]["user"];
    assert_eq!((&user["id"], &user["username"]), (&anna.spelled(Tree::V1), &json!("anna")));
    assert!(user["last_seen"].is_string() && user["is_online"] == false);
    let again = ask(&world, "POST", "search", &anna).await;
    assert_eq!((again.status, again.code()), (409, "CONFLICT"));

    let chat = format!("/api/v1/chats/{}", matched.body["data"]["chat_id"].as_str().unwrap());
    let send = |by: &User| world.post(format!("{chat}/messages"), json!({"content": "hi"})).by(by).go();
    assert_eq!(send(&anna).await.status, 201);
    let left = ask(&world, "POST", "leave", &anna).await;
    assert_eq!((left.status, left.body), (204, Json::Null));
    assert_eq!(send(&boris).await.code(), "CONFLICT");
    let history = world.get(format!("{chat}/messages")).by(&boris).go().await;
    assert_eq!(history.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn next_leaves_and_searches_and_stopping_is_always_good() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    ask(&world, "POST", "search", &anna).await;
    ask(&world, "POST", "search", &boris).await;
    let next = ask(&world, "POST", "next", &boris).await;
    assert_eq!((next.status, &next.body["data"]), (200, &json!({"status": "searching"})));
    for _ in 0..2 {
        assert_eq!(ask(&world, "DELETE", "search", &boris).await.status, 204);
        assert_eq!(ask(&world, "POST", "leave", &boris).await.status, 204);
    }
    let alone = ask(&world, "POST", "search", &anna).await;
    assert_eq!(alone.body["data"], json!({"status": "searching"}));
}

//! Webhooks: back ends subscribe addresses.

use chat_transport::account::secret::Secret;
use chat_transport::app::ServerSettings;
use chat_transport::hooks::HookSettings;
use chat_transport::routes;
use serde_json::{Value as Json, json};

use crate::world::{Ask, Said, World};

async fn world() -> World {
    let http = routes::RouteSettings { api_keys: vec![Secret::new("key")], ..Default::default() };
    let hooks = HookSettings { most: 2, ..HookSettings::default() };
    World::with(ServerSettings { http, hooks, ..ServerSettings::default() }).await
}

fn ask<'a>(world: &'a World, method: &'static str, path: &str) -> Ask<'a> {
    world.ask(method, format!("/api/v2/server/webhooks{path}")).header("X-Api-Key", "key")
}

async fn subscribe(world: &World, body: Json) -> Said {
    ask(world, "POST", "").json(body).go().await
}

#[tokio::test]
async fn a_webhook_is_subscribed_shown_rotated_and_ended() {
    let world = world().await;
    let ann = world.user("ann").await;
    let room = chat_domain::RoomId::new(world.group(&[&ann]).await).unwrap().uuid().to_string();
    let body = json!({"url": "https://backend.example/hook", "events": ["message.created"], "chat_ids": [room]});
    let made = subscribe(&world, body).await;
    let (id, secret) = (made.body["data"]["id"].clone(), made.body["data"]["secret"].as_str().unwrap().to_owned());
    assert!(made.status == 201 && secret.starts_with("whsec_"), "{made:?}");
    assert_eq!(made.body["data"].as_object().unwrap().len(), 2);
    let list = ask(&world, "GET", "").go().await.body;
    let shown = &list["data"][0];
    assert_eq!((&shown["id"], &shown["state"], &shown["events"]), (&id, &json!("ok"), &json!(["message.created"])));
    assert_eq!((&shown["chat_ids"], &list["next_before"]), (&json!([room]), &json!(null)));
    assert!(!list.to_string().contains(&secret), "a secret is shown once");
    let path = format!("/{}", id.as_str().unwrap());
    assert_eq!(&ask(&world, "GET", &path).go().await.body["data"], shown);
    let rotated = ask(&world, "POST", &format!("{path}/rotate")).go().await;
    assert_eq!((rotated.status, &rotated.body["data"]["id"]), (200, &id));
    assert_ne!(rotated.body["data"]["secret"], secret);
    assert_eq!(ask(&world, "DELETE", &path).go().await.status, 204);
    for (method, path) in [("GET", path.clone()), ("DELETE", path.clone()), ("POST", format!("{path}/rotate"))] {
        assert_eq!(ask(&world, method, &path).go().await.status, 404, "{method}");
    }
    assert_eq!(ask(&world, "GET", "/nonsense").go().await.status, 404);
}

#[tokio::test]
async fn what_can_never_be_told_is_refused() {
    let world = world().await;
    let good = "https://backend.example/";
    for body in [
        json!({}),
        json!({"url": "backend.example"}),
        json!({"url": "ftp://backend.example/"}),
        json!({"url": "https://"}),
        json!({"url": "https://me:secret@backend.example/"}),
        json!({"url": "http://127.0.0.1/"}),
        json!({"url": "http://[::1]:80/"}),
        json!({"url": "http://169.254.169.254/latest"}),
        json!({"url": good, "events": ["message.written"]}),
        json!({"url": good, "events": "message.created"}),
        json!({"url": good, "chat_ids": ["7"]}),
        json!({"url": format!("{good}{}", "x".repeat(2048))}),
    ] {
        let said = subscribe(&world, body.clone()).await;
        assert_eq!((said.status, said.code()), (422, "INVALID_DATA"), "{body}: {said:?}");
    }
    for _ in 0..2 {
        assert_eq!(subscribe(&world, json!({"url": good})).await.status, 201);
    }
    let said = subscribe(&world, json!({"url": good})).await;
    assert_eq!((said.status, said.code()), (409, "CONFLICT"), "{said:?}");
}

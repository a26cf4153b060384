//! Devices for pushes, and which messages are pushed.

use serde_json::{Value as Json, json};

use crate::world::World;

/// Returns what a browser sends about its subscription. The key is the example of RFC 8291.
pub(crate) fn subscription(endpoint: &str) -> Json {
    let key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    json!({"endpoint": endpoint, "expirationTime": null, "keys": {"p256dh": key, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}})
}

#[tokio::test]
async fn the_key_is_the_same_whoever_asks_in_whatever_tree() {
    let world = World::new().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let first = world.ask("GET", "/api/v2/push/key").by(&ann).go().await;
    let key = first.body["data"]["key"].as_str().expect("a key").to_owned();
    assert!(first.status == 200 && key.len() == 87, "{first:?}");
    for tree in ["/api", "/api/v1", "/api/v2"] {
        let said = world.ask("GET", format!("{tree}/push/key")).by(&bob).go().await;
        assert_eq!(said.body["data"]["key"], key.as_str(), "{tree}");
    }
}

#[tokio::test]
async fn a_browser_subscribes_again_and_for_somebody_else_and_ends() {
    let world = World::new().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let address = "https://push.example/a";
    for (tree, user, status) in
        [("/api", &ann, 201), ("/api", &ann, 200), ("/api/v2", &ann, 200), ("/api/v1", &bob, 200)]
    {
        let put = world.ask("PUT", format!("{tree}/push/subscriptions")).json(subscription(address)).by(user);
        let said = put.go().await;
        assert_eq!((said.status, &said.body["data"]["endpoint"]), (status, &json!(address)), "{tree}");
    }
    for (tree, status) in [("/api/v2", 204), ("/api", 200), ("/api/v1", 204)] {
        let delete = world.ask("DELETE", format!("{tree}/push/subscriptions")).json(subscription(address)).by(&bob);
        assert_eq!(delete.go().await.status, status);
    }
    let put = world.ask("PUT", "/api/push/subscriptions").json(subscription(address)).by(&bob);
    assert_eq!(put.go().await.status, 201, "it is new again");
}

#[tokio::test]
async fn what_cannot_be_pushed_is_refused() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let changed = |change: &dyn Fn(&mut Json)| {
        let mut body = subscription("https://push.example/a");
        change(&mut body);
        body
    };
    for wrong in [
        json!({}),
        changed(&|body| body["endpoint"] = json!("ftp://push.example/")),
        changed(&|body| body["endpoint"] = json!("http://127.0.0.1/")),
        changed(&|body| body["endpoint"] = json!("https://user:word@push.example/")),
        changed(&|body| body["keys"]["auth"] = json!("short")),
        changed(&|body| body["keys"]["p256dh"] = json!("no key")),
        changed(&|body| body["keys"] = json!("none")),
    ] {
        let put = world.ask("PUT", "/api/v2/push/subscriptions").json(wrong.clone()).by(&ann);
        let said = put.go().await;
        assert_eq!((said.status, said.code()), (422, "INVALID_DATA"), "{wrong}");
    }
}

#[tokio::test]
async fn members_say_what_they_want_to_be_pushed() {
    let world = World::new().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    let room = world.group(&[&ann]).await;
    let put = |user, level: &str| {
        world.ask("PUT", format!("/api/chats/{room}/notify")).json(json!({"level": level})).by(user).go()
    };
    let get = |user| world.ask("GET", format!("/api/chats/{room}/notify")).by(user).go();
    assert_eq!(get(&ann).await.body["data"]["level"], "mentions", "in a group, if nothing else was said");
    for level in ["all", "mentions", "none"] {
        let said = put(&ann, level).await;
        assert_eq!((said.status, &said.body["data"]["level"]), (200, &json!(level)));
        assert_eq!(get(&ann).await.body["data"]["level"], level);
    }
    assert_eq!(put(&ann, "some").await.code(), "INVALID_DATA");
    assert_eq!(put(&bob, "all").await.code(), "FORBIDDEN");
    assert_eq!(get(&bob).await.code(), "FORBIDDEN");
}

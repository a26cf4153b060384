//! Cookies, origins and what pages of other sites may do.

use chat_transport::app::ServerSettings;
use chat_transport::routes;
use serde_json::json;

use crate::world::World;

async fn world() -> World {
    let http = routes::RouteSettings { allowed_origins: vec!["https://app.test".into()], ..Default::default() };
    World::with(ServerSettings { http, ..ServerSettings::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookie_is_good_on_our_own_pages_only_unless_a_token_comes_too() {
    let world = world().await;
    let account = json!({"username": "anna", "password": "correct horse"});
    let said = world.post("/api/auth/register", account).header("Origin", "https://evil.test").go().await;
    let session = said.cookie().unwrap().to_owned();
    let create = |origin: Option<&'static str>| {
        let ask = world.post("/api/chats", json!({"type": "group", "title": "us"})).header("Cookie", &session);
        match origin {
            Some(origin) => ask.header("Origin", origin),
            None => ask,
        }
    };
    for origin in [None, Some("https://evil.test"), Some("null"), Some("http://chat.test.evil.test")] {
        let refused = create(origin).go().await;
        assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN"), "{origin:?}");
    }
    for origin in ["http://chat.test", "https://app.test"] {
        assert_eq!(create(Some(origin)).go().await.status, 201, "{origin}");
    }
    // Reading is harmless: whether another page may see the answer is decided by the browser, from its headers.
    assert_eq!(world.get("/api/chats").header("Cookie", &session).go().await.status, 200);
    let token = format!("Bearer {}", said.body["access_token"].as_str().unwrap());
    assert_eq!(create(Some("https://evil.test")).header("Authorization", &token).go().await.status, 201);
    // A bad token is not made up for by a good cookie.
    assert_eq!(create(Some("http://chat.test")).header("Authorization", "Bearer x").go().await.status, 401);
}

#[tokio::test]
async fn any_origin_may_ask_with_a_token_and_an_allowed_one_with_the_cookie() {
    let world = world().await;
    let preflight = world.ask("OPTIONS", "/api/chats/1/messages").header("Origin", "https://any.test");
    let said = preflight.header("Access-Control-Request-Method", "POST").go().await;
    assert_eq!(said.status, 204);
    assert_eq!(said.header("access-control-allow-origin"), Some("*"));
    assert_eq!(said.header("access-control-allow-credentials"), None);
    assert_eq!(said.header("access-control-allow-methods"), Some("GET, POST, PUT, PATCH, DELETE"));
    assert_eq!(said.header("allow"), Some("GET, POST"));
    for name in ["Authorization", "Content-Type", "Idempotency-Key"] {
        assert!(said.header("access-control-allow-headers").unwrap().contains(name), "{name}");
    }
    let said = world.get("/api/chats").header("Origin", "https://app.test").go().await;
    assert_eq!(said.status, 401);
    assert_eq!(said.header("access-control-allow-origin"), Some("https://app.test"));
    assert_eq!(said.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(said.header("vary"), Some("Origin"));
    assert_eq!(world.ask("OPTIONS", "/api/nothing").go().await.status, 404);
}

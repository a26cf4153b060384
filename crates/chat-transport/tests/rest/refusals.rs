//! Refusals, in each tree's words.

use chat_domain::{Failure, Time};
use chat_protocol::Trouble;
use chat_protocol::rest::{Tree, openapi};
use chat_transport::routes::refuse;
use serde_json::json;

use crate::world::World;

#[test]
fn a_store_that_is_away_says_when_to_come_back() {
    for tree in Tree::ALL {
        let trouble = Trouble::Failure(Failure::Unavailable);
        let answer = refuse(tree, &trouble, Time::default());
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers()["retry-after"], "1");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_words_of_its_prefix() {
    let world = World::new().await;
    for (path, shape) in [("/", 3), ("/api", 3), ("/api/nothing", 3), ("/api/v1/nothing", 2), ("/api/v2", 2)] {
        let said = world.get(path).go().await;
        assert_eq!((said.status, said.code()), (404, "NOT_FOUND"), "{path}");
        match shape {
            3 => assert_eq!(said.body["status"], "error", "{path}"),
            _ => assert!(said.body["timestamp"].is_string() && said.body.get("status").is_none(), "{path}"),
        }
    }
    let said = world.ask("PUT", "/api/chats").go().await;
    assert_eq!((said.status, said.code(), said.header("allow")), (405, "METHOD_NOT_ALLOWED", Some("GET, POST")));
}

#[tokio::test]
async fn paths_that_name_nothing_are_not_found() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let room = world.group(&[&anna]).await;
    let not_found = |path: String| {
        let (world, anna) = (&world, &anna);
        async move {
            let said = world.get(&path).by(anna).go().await;
            assert_eq!(said.status, 404, "{path}: {said:?}");
            said.code().to_owned()
        }
    };
    for chat in ["0", "-1", "x", "99", "1.5", "9007199254740992", "%31", "63686174-0002-8000-8000-000000000001"] {
        assert_eq!(not_found(format!("/api/chats/{chat}")).await, "CHAT_NOT_FOUND", "{chat}");
    }
    for chat in ["1", "63686174-0003-8000-8000-000000000001", "3f333df6-90a4-4fda-8dd3-9485d27cee36"] {
        assert_eq!(not_found(format!("/api/v1/chats/{chat}")).await, "CHAT_NOT_FOUND", "{chat}");
    }
    for message in ["0", "x", "99"] {
        let path = format!("/api/chats/{room}/messages/{message}");
        assert_eq!(not_found(path.clone()).await, "MESSAGE_NOT_FOUND");
        // The room is checked before the message.
        assert_eq!(world.get(path).by(&boris).go().await.code(), "FORBIDDEN");
    }
    let remove = |user: &str| world.ask("DELETE", format!("/api/chats/{room}/members/{user}")).by(&anna).go();
    for user in ["x", "99", "0"] {
        assert_eq!(remove(user).await.code(), "USER_NOT_FOUND", "{user}");
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_understood_name_the_problem() {
    let world = World::new().await;
    let anna = world.user("anna").await;
    let room = world.group(&[&anna]).await;
    let path = format!("/api/chats/{room}/messages");
    let send = |body: &[u8]| world.ask("POST", path.clone()).bytes(body.to_vec()).by(&anna).go();
    for (body, problem) in [
        (&b"{"[..], "the body is not JSON"),
        (b"", "`content` is missing"),
        (b"{\"content\":7}", "`content` must be a string"),
    ] {
        let said = send(body).await;
        assert_eq!((said.status, said.code(), &said.body["message"]), (422, "INVALID_DATA", &json!(problem)));
    }
    let large = send(&vec![b' '; 65_537]).await;
    assert_eq!((large.status, large.code()), (413, "MESSAGE_TOO_LARGE"));
    let long = send(json!({"content": "x".repeat(16 * 1024 + 1)}).to_string().as_bytes()).await;
    assert_eq!((long.status, long.code()), (413, "MESSAGE_TOO_LARGE"));
    let white = send(b"{\"content\":\" \\n \"}").await;
    assert_eq!((white.status, white.code()), (422, "INVALID_DATA"));
    for query in ["limit=0", "limit=101", "before_id=x", "before_id=0", "after_id=-1", "before_id=1&after_id=1"] {
        let said = world.get(format!("{path}?{query}")).by(&anna).go().await;
        assert_eq!((said.status, said.code()), (422, "INVALID_DATA"), "{query}");
    }
}

#[tokio::test]
async fn a_message_whose_uuid_is_of_something_else_is_not_found_once_the_room_is_judged() {
    let world = World::new().await;
    let (anna, stranger) = (world.user("anna").await, world.user("boris").await);
    let room = world.group(&[&anna]).await;
    let uuid = chat_domain::RoomId::new(room).unwrap().uuid().to_string();
    for (reader, code) in [(&anna, "MESSAGE_NOT_FOUND"), (&stranger, "FORBIDDEN")] {
        let path = format!("/api/v1/chats/{uuid}/read");
        let said = world.post(path, json!({"message_id": uuid})).by(reader).go().await;
        assert_eq!(said.code(), code, "{said:?}");
    }
}

#[tokio::test]
async fn tokens_that_are_not_good_open_nothing() {
    let world = World::new().await;
    let anna = world.user("anna").await;
    for header in ["Bearer", "Bearer x", "Basic YTpi", ""] {
        let said = world.get("/api/v2/chats").header("Authorization", header).go().await;
        assert_eq!((said.status, said.code()), (401, "UNAUTHORIZED"), "{header}");
        assert_eq!((said.header("www-authenticate"), said.header("cache-control")), (Some("Bearer"), Some("no-store")));
    }
    // A token in the address is not accepted for ordinary requests.
    assert_eq!(world.get("/api/v2/chats?token=x").go().await.status, 401);
    assert_eq!(world.get("/api/v2/chats").by(&anna).go().await.status, 200);
    let stranger = world.token_for(chat_domain::UserId::new(99).unwrap());
    assert_eq!(world.get("/api/v2/chats").by(&stranger).go().await.status, 401);
}

#[tokio::test]
async fn the_server_says_how_it_is_and_what_it_can() {
    let world = World::new().await;
    assert_eq!(world.get("/healthz").go().await.body, json!({"status": "ok"}));
    assert_eq!(world.get("/readyz").go().await.body, json!({"status": "ready", "store": true}));
    let document = world.get("/api/openapi.json").go().await;
    assert_eq!(document.status, 200);
    assert_eq!(document.body, serde_json::from_slice::<serde_json::Value>(&openapi::document()).unwrap());
    assert_eq!(world.get("/api/asyncapi.json").go().await.body["asyncapi"], "3.0.0");
    let head = world.ask("HEAD", "/healthz").go().await;
    assert_eq!((head.status, head.body.is_null()), (200, true));
}

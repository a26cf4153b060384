//! What trusted back ends may do.

use chat_domain::{NotificationKind, RoomId};
use chat_protocol::rest::Tree;
use chat_transport::account::secret::Secret;
use chat_transport::app::ServerSettings;
use chat_transport::routes;
use serde_json::{Value as Json, json};

use crate::world::{Said, World};

pub(crate) async fn world() -> World {
    let http = routes::RouteSettings { api_keys: vec![Secret::new("old"), Secret::new("new")], ..Default::default() };
    World::with(ServerSettings { http, ..ServerSettings::default() }).await
}

async fn post(world: &World, path: &str, body: Json) -> Said {
    world.post(format!("/api/v2/server/{path}"), body).header("X-Api-Key", "new").go().await
}

#[tokio::test]
async fn without_a_key_the_tree_is_not_there() {
    let world = World::new().await;
    let said = world.post("/api/v2/server/chats", json!({})).header("X-Api-Key", "new").go().await;
    assert_eq!((said.status, said.code()), (404, "NOT_FOUND"));
    assert_eq!(world.get("/api/v2/server/chats").go().await.status, 404);
    let world = self::world().await;
    for key in ["old", "new"] {
        let said = world.post("/api/v2/server/chats", json!({})).header("X-Api-Key", key).go().await;
        assert_eq!((said.status, said.code()), (422, "INVALID_DATA"));
    }
    for key in ["", "ne", "newer"] {
        let said = world.post("/api/v2/server/chats", json!({})).header("X-Api-Key", key).go().await;
        assert_eq!((said.status, said.code()), (401, "UNAUTHORIZED"), "{key}");
    }
}

#[tokio::test]
async fn who_was_logged_in_elsewhere_gets_a_token_that_ends_with_all_of_theirs() {
    let world = world().await;
    let anna = world.user("anna").await;
    let said = post(&world, "tokens", json!({"user_id": anna.spelled(Tree::V2), "ttl": 60})).await;
    assert_eq!((said.status, &said.body["data"]["expires_in"]), (201, &json!(60)), "{said:?}");
    let token = said.body["data"]["access_token"].as_str().unwrap().to_owned();
    let me = async || world.get("/api/v2/auth/me").header("Authorization", &format!("Bearer {token}")).go().await;
    assert_eq!(me().await.body["data"]["username"], "anna");
    let path = format!("users/{}/disconnect", anna.spelled(Tree::V2).as_str().unwrap());
    assert_eq!(post(&world, &path, json!({"tokens": true})).await.status, 204);
    assert_eq!(me().await.status, 401);
    let anna = anna.spelled(Tree::V2);
    for body in [json!({}), json!({"user_id": anna, "ttl": 0}), json!({"user_id": anna, "ttl": 2_592_001})] {
        assert_eq!(post(&world, "tokens", body).await.status, 422);
    }
    let nobody = json!({"user_id": chat_domain::UserId::new(99).unwrap().uuid().to_string()});
    assert_eq!(post(&world, "tokens", nobody).await.code(), "USER_NOT_FOUND");
}

#[tokio::test]
async fn a_missing_header_is_no_key_whatever_the_keys_are() {
    let http = routes::RouteSettings { api_keys: vec![Secret::new(""), Secret::new("new")], ..Default::default() };
    let world = World::with(ServerSettings { http, ..ServerSettings::default() }).await;
    let bare = world.post("/api/v2/server/chats", json!({})).go().await;
    let empty = world.post("/api/v2/server/chats", json!({})).header("X-Api-Key", "").go().await;
    assert_eq!((bare.status, empty.status), (401, 401));
}

#[tokio::test]
async fn every_type_of_notification_arrives_once_under_its_name() {
    let world = world().await;
    let anna = world.user("anna").await;
    for kind in NotificationKind::ALL {
        let body = json!({"user_id": anna.spelled(Tree::V2), "type": kind.word(), "title": "t", "body": "b",
            "client_id": kind.word()});
        let said = post(&world, "notifications", body.clone()).await;
        assert_eq!((said.status, &said.body["data"]["type"]), (201, &json!(kind.word())), "{said:?}");
        assert_eq!(said.body["data"]["data"], json!({}));
        let again = post(&world, "notifications", body).await;
        assert_eq!((again.status, &again.body), (201, &said.body));
    }
    let list = world.get("/api/v2/notifications").by(&anna).go().await;
    assert_eq!(list.body["data"].as_array().unwrap().len(), 11);
    let nobody =
        json!({"user_id": "63686174-0001-8000-8000-000000000099", "type": "mention", "title": "t", "body": "b"});
    assert_eq!(post(&world, "notifications", nobody).await.code(), "USER_NOT_FOUND");
}

#[tokio::test]
async fn posts_are_told_of() {
    let world = world().await;
    let anna = world.user("anna").await.spelled(Tree::V2);
    let followers: Vec<_> = (0..1_000).map(|_| anna.clone()).collect();
    let liked = json!({"user_id": anna, "user_name": "A", "likes_count": 3, "followers": followers});
    let said = post(&world, "posts/p-1/liked", liked.clone()).await;
    assert_eq!((said.status, &said.body["data"]), (202, &json!({"recipients": 1})));
    let comment = json!({"id": "c", "author_name": "B", "content": "nice"});
    let commented = json!({"author_id": anna, "comment": comment, "comments_count": 1});
    assert_eq!(post(&world, "posts/p-1/commented", commented).await.status, 202);
    let long = "p".repeat(65);
    for post_id in [long.as_str(), "%00"] {
        let said = post(&world, &format!("posts/{post_id}/liked"), liked.clone()).await;
        assert!(matches!(said.status, 404 | 422), "{said:?}");
    }
}

#[tokio::test]
async fn people_are_known_before_they_come_and_chats_are_made_for_them() {
    let world = world().await;
    let put = |subject: &str, body: Json| {
        world.ask("PUT", format!("/api/v2/server/users/{subject}")).json(body).header("X-Api-Key", "old").go()
    };
    let anna =
        put("auth0%7Canna", json!({"name": "Anna", "username": "anna", "avatar": "https://a.example/a.jpg"})).await;
    assert_eq!(anna.status, 200, "{anna:?}");
    let (anna, number) = (anna.body["data"]["id"].clone(), anna.body["data"]["int_id"].as_i64().unwrap());
    assert!(number >= 1 << 52);
    assert_eq!(put("auth0%7Canna", json!({})).await.body["data"]["id"], anna);
    for (wrong, code) in [
        (json!({"username": "<b>anna</b>"}), "INVALID_DATA"),
        (json!({"username": "ann a"}), "INVALID_DATA"),
        (json!({"name": "a\nb"}), "INVALID_DATA"),
        (json!({"name": "\u{202e}anna"}), "INVALID_DATA"),
        (json!({"name": ""}), "INVALID_DATA"),
        (json!({"avatar": "javascript:alert(1)"}), "INVALID_DATA"),
        (json!({"username": "ＡＮＮＡ"}), "CONFLICT"),
    ] {
        let said = put("somebody", wrong.clone()).await;
        assert_eq!(said.code(), code, "{wrong}: {said:?}");
    }
    let foreign = "3f333df6-90a4-4fda-8dd3-9485d27cee36";
    assert_eq!(put(foreign, json!({"name": "Boris"})).await.body["data"]["id"], json!(foreign));

    let group = json!({"owner_id": anna, "type": "group", "title": "us", "member_ids": [foreign], "client_id": "g"});
    let made = post(&world, "chats", group.clone()).await;
    assert_eq!((made.status, &made.body["data"]["members_count"]), (201, &json!(2)), "{made:?}");
    assert_eq!(post(&world, "chats", group).await.body, made.body);
    let direct = json!({"owner_id": anna, "type": "direct", "member_ids": [foreign]});
    assert_eq!(post(&world, "chats", direct.clone()).await.status, 201);
    assert_eq!(post(&world, "chats", direct).await.status, 200);

    let chat = made.body["data"]["id"].as_str().unwrap();
    let message = json!({"user_id": foreign, "content": "hi", "client_id": "m"});
    let sent = post(&world, &format!("chats/{chat}/messages"), message.clone()).await;
    assert_eq!((sent.status, &sent.body["data"]["sender_id"]), (201, &json!(foreign)));
    assert_eq!(post(&world, &format!("chats/{chat}/messages"), message).await.body, sent.body);
    let stranger = world.user("stranger").await.spelled(Tree::V2);
    let refused = post(&world, &format!("chats/{chat}/messages"), json!({"user_id": stranger, "content": "x"})).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    let nowhere = RoomId::new(99).unwrap().uuid();
    let refused = post(&world, &format!("chats/{nowhere}/messages"), json!({"user_id": anna, "content": "x"})).await;
    assert_eq!(refused.code(), "CHAT_NOT_FOUND");

    assert_eq!(post(&world, &format!("users/{foreign}/disconnect"), json!({})).await.status, 204);
    let nobody = post(&world, "users/63686174-0001-8000-8000-000000000099/disconnect", json!({})).await;
    assert_eq!(nobody.code(), "USER_NOT_FOUND");
}

//! Chats and their members, in each tree.

use chat_protocol::rest::Tree;
use serde_json::{Value as Json, json};

use crate::world::{User, World};

fn keys(object: &Json) -> Vec<String> {
    object.as_object().expect("an object").keys().cloned().collect()
}

const CHAT: [&str; 8] =
    ["created_at", "id", "last_message", "members", "members_count", "title", "type", "unread_count"];

#[tokio::test]
async fn a_direct_chat_of_two_exists_once() {
    for tree in Tree::ALL {
        let world = World::new().await;
        let (anna, boris) = (world.user("anna").await, world.user("boris").await);
        let open = |by: &User, body: Json| world.post(format!("{}/chats", tree.prefix()), body).by(by).go();
        let said = open(&anna, json!({"type": "direct", "user_id": boris.spelled(tree)})).await;
        assert_eq!((said.status, keys(&said.body["data"])), (201, CHAT.map(String::from).to_vec()), "{said:?}");
        assert!(said.body["data"]["title"].is_null() && said.body["data"]["last_message"].is_null());
        let again = open(&boris, json!({"type": "direct", "username": "ANNA"})).await;
        assert_eq!((again.status, &again.body["data"]["id"]), (200, &said.body["data"]["id"]));
        let alone = open(&anna, json!({"type": "direct", "user_id": anna.spelled(tree)})).await;
        assert_eq!((alone.status, alone.code()), (422, "INVALID_DATA"));
        let nobody = open(&anna, json!({"type": "direct", "username": "nobody"})).await;
        assert_eq!((nobody.status, nobody.code()), (404, "USER_NOT_FOUND"));
        let id = said.body["data"]["id"].to_string();
        let members = format!("{}/chats/{}/members", tree.prefix(), id.trim_matches('"'));
        let added = world.post(members, json!({"user_id": boris.spelled(tree)})).by(&anna).go().await;
        assert_eq!((added.status, added.code()), (403, "FORBIDDEN"));
    }
}

#[tokio::test]
async fn ids_in_bodies_that_nobody_has_are_told_from_those_that_nobody_can_have() {
    let world = World::new().await;
    let anna = world.user("anna").await;
    let open = |prefix: &str, user: Json| {
        world.post(format!("{prefix}/chats"), json!({"type": "direct", "user_id": user})).by(&anna).go()
    };
    for (prefix, user, code) in [
        ("/api", json!(99), "USER_NOT_FOUND"),
        ("/api", json!(0), "INVALID_DATA"),
        ("/api/v1", json!("63686174-0001-8000-8000-000000000099"), "USER_NOT_FOUND"),
        ("/api/v1", json!("63686174-0002-8000-8000-000000000001"), "USER_NOT_FOUND"),
        ("/api/v2", json!("3f333df6-90a4-4fda-8dd3-9485d27cee36"), "USER_NOT_FOUND"),
        ("/api/v2", json!("user 1"), "INVALID_DATA"),
        ("/api/v2", json!(1), "INVALID_DATA"),
    ] {
        assert_eq!(open(prefix, user.clone()).await.code(), code, "{user}");
    }
}

#[tokio::test]
async fn a_group_is_made_once_under_its_name_and_shows_its_members() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let make = |title: &str| {
        let body = json!({"type": "group", "title": title, "member_ids": [boris.id.number()]});
        world.post("/api/chats", body).header("Idempotency-Key", "first").by(&anna).go()
    };
    let said = make("us").await;
    assert_eq!(said.status, 201, "{said:?}");
    let member = |id: i64, name: &str, role: &str| json!({"id": id, "name": name, "username": name, "avatar": "", "is_online": false, "last_seen": null, "role": role});
    let chat = &said.body["data"];
    assert_eq!(chat["members"], json!([member(1, "anna", "owner"), member(2, "boris", "member")]));
    assert_eq!((&chat["type"], &chat["title"], &chat["members_count"]), (&json!("group"), &json!("us"), &json!(2)));
    let again = make("us").await;
    assert_eq!((again.status, &again.body), (201, &said.body));
    assert_eq!(make("them").await.code(), "CONFLICT");
    let other = json!({"type": "group", "title": "us", "client_id": "second"});
    let said = world.post("/api/chats", other).header("Idempotency-Key", "first").by(&anna).go().await;
    assert_eq!(said.code(), "INVALID_DATA");
}

#[tokio::test]
async fn owners_bring_in_and_take_out_and_rename_and_anyone_may_leave() {
    for tree in Tree::ALL {
        let world = World::new().await;
        let (anna, boris, clara) = (world.user("anna").await, world.user("boris").await, world.user("clara").await);
        let id = world.group(&[&anna, &boris]).await;
        let id =
            if tree == Tree::Api { json!(id) } else { json!(chat_domain::RoomId::new(id).unwrap().uuid().to_string()) };
        let path = format!("{}/chats/{}", tree.prefix(), id.to_string().trim_matches('"'));
        let add =
            |by: &User| world.post(format!("{path}/members"), json!({"user_id": clara.spelled(tree)})).by(by).go();
        assert_eq!(add(&boris).await.code(), "FORBIDDEN");
        let added = add(&anna).await;
        assert_eq!((added.status, &added.body["data"]["id"]), (201, &clara.spelled(tree)));
        assert_eq!(keys(&added.body["data"]), ["avatar", "id", "is_online", "last_seen", "name", "role", "username"]);
        assert_eq!(add(&anna).await.status, 200);

        let list = |query: &str| world.get(format!("{path}/members{query}")).by(&clara).go();
        let page = list("?limit=2").await;
        assert_eq!((page.body["data"].as_array().unwrap().len(), &page.body["next_before"]), (2, &boris.spelled(tree)));
        let next = boris.spelled(tree);
        let rest = list(&format!("?limit=2&before_id={}", next.to_string().trim_matches('"'))).await;
        assert_eq!((&rest.body["data"][0]["id"], &rest.body["next_before"]), (&clara.spelled(tree), &Json::Null));

        let rename = |by: &User| world.ask("PATCH", path.clone()).json(json!({"title": "we"})).by(by).go();
        assert_eq!(rename(&boris).await.code(), "FORBIDDEN");
        let renamed = rename(&anna).await;
        assert_eq!((renamed.status, &renamed.body["data"]["title"]), (200, &json!("we")));

        let remove = |by: &User, whom: &User| {
            let whom = whom.spelled(tree).to_string();
            world.ask("DELETE", format!("{path}/members/{}", whom.trim_matches('"'))).by(by).go()
        };
        assert_eq!(remove(&boris, &clara).await.code(), "FORBIDDEN");
        let gone = remove(&anna, &clara).await;
        match tree {
            Tree::Api => assert_eq!((gone.status, gone.body), (200, json!({"status": "success"}))),
            _ => assert_eq!((gone.status, gone.body), (204, Json::Null)),
        }
        assert_eq!(list("").await.code(), "FORBIDDEN");
        assert_eq!(remove(&anna, &clara).await.code(), "USER_NOT_FOUND");
        assert!(remove(&anna, &anna).await.status < 300);
        let owner = world.get(path.clone()).by(&boris).go().await;
        assert_eq!(owner.body["data"]["members"][0]["role"], "owner");
    }
}

#[tokio::test]
async fn an_owner_ends_a_group_and_nobody_is_in_it_any_more() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    for tree in Tree::ALL {
        let id = world.group(&[&anna, &boris]).await;
        let uuid = chat_domain::RoomId::new(id).unwrap().uuid().to_string();
        let path = format!("{}/chats/{}", tree.prefix(), if tree == Tree::Api { id.to_string() } else { uuid });
        let end = |by: &User| world.ask("DELETE", path.clone()).by(by).go();
        assert_eq!(end(&boris).await.code(), "FORBIDDEN");
        let ended = end(&anna).await;
        match tree {
            Tree::Api => assert_eq!((ended.status, ended.body), (200, json!({"status": "success"}))),
            _ => assert_eq!((ended.status, ended.body), (204, Json::Null)),
        }
        for member in [&anna, &boris] {
            for part in ["", "/members", "/messages"] {
                assert_eq!(world.get(format!("{path}{part}")).by(member).go().await.code(), "FORBIDDEN", "{part}");
            }
            let send = world.post(format!("{path}/messages"), json!({"content": "x"})).by(member).go().await;
            assert_eq!(send.code(), "FORBIDDEN");
            assert_eq!(world.get("/api/chats").by(member).go().await.body["data"], json!([]));
        }
        assert_eq!(end(&anna).await.code(), "FORBIDDEN");
    }
}

#[tokio::test]
async fn a_hidden_chat_comes_back_with_the_next_message() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let open = || world.post("/api/v2/chats", json!({"type": "direct", "username": "boris"})).by(&anna).go();
    let id = open().await.body["data"]["id"].as_str().unwrap().to_owned();
    let listed = |of: &User| {
        let ask = world.get("/api/v2/chats").by(of);
        async { ask.go().await.body["data"].as_array().unwrap().len() }
    };
    let send = || world.post(format!("/api/v2/chats/{id}/messages"), json!({"content": "x"})).by(&boris).go();
    for _ in 0..2 {
        let hidden = world.ask("PUT", format!("/api/v2/chats/{id}/hidden")).by(&anna).go().await;
        assert_eq!((hidden.status, hidden.body), (204, Json::Null));
        assert_eq!((listed(&anna).await, listed(&boris).await), (0, 1));
        // It is there, though.
        assert_eq!(open().await.status, 200);
        assert_eq!(world.get(format!("/api/v2/chats/{id}")).by(&anna).go().await.status, 200);
        assert_eq!(listed(&anna).await, 0);
        assert_eq!(send().await.status, 201);
        assert_eq!(listed(&anna).await, 1);
    }
}

#[tokio::test]
async fn the_list_of_chats_is_paged_newest_first_and_counts_what_is_unread() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let mut rooms = Vec::new();
    for _ in 0..3 {
        rooms.push(world.group(&[&anna, &boris]).await);
    }
    world.message(&boris, rooms[1], "one").await;
    let newest = world.message(&boris, rooms[1], "two").await;
    let page = world.get("/api/chats?limit=2").by(&anna).go().await;
    let first = &page.body["data"][0];
    assert_eq!((&first["id"], &first["unread_count"]), (&json!(rooms[1]), &json!(2)));
    assert_eq!((&first["last_message"]["id"], &first["last_message"]["content"]), (&json!(newest), &json!("two")));
    assert_eq!(page.body["next_before"], page.body["data"][1]["id"]);
    let rest = world.get(format!("/api/chats?limit=2&before_id={}", page.body["next_before"])).by(&anna).go().await;
    assert_eq!((rest.body["data"].as_array().unwrap().len(), &rest.body["next_before"]), (1, &Json::Null));
    let own = world.get("/api/v2/chats").by(&boris).go().await;
    assert_eq!(own.body["data"][0]["unread_count"], 0);
    assert_eq!(own.body["data"][0]["last_message"]["sender_id"], boris.spelled(Tree::V2));
}

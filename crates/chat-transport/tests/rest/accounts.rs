//! Registering, logging in, staying logged in, logging out.

use chat_domain::{Rate, UserId};
use chat_protocol::rest::Tree;
use chat_transport::app::ServerSettings;
use serde_json::{Value as Json, json};

use crate::world::{User, World};

const PASSWORD: &str = "correct horse";

#[tokio::test(flavor = "multi_thread")]
async fn an_account_lives_from_register_to_logout() {
    let world = World::new().await;
    let said = world
        .post(
            "/api/auth/register",
            json!({"username": "Anna", "password": PASSWORD, "avatar": "https://a.example/a.jpg"}),
        )
        .go()
        .await;
    assert_eq!(said.status, 201, "{said:?}");
    let user = json!({"id": 1, "username": "Anna", "name": "Anna", "avatar": "https://a.example/a.jpg",
        "uuid": "63686174-0001-8000-8000-000000000001"});
    assert_eq!(said.body["user"], user);
    let keys: Vec<_> = said.body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["access_token", "expires_in", "refresh_token", "token_type", "user"]);
    let cookie = said.header("set-cookie").unwrap();
    assert!(cookie.starts_with("sessionid=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));

    let again = world.post("/api/v1/auth/register", json!({"username": "anna", "password": PASSWORD})).go().await;
    assert_eq!((again.status, again.code()), (409, "CONFLICT"));
    let bad = world.post("/api/auth/register", json!({"username": "a b", "password": PASSWORD})).go().await;
    assert_eq!((bad.status, bad.code()), (422, "INVALID_DATA"));

    let login = world.post("/api/v2/auth/login", json!({"username": "ANNA", "password": PASSWORD})).go().await;
    assert_eq!(login.status, 200);
    assert_eq!(login.body["user"]["int_id"], 1);
    let wrong = world.post("/api/auth/login", json!({"username": "anna", "password": "wrong horse"})).go().await;
    let nobody = world.post("/api/auth/login", json!({"username": "nobody", "password": PASSWORD})).go().await;
    assert_eq!((wrong.status, &wrong.body), (401, &nobody.body));

    // The token is good in every tree.
    let token = format!("Bearer {}", said.body["access_token"].as_str().unwrap());
    for tree in Tree::ALL {
        let me = world.get(format!("{}/auth/me", tree.prefix())).header("Authorization", &token).go().await;
        assert_eq!((me.status, &me.body["data"]["username"]), (200, &json!("Anna")));
    }

    // The cookie is too, and logging out ends it.
    let session = said.cookie().unwrap().to_owned();
    let me = || world.get("/api/auth/me").header("Cookie", &session).go();
    let renewed = me().await;
    assert_eq!((renewed.status, renewed.cookie()), (200, Some(session.as_str())));
    let refresh = json!({"refresh_token": said.body["refresh_token"]});
    let out = world.post("/api/auth/logout", refresh.clone()).header("Cookie", &session);
    let out = out.header("Origin", "http://chat.test").go().await;
    assert_eq!((out.status, &out.body), (200, &json!({"status": "success"})));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(me().await.status, 401);
    assert_eq!(world.post("/api/auth/refresh", refresh).go().await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_family() {
    let world = World::new().await;
    let said = world.post("/api/v1/auth/register", json!({"username": "anna", "password": PASSWORD})).go().await;
    let refresh = |token: serde_json::Value| world.post("/api/v1/auth/refresh", json!({"refresh_token": token})).go();
    let first = said.body["refresh_token"].clone();
    let second = refresh(first.clone()).await;
    assert_eq!(second.status, 200);
    assert_eq!(second.body["user"], said.body["user"]);
    let second = second.body["refresh_token"].clone();
    assert_ne!(first, second);
    let stolen = refresh(first).await;
    assert_eq!((stolen.status, stolen.code()), (401, "UNAUTHORIZED"));
    assert_eq!(refresh(second).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_log_ins_are_slowed_down() {
    let mut settings = ServerSettings::default();
    settings.rates.logins = Rate { per_second: 1, burst: 2 };
    let world = World::with(settings).await;
    let attempt = |name: &str| world.post("/api/auth/login", json!({"username": name, "password": "x"})).go();
    let (one, two, three, four) = tokio::join!(attempt("anna"), attempt("anna"), attempt("Anna"), attempt("anna"));
    let mut refused: Vec<_> = [one, two, three, four].into_iter().filter(|said| said.status == 429).collect();
    assert_eq!(refused.len(), 2);
    let refused = refused.remove(0);
    assert_eq!(refused.code(), "RATE_LIMIT");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(attempt("boris").await.status, 401);
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_their_name() {
    let world = World::new().await;
    let anna = world.user("anna").await;
    for name in ["anton", "Andrew", "boris"] {
        world.user(name).await;
    }
    let find = |query: &str| world.get(format!("/api/users?{query}")).by(&anna).go();
    let names = |said: &crate::world::Said| -> Vec<String> {
        let users = said.body["data"].as_array().unwrap();
        users.iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    };
    let page = find("query=AN&limit=2").await;
    assert_eq!((names(&page), page.body["next_before"].is_i64()), (vec!["Andrew".into(), "anna".into()], true));
    let rest = find(&format!("query=AN&limit=2&before_id={}", page.body["next_before"])).await;
    assert_eq!((names(&rest), rest.body["next_before"].is_null()), (vec!["anton".to_owned()], true));
    for nobody in ["query=%00", "query=", "", "query=%20", "query=.", "query=a%00"] {
        assert_eq!(find(nobody).await.code(), "INVALID_DATA", "{nobody}");
    }
    assert!(names(&find("query=zz").await).is_empty());
}

#[tokio::test]
async fn people_give_themselves_other_names_and_pictures() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let room = world.group(&[&anna, &boris]).await;
    world.message(&anna, room, "before").await;
    for tree in Tree::ALL {
        let change = |body| world.ask("PATCH", format!("{}/auth/me", tree.prefix())).json(body).by(&anna).go();
        let name = format!("Anna of {}", tree.prefix());
        let said = change(json!({"name": name, "avatar": "https://a/b.png"})).await;
        assert_eq!((said.status, &said.body["data"]["name"]), (200, &json!(name)), "{said:?}");
        let me = world.get(format!("{}/auth/me", tree.prefix())).by(&anna).go().await;
        assert_eq!(me.body, said.body);
        // What a request does not name stays as it was.
        let said = change(json!({})).await;
        assert_eq!(said.body, me.body);
        let page = world.get(format!("/api/chats/{room}/poll")).by(&boris).go().await;
        assert_eq!((&page.body["source"], &page.body["data"][0]["user"]["name"]), (&json!("cache"), &json!(name)));
        assert_eq!(change(json!({"name": 1})).await.code(), "INVALID_DATA");
    }
}

#[tokio::test]
async fn a_name_obeys_one_rule_by_whatever_way_it_comes() {
    let world = crate::back_ends::world().await;
    let anna = world.user("anna").await;
    let room = world.group(&[&anna]).await;
    let names = ["", " ", "\u{e0041}", "\u{3164}", "a\u{202e}b", "\u{200f}", "a\nb", "a\u{2028}b", "\u{85}"];
    for (at, name) in names.into_iter().enumerate() {
        let account = json!({"username": format!("u{at}"), "password": PASSWORD, "name": name});
        let back_end = world.ask("PUT", format!("/api/v2/server/users/u{at}")).header("X-Api-Key", "old");
        for said in [
            world.post("/api/auth/register", account).go().await,
            world.ask("PATCH", "/api/auth/me").json(json!({"name": name})).by(&anna).go().await,
            back_end.json(json!({"name": name})).go().await,
            world.post("/api/chats", json!({"type": "group", "title": name, "member_ids": []})).by(&anna).go().await,
            world.ask("PATCH", format!("/api/chats/{room}")).json(json!({"title": name})).by(&anna).go().await,
        ] {
            assert_eq!((said.status, said.code()), (422, "INVALID_DATA"), "{name:?}: {said:?}");
        }
    }
    let long = "👩".repeat(64);
    let said = world.ask("PATCH", "/api/auth/me").json(json!({"name": long})).by(&anna).go().await;
    assert_eq!((said.status, &said.body["data"]["name"]), (200, &json!(long)));
    let account = json!({"username": "rene\u{301}", "password": PASSWORD});
    assert_eq!(world.post("/api/auth/register", account).go().await.status, 201);
    let account = json!({"username": "REN\u{c9}", "password": PASSWORD});
    assert_eq!(world.post("/api/auth/register", account).go().await.code(), "CONFLICT");
}

async fn registered(world: &World, name: &str) -> (Json, User) {
    let said = world.post("/api/auth/register", json!({"username": name, "password": PASSWORD})).go().await;
    let user = world.token_for(UserId::new(said.body["user"]["id"].as_i64().unwrap()).unwrap());
    (said.body, user)
}

async fn is_good(world: &World, token: &Json) -> bool {
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    world.get("/api/auth/me").header("Authorization", &bearer).go().await.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_all_other_log_ins() {
    for tree in Tree::ALL {
        let world = World::new().await;
        let (first, _) = registered(&world, "anna").await;
        let login =
            |password: &str| world.post("/api/auth/login", json!({"username": "anna", "password": password})).go();
        let other = login(PASSWORD).await.body;
        let bearer = format!("Bearer {}", first["access_token"].as_str().unwrap());
        let change = |old: &str, new: &str| {
            let body = json!({"old": old, "new": new});
            world.post(format!("{}/auth/password", tree.prefix()), body).header("Authorization", &bearer).go()
        };
        assert_eq!(change("wrong horse", "another horse").await.code(), "UNAUTHORIZED");
        assert_eq!(change(PASSWORD, "short").await.code(), "INVALID_DATA");
        assert!(is_good(&world, &other["access_token"]).await);
        let changed = change(PASSWORD, "another horse").await;
        match tree {
            Tree::Api => assert_eq!((changed.status, changed.body), (200, json!({"status": "success"}))),
            _ => assert_eq!((changed.status, changed.body), (204, Json::Null)),
        }
        assert!(is_good(&world, &first["access_token"]).await);
        assert!(!is_good(&world, &other["access_token"]).await);
        let refresh = |of: &Json| world.post("/api/auth/refresh", json!({"refresh_token": of["refresh_token"]})).go();
        assert_eq!((refresh(&other).await.status, refresh(&first).await.status), (401, 200));
        assert_eq!((login(PASSWORD).await.status, login("another horse").await.status), (401, 200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_leaves_their_words_without_a_name() {
    for tree in Tree::ALL {
        let world = World::new().await;
        let ((anna, user), boris) = (registered(&world, "anna").await, world.user("boris").await);
        let bearer = format!("Bearer {}", anna["access_token"].as_str().unwrap());
        let group = world.group(&[&user, &boris]).await;
        world.message(&user, group, "my words").await;
        let open = || world.post("/api/chats", json!({"type": "direct", "user_id": user.id.number()})).by(&boris).go();
        let direct = open().await.body["data"]["id"].as_i64().unwrap();
        let erase = |password: &str| {
            let ask = world.ask("DELETE", format!("{}/auth/me", tree.prefix())).json(json!({"password": password}));
            ask.header("Authorization", &bearer).go()
        };
        assert_eq!(erase("wrong horse").await.code(), "UNAUTHORIZED");
        let erased = erase(PASSWORD).await;
        assert_eq!(erased.status, if tree == Tree::Api { 200 } else { 204 }, "{erased:?}");
        assert!(!is_good(&world, &anna["access_token"]).await);
        let login = world.post("/api/auth/login", json!({"username": "anna", "password": PASSWORD})).go().await;
        assert_eq!(login.code(), "UNAUTHORIZED");
        // Those who stay own the group now, and can read what was said.
        let chat = world.get(format!("/api/chats/{group}")).by(&boris).go().await.body;
        assert_eq!(chat["data"]["members_count"], 1, "{chat}");
        for source in ["messages", "poll"] {
            let page = world.get(format!("/api/chats/{group}/{source}")).by(&boris).go().await.body;
            let message = &page["data"][0];
            let nobody = json!({"id": user.id.number(), "name": "", "avatar": ""});
            assert_eq!((&message["content"], &message["user"]), (&json!("my words"), &nobody), "{source}");
        }
        // The direct chat can still be read.
        assert_eq!(world.get(format!("/api/chats/{direct}/messages")).by(&boris).go().await.status, 200);
        let send = world.post(format!("/api/chats/{direct}/messages"), json!({"content": "?"})).by(&boris).go().await;
        assert_eq!(send.code(), "CONFLICT");
        assert_eq!(open().await.code(), "USER_NOT_FOUND");
        let found = world.get("/api/users?query=an").by(&boris).go().await;
        assert_eq!(found.body["data"], json!([]));
        // The name is free.
        registered(&world, "anna").await;
    }
}

//! Register, log in, stay logged in, log out.

use chat_domain::Rate;
use chat_protocol::rest::Tree;
use chat_transport::app::ServerSettings;
use serde_json::json;

use crate::world::World;

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

    // One token is good everywhere.
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
        // What is not said stays.
        let said = change(json!({})).await;
        assert_eq!(said.body, me.body);
        let page = world.get(format!("/api/chats/{room}/poll")).by(&boris).go().await;
        assert_eq!((&page.body["source"], &page.body["data"][0]["user"]["name"]), (&json!("cache"), &json!(name)));
        assert_eq!(change(json!({"name": ""})).await.body["data"]["name"], "anna");
        assert_eq!(change(json!({"name": 1})).await.code(), "INVALID_DATA");
    }
}

//! Attacks on log-ins: whoever comes from another address still gets in.

use std::cell::Cell;

use chat_domain::Rate;
use chat_transport::account::secret::Secret;
use chat_transport::address::{Proxies, Source};
use chat_transport::app::ServerSettings;
use futures_util::future::join_all;
use serde_json::json;

use crate::world::{Said, World};

const PASSWORD: &str = "correct horse";
/// How many may wait for hashing.
const WAITING: usize = 8;
const MANY: Rate = Rate { per_second: 1_000_000, burst: 1_000_000 };

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_one_address_keeps_nobody_else_out() {
    let mut settings = ServerSettings { waiting_logins: WAITING, ..ServerSettings::default() };
    settings.rates.addresses = MANY;
    let world = World::with(settings).await;
    register(&world, "anna").await;
    // The attackers go on until the owner is in; one that is refused at once comes again.
    let (is_in, names, served) = (Cell::new(false), Cell::new(0), Cell::new(0));
    let crowd = join_all((0..30).map(async |_| {
        let mut away = 0;
        while !is_in.get() {
            // Each name only once, since a name has a limit of its own.
            let name = names.replace(names.get() + 1);
            let said = login(&world, &format!("nobody{name}"), 1).await;
            if said.status == 503 {
                assert_eq!((said.code(), said.header("retry-after")), ("UNAVAILABLE", Some("5")));
                away += 1;
                tokio::task::yield_now().await;
            } else {
                assert_eq!(said.status, 401);
                served.set(served.get() + 1);
            }
        }
        away
    }));
    let owner = async {
        while world.app.passwords.waiting() < WAITING {
            tokio::task::yield_now().await;
        }
        let before = served.get();
        let said = login(&world, "anna", 2).await;
        is_in.set(true);
        (said.status, served.get() - before)
    };
    let (away, (status, served)) = tokio::join!(crowd, owner);
    assert_eq!(status, 200);
    assert!(served < WAITING, "it waited for the whole crowd: {served} came before it");
    assert!(away.iter().sum::<usize>() > 0, "nobody was sent away");
    assert_eq!(world.app.passwords.waiting(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_in_registering_and_refreshing_share_the_measure_of_an_address() {
    let mut settings = ServerSettings::default();
    settings.rates.addresses = Rate { per_second: 1, burst: 3 };
    let world = World::with(settings).await;
    let statuses = [
        login(&world, "nobody", 1).await.status,
        world.post("/api/v1/auth/refresh", json!({"refresh_token": "made up"})).go().await.status,
        login(&world, "somebody", 1).await.status,
    ];
    assert_eq!(statuses, [401; 3]);
    let refused = [
        login(&world, "anybody", 1).await,
        world.post("/api/auth/register", json!({"username": "anna", "password": PASSWORD})).go().await,
        world.post("/api/v2/auth/refresh", json!({"refresh_token": "made up"})).go().await,
    ];
    // On a busy machine a second may have passed, which allows one more.
    assert!(refused.iter().filter(|said| said.status == 429).count() >= 2, "{refused:?}");
    assert_eq!(login(&world, "anybody", 2).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_an_account_under_attack_gets_in_through_the_same_proxy() {
    let proxies = Proxies::new(vec!["127.0.0.9".parse().expect("an address")]);
    let mut settings = ServerSettings { proxies, ..ServerSettings::default() };
    settings.rates.logins = Rate { per_second: 1, burst: 2 };
    let world = World::with(settings).await;
    register(&world, "anna").await;
    let through = |proxy: u8, client: &str, password: &str| {
        let body = json!({"username": "anna", "password": password});
        world.post("/api/auth/login", body).header("X-Forwarded-For", client).from(proxy).go()
    };
    let attack = join_all((0..6).map(|_| through(9, "203.0.113.66", "guessed wrong"))).await;
    assert!(attack.iter().any(|said| said.status == 429), "{attack:?}");
    assert_eq!(through(9, "198.51.100.7", PASSWORD).await.status, 200);
    // Somebody who is not a trusted proxy can write anything into the header.
    let lies = join_all((0..6).map(|number| through(1, &format!("198.51.100.{number}"), "guessed wrong"))).await;
    assert!(lies.iter().any(|said| said.status == 429), "{lies:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_says_whether_the_cookie_is_for_tls_only() {
    let proxies = Proxies::new(vec!["127.0.0.9".parse().expect("an address")]);
    let world = World::with(ServerSettings { proxies, ..ServerSettings::default() }).await;
    for (number, from, secure) in [(1, 9, true), (2, 1, false)] {
        let body = json!({"username": format!("anna{number}"), "password": PASSWORD});
        let said = world.post("/api/auth/register", body).header("X-Forwarded-Proto", "https").from(from).go().await;
        let cookie = said.header("set-cookie").expect("a cookie");
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_registers_where_the_operator_does_not_want_it() {
    let mut settings = ServerSettings::default();
    settings.http.registration = false;
    let world = World::with(settings).await;
    let said = world.post("/api/auth/register", json!({"username": "anna", "password": PASSWORD})).go().await;
    assert_eq!((said.status, said.code()), (403, "FORBIDDEN"));
    let home = Source::of([127, 0, 0, 1].into());
    let password = world.app.passwords.hash(home, Secret::new(PASSWORD)).await.expect("a hash");
    let new =
        chat_domain::directory::NewAccount { username: "anna".into(), name: None, avatar: String::new(), password };
    world.app.directory.register(new).await.expect("an account");
    assert_eq!(login(&world, "anna", 1).await.status, 200);
}

async fn register(world: &World, name: &str) {
    let said = world.post("/api/auth/register", json!({"username": name, "password": PASSWORD})).from(3).go().await;
    assert_eq!(said.status, 201, "{said:?}");
}

async fn login(world: &World, name: &str, from: u8) -> Said {
    world.post("/api/auth/login", json!({"username": name, "password": PASSWORD})).from(from).go().await
}

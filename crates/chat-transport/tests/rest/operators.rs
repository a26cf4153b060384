//! The operators' API.

use chat_domain::{Command, Order, Outcome, RoomId, Time, UserId};
use chat_transport::account::secret::Secret;
use chat_transport::app::ServerSettings;
use chat_transport::operators::{OperatorSettings, Setting};
use serde_json::{Value as Json, json};

use crate::world::{Ask, Said, World};

const TOKEN: &str = "a token of operators";

fn settings(open: bool) -> ServerSettings {
    let of = |name: &str, value: &str| Setting { name: name.into(), value: value.into(), from: "default".into() };
    let operators = OperatorSettings {
        token: Some(Secret::new(TOKEN)),
        open,
        in_force: vec![of("drain", "5s"), of("api_key", "…")].into(),
    };
    ServerSettings { operators, ..ServerSettings::default() }
}

async fn asked(ask: Ask<'_>) -> Said {
    ask.header("Authorization", &format!("Bearer {TOKEN}")).go().await
}

async fn done(world: &World, actor: UserId, command: Command) -> RoomId {
    let order = Order { actor, at: Time::from_secs(1_767_960_000), command, origin: None };
    match world.app.journal.execute(order).await.expect("an outcome") {
        Outcome::Happened(event) => event.room,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_looks_without_a_token_where_others_can_reach_it_and_nobody_changes_anything_without() {
    let (open, closed) = (World::of_operators(settings(true)).await, World::of_operators(settings(false)).await);
    for path in ["overview", "nodes", "settings", "connections", "rooms", "users"] {
        let at = format!("/admin/api/{path}");
        // These tests ask by a host name, as a page elsewhere could, and not by an address.
        assert_eq!(open.get(at.as_str()).go().await.status, 401);
        assert_eq!(closed.get(at.as_str()).go().await.status, 401);
        let wrong = open.get(at.as_str()).header("Authorization", "Bearer wrong").go().await;
        assert_eq!((wrong.status, wrong.code()), (401, "UNAUTHORIZED"));
        let said = asked(closed.get(at)).await;
        assert_eq!((said.status, &said.body["missing"]), (200, &json!([])), "{path}: {said:?}");
    }
    let without = ServerSettings { operators: OperatorSettings::default(), ..ServerSettings::default() };
    let without = World::of_operators(without).await;
    assert_eq!(asked(without.get("/admin/api/overview")).await.status, 403);
    assert_eq!(asked(closed.get("/admin/api/nothing")).await.status, 404);
    assert_eq!(asked(closed.ask("PUT", "/admin/api/overview")).await.status, 405);
    assert_eq!(closed.ask("OPTIONS", "/admin/api/overview").go().await.status, 405, "no page elsewhere asks here");
}

#[tokio::test]
async fn people_rooms_and_settings_are_found() {
    let world = World::of_operators(settings(false)).await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let made = Command::CreateGroup { title: "Чай и Tea".into(), members: vec![boris.id], client_id: None };
    let room = done(&world, anna.id, made).await;
    let uuid = room.uuid().to_string();
    for query in ["%D1%87%D0%B0%D0%B9", "tea", uuid.as_str(), "1", ""] {
        let found = asked(world.get(format!("/admin/api/rooms?query={query}"))).await;
        assert_eq!(found.body["data"][0]["id"], json!(uuid), "{query}");
        assert_eq!(found.body["data"][0]["messages_count"], 0);
    }
    assert_eq!(asked(world.get("/admin/api/rooms?query=coffee")).await.body["data"], json!([]));
    let shown = asked(world.get(format!("/admin/api/rooms/{uuid}"))).await.body;
    let members = shown["data"]["members"].as_array().expect("members");
    assert_eq!((members.len(), &members[0]["role"], &members[0]["username"]), (2, &json!("owner"), &json!("anna")));
    assert_eq!(asked(world.get("/admin/api/rooms/77")).await.code(), "CHAT_NOT_FOUND");
    for query in ["an", "ANNA", "1", anna.id.uuid().to_string().as_str()] {
        let found = asked(world.get(format!("/admin/api/users?query={query}"))).await.body;
        assert_eq!(found["data"][0]["username"], "anna", "{query}");
    }
    let shown = asked(world.get("/admin/api/users/anna")).await.body;
    assert_eq!(
        (&shown["data"]["id"], &shown["data"]["is_online"]),
        (&json!(anna.id.uuid().to_string()), &json!(false))
    );
    assert_eq!(shown["data"]["rooms"][0]["id"], json!(uuid));
    assert_eq!(asked(world.get("/admin/api/users/nobody")).await.code(), "USER_NOT_FOUND");
    let in_force = asked(world.get("/admin/api/settings")).await.body;
    assert_eq!(in_force["data"][1], json!({"name": "api_key", "value": "…", "from": "default"}));
}

#[tokio::test]
async fn it_is_said_how_far_a_message_came_with_somebody() {
    let world = World::of_operators(settings(false)).await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    world.user("carla").await;
    let room = done(&world, anna.id, Command::OpenDirect { with: boris.id }).await;
    let draft = chat_domain::Draft::text("hello".to_owned());
    done(&world, anna.id, Command::Send { room, draft, client_id: None }).await;
    let facts = |user: &'static str| {
        let world = &world;
        async move {
            let said = asked(world.get(format!("/admin/api/explain?user={user}&message=1"))).await;
            let facts = said.body["data"]["facts"].as_array().expect("facts").clone();
            let names: Vec<_> = facts.iter().map(|fact| fact["fact"].as_str().unwrap_or_default().to_owned()).collect();
            let known = ["member_since", "message", "delivered", "read", "sockets", "closings"];
            let known = known.into_iter().chain(["mute", "ban", "block", "notify", "push"]).collect::<Vec<_>>();
            assert_eq!(names, known);
            facts
        }
    };
    let before = facts("boris").await;
    assert_eq!(before[0]["at"], "2026-01-09T12:00:00.000000Z");
    assert_eq!((&before[1]["seq"], &before[1]["chat_id"]), (&json!(2), &json!(room.uuid().to_string())));
    assert_eq!(
        (&before[2]["reached"], &before[3]["reached"], &before[3]["at"]),
        (&json!(false), &json!(false), &Json::Null)
    );
    done(&world, boris.id, Command::Read { room, upto: None }).await;
    let after = facts("boris").await;
    assert_eq!((&after[2]["reached"], &after[3]["reached"]), (&json!(true), &json!(true)));
    assert_eq!(after[3]["at"], "2026-01-09T12:00:00.000000Z");
    let stranger = facts("carla").await;
    assert_eq!((&stranger[0]["at"], &stranger[3]["reached"]), (&Json::Null, &json!(false)));
    assert_eq!((&stranger[4]["sockets"], &stranger[5]["closings"]), (&json!([]), &json!([])));
    assert_eq!((&after[9]["level"], &stranger[9]["level"]), (&json!("all"), &Json::Null));
    assert_eq!(after[10]["subscriptions"], json!([]));
    let said = asked(world.get("/admin/api/explain?user=anna&message=77")).await;
    assert_eq!(said.code(), "MESSAGE_NOT_FOUND");
    assert_eq!(asked(world.get("/admin/api/explain?user=anna")).await.code(), "INVALID_DATA");
}

//! Notifications, as their user sees them.

use chat_domain::{NotificationKind, Time, Value, notification::NewNotification};
use serde_json::json;

use crate::world::{User, World};

async fn notify(world: &World, user: &User, title: &str) -> String {
    let new = NewNotification {
        user: user.id,
        kind: NotificationKind::Mention,
        title: title.into(),
        body: "b".into(),
        data: Value::empty(),
        client_id: None,
    };
    let (notification, _) = world.app.journal.notify(new, Time::from_secs(1)).await.expect("a notification");
    notification.id.uuid().to_string()
}

#[tokio::test]
async fn they_are_listed_read_once_and_read_all_at_once() {
    let world = World::new().await;
    let (anna, boris) = (world.user("anna").await, world.user("boris").await);
    let mut ids = Vec::new();
    for title in ["one", "two", "three"] {
        ids.push(notify(&world, &anna, title).await);
    }
    let list = |query: &str| world.get(format!("/api/v2/notifications{query}")).by(&anna).go();
    let page = list("?limit=2").await;
    let titles = |said: &crate::world::Said| -> Vec<String> {
        said.body["data"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((titles(&page), &page.body["next_before"]), (vec!["three".into(), "two".into()], &json!(ids[1])));
    assert_eq!(
        page.body["data"][0],
        json!({
            "id": ids[2], "type": "mention", "title": "three", "body": "b", "data": {},
            "created_at": "1970-01-01T00:00:01Z", "is_read": false,
        })
    );
    let rest = list(&format!("?limit=2&before_id={}", ids[1])).await;
    assert_eq!((titles(&rest), rest.body["next_before"].is_null()), (vec!["one".to_owned()], true));

    assert!(list("?limit=3").await.body["next_before"].is_null());

    let read = |by: &User, id: &str| world.post(format!("/api/v2/notifications/{id}/read"), json!({})).by(by).go();
    let first = read(&anna, &ids[0]).await;
    assert_eq!((first.status, &first.body["data"]["is_read"]), (200, &json!(true)));
    assert_eq!(first.body["data"]["notification_id"], json!(ids[0]));
    assert_eq!(read(&anna, &ids[0]).await.body, first.body);
    for (by, id) in [(&boris, ids[1].as_str()), (&anna, "x"), (&anna, "63686174-0003-8000-8000-000000000001")] {
        let said = read(by, id).await;
        assert_eq!((said.status, said.code()), (404, "NOTIFICATION_NOT_FOUND"), "{id}");
    }
    assert_eq!(titles(&list("?is_read=false").await), ["three", "two"]);
    assert_eq!(titles(&list("?is_read=true").await), ["one"]);
    assert_eq!(list("?is_read=maybe").await.code(), "INVALID_DATA");
    let all = || world.post("/api/v2/notifications/read_all", json!({})).by(&anna).go();
    assert_eq!(all().await.body["data"], json!({"updated": 2}));
    assert_eq!(all().await.body["data"], json!({"updated": 0}));
}

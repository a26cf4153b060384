//! Messages in each tree: reading, sending, changing and marking them.

use chat_domain::{MessageId, Rate, RoomId};
use chat_protocol::rest::Tree;
use chat_transport::app::ServerSettings;
use serde_json::{Value as Json, json};

use crate::world::{Said, User, World};

struct Room {
    world: World,
    anna: User,
    boris: User,
    tree: Tree,
    path: String,
}

impl Room {
    async fn new(tree: Tree) -> Room {
        let world = World::new().await;
        let (anna, boris) = (world.user("anna").await, world.user("boris").await);
        let id = world.group(&[&anna, &boris]).await;
        let path = match tree {
            Tree::Api => format!("/api/chats/{id}"),
            _ => format!("{}/chats/{}", tree.prefix(), RoomId::new(id).unwrap().uuid()),
        };
        Room { world, anna, boris, tree, path }
    }

    async fn send(&self, by: &User, body: Json) -> Said {
        self.world.post(format!("{}/messages", self.path), body).by(by).go().await
    }

    async fn ask(&self, method: &'static str, path: &str, by: &User, body: Json) -> Said {
        self.world.ask(method, format!("{}/{path}", self.path)).json(body).by(by).go().await
    }

    fn message(&self, number: i64) -> String {
        match self.tree {
            Tree::Api => number.to_string(),
            _ => MessageId::new(number).unwrap().uuid().to_string(),
        }
    }
}

#[tokio::test]
async fn a_message_is_sent_read_edited_liked_and_deleted() {
    for tree in Tree::ALL {
        let room = Room::new(tree).await;
        let (anna, boris) = (&room.anna, &room.boris);
        let sent = room.send(anna, json!({"content": "hi"})).await;
        // The client of dialect 1 checks for exactly 200.
        assert_eq!(sent.status, if tree == Tree::Api { 200 } else { 201 }, "{sent:?}");
        let id = room.message(1);
        let one = format!("messages/{id}");
        assert_eq!(sent.body["data"]["id"].to_string().trim_matches('"'), id);
        assert_eq!(room.ask("GET", &one, boris, json!({})).await.body["data"], sent.body["data"]);

        let edit = |by, words: &'static str| room.ask("PATCH", &one, by, json!({"content": words}));
        assert_eq!(edit(boris, "hello").await.code(), "FORBIDDEN");
        for _ in 0..2 {
            let edited = edit(anna, "hello").await;
            assert_eq!((edited.status, &edited.body["data"]["content"]), (200, &json!("hello")));
        }

        let like = format!("{one}/like");
        for _ in 0..2 {
            let liked = room.ask("PUT", &like, boris, json!({})).await;
            let data = json!({"likes_count": 1, "liked_by": [boris.spelled(tree)]});
            assert_eq!((liked.status, &liked.body["data"]), (200, &data));
        }
        let likes = room.ask("GET", &format!("{one}/likes"), anna, json!({})).await;
        assert_eq!(likes.body["data"][0]["user_id"], boris.spelled(tree));
        let unliked = room.ask("DELETE", &like, boris, json!({})).await;
        assert_eq!(unliked.body["data"], json!({"likes_count": 0, "liked_by": []}));

        let read = room.ask("POST", "read", boris, json!({})).await;
        let upto = sent.body["data"]["id"].clone();
        assert_eq!((read.status, &read.body["data"]), (200, &json!({"last_message_id": upto, "unread_count": 0})));
        let readers = room.ask("GET", &format!("{one}/readers"), anna, json!({})).await;
        assert_eq!(readers.body["data"][0]["user_id"], boris.spelled(tree));

        assert_eq!(room.ask("DELETE", &one, boris, json!({})).await.code(), "FORBIDDEN");
        let deleted = room.ask("DELETE", &one, anna, json!({})).await;
        assert_eq!(deleted.status, if tree == Tree::Api { 200 } else { 204 });
        for method in ["GET", "DELETE", "PATCH"] {
            let gone = room.ask(method, &one, anna, json!({"content": "x"})).await;
            assert_eq!((gone.status, gone.code()), (404, "MESSAGE_NOT_FOUND"), "{method}");
        }
    }
}

#[tokio::test]
async fn the_same_name_sends_one_message_and_another_content_conflicts() {
    for tree in Tree::ALL {
        let room = Room::new(tree).await;
        let send = |content: &str| room.send(&room.anna, json!({"content": content, "client_id": "c1"}));
        let (first, again) = (send("hi").await, send("hi").await);
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        let other = send("bye").await;
        assert_eq!((other.status, other.code()), (409, "CONFLICT"));
        assert_eq!(other.body["message_id"], first.body["data"]["id"]);
        let page = room.ask("GET", "messages", &room.boris, json!({})).await;
        assert_eq!(page.body["data"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn history_is_paged_both_ways_and_carries_its_cursor() {
    let room = Room::new(Tree::Api).await;
    for number in 1..=5 {
        room.send(&room.anna, json!({"content": number.to_string()})).await;
    }
    let page = |query: &str| room.world.get(format!("{}/messages?{query}", room.path)).by(&room.boris).go();
    let ids = |said: &Said| -> Vec<i64> {
        said.body["data"].as_array().unwrap().iter().map(|message| message["id"].as_i64().unwrap()).collect()
    };
    let newest = page("limit=2").await;
    assert_eq!((ids(&newest), &newest.body["next_before"]), (vec![4, 5], &json!(4)));
    assert!(newest.body["cursor"].is_string() && newest.body["status"] == "success");
    let older = page("limit=2&before_id=4").await;
    assert_eq!((ids(&older), &older.body["next_before"]), (vec![2, 3], &json!(2)));
    let oldest = page("limit=2&before_id=2").await;
    assert_eq!((ids(&oldest), &oldest.body["next_before"]), (vec![1], &Json::Null));
    assert_eq!(ids(&page("limit=2&after_id=2").await), [3, 4]);
}

#[tokio::test]
async fn the_typed_trees_keep_types_and_metadata() {
    let room = Room::new(Tree::V2).await;
    let photo = json!({"type": "photo", "content": "https://a.test/b.jpg", "metadata": {"width": 3, "height": 4}});
    let sent = room.send(&room.anna, photo).await;
    assert_eq!((sent.status, &sent.body["data"]["metadata"]), (201, &json!({"width": 3, "height": 4})), "{sent:?}");
    let bad = room.send(&room.anna, json!({"type": "photo", "content": "no address"})).await;
    assert_eq!((bad.status, bad.code()), (422, "INVALID_DATA"));

    let room = Room::new(Tree::V1).await;
    let photo = json!({"type": "photo", "media_url": "https://a.test/b.jpg", "content": "look"});
    let sent = room.send(&room.anna, photo).await;
    let data = &sent.body["data"];
    assert_eq!((&data["media_url"], &data["content"]), (&json!("https://a.test/b.jpg"), &json!("")), "{sent:?}");
    assert_eq!(data.as_object().unwrap().len(), 16);
}

#[tokio::test]
async fn reading_moves_forward_only() {
    let room = Room::new(Tree::Api).await;
    let read = |body: Json| room.ask("POST", "read", &room.boris, body);
    let empty = read(json!({})).await;
    assert_eq!(empty.body["data"], json!({"last_message_id": null, "unread_count": 0}));
    for content in ["1", "2", "3"] {
        room.send(&room.anna, json!({"content": content})).await;
    }
    assert_eq!(read(json!({"message_id": 2})).await.body["data"], json!({"last_message_id": 2, "unread_count": 1}));
    assert_eq!(read(json!({"message_id": 1})).await.body["data"], json!({"last_message_id": 2, "unread_count": 1}));
    assert_eq!(read(json!({"message_id": 99})).await.code(), "MESSAGE_NOT_FOUND");
    assert_eq!(read(json!({"message_id": "2"})).await.code(), "INVALID_DATA");
    assert_eq!(read(json!({})).await.body["data"], json!({"last_message_id": 3, "unread_count": 0}));
}

#[tokio::test]
async fn typing_has_no_answer_of_its_own() {
    for tree in Tree::ALL {
        let room = Room::new(tree).await;
        let said = room.ask("POST", "typing", &room.anna, json!({"is_typing": true})).await;
        assert_eq!(said.status, if tree == Tree::Api { 200 } else { 204 });
        assert_eq!(room.ask("POST", "typing", &room.anna, json!({})).await.code(), "INVALID_DATA");
    }
}

#[tokio::test]
async fn whoever_sends_too_fast_is_told_to_wait() {
    let mut settings = ServerSettings::default();
    settings.rates.messages = Rate { per_second: 1, burst: 2 };
    let world = World::with(settings).await;
    let anna = world.user("anna").await;
    let room = world.group(&[&anna]).await;
    world.message(&anna, room, "1").await;
    world.message(&anna, room, "2").await;
    let said =
        world.post(format!("/api/v1/chats/{}/messages", RoomId::new(room).unwrap().uuid()), json!({"content": "3"}));
    let said = said.by(&anna).go().await;
    assert_eq!((said.status, said.code()), (429, "RATE_LIMIT"));
    assert!(said.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
}

#[tokio::test]
async fn people_react_with_any_emoji_and_a_like_is_one_of_them() {
    for tree in Tree::ALL {
        let room = Room::new(tree).await;
        let (anna, boris) = (&room.anna, &room.boris);
        room.send(anna, json!({"content": "hi"})).await;
        let one = format!("messages/{}", room.message(1));
        let react =
            async |method, by, emoji: &str| room.ask(method, &format!("{one}/reactions/{emoji}"), by, json!({})).await;
        let list = async |query: &str| room.ask("GET", &format!("{one}/reactions?{query}"), boris, json!({})).await;
        let tally = |emoji: &str, count: u32, mine: bool| json!({"emoji": emoji, "count": count, "mine": mine});
        // Repeated, it counts once.
        for _ in 0..2 {
            let said = react("PUT", boris, "%F0%9F%91%8D").await;
            let data = json!({"emoji": "👍", "count": 1, "reactions": [tally("👍", 1, true)]});
            assert_eq!((said.status, &said.body["data"]), (200, &data));
        }
        // U+2764 without a variation selector is the like, too.
        let said = react("PUT", anna, "%E2%9D%A4").await;
        let both = json!([tally("👍", 1, false), tally("❤️", 1, true)]);
        assert_eq!((&said.body["data"]["emoji"], &said.body["data"]["reactions"]), (&json!("❤️"), &both));
        assert_eq!(room.ask("PUT", &format!("{one}/like"), boris, json!({})).await.body["data"]["likes_count"], 2);

        let asked = room.ask("GET", &format!("{one}?features=x,reactions"), anna, json!({})).await;
        assert_eq!(asked.body["data"]["reactions"], json!([tally("👍", 1, false), tally("❤️", 2, true)]));
        let plain = room.ask("GET", &one, anna, json!({})).await;
        assert!(plain.body["data"].get("reactions").is_none(), "{plain:?}");

        let first = list("limit=1").await;
        assert_eq!((&first.body["data"][0]["emoji"], first.body["data"].as_array().unwrap().len()), (&json!("👍"), 1));
        let after = first.body["next_after"].as_u64().unwrap();
        let rest = list(&format!("after={after}")).await;
        assert_eq!((rest.body["data"].as_array().unwrap().len(), &rest.body["next_after"]), (2, &Json::Null));
        let thumbs = list("emoji=%F0%9F%91%8D").await;
        assert_eq!(thumbs.body["data"][0]["user_id"], boris.spelled(tree));

        let gone = react("DELETE", boris, "%F0%9F%91%8D").await;
        assert_eq!((gone.status, &gone.body["data"]["count"]), (200, &json!(0)));
        assert_eq!(react("PUT", boris, "hello").await.code(), "INVALID_DATA");
    }
}

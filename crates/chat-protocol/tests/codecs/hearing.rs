//! What frames say where the wire contract goes beyond the documents: additions, audiences, answers.

use chat_domain::*;
use chat_protocol::*;
use serde_json::{Value as Json, json};

use crate::toy::*;

const TIME: &str = "2026-01-09T12:00:00Z";

/// Returns the objects that a viewer is sent.
fn hears(entrance: Entrance, viewer: i64, news: &News) -> Vec<Json> {
    heard(entrance, news, viewer).iter().map(|frame| object(entrance, frame)).collect()
}

fn uuid(id: impl Fn(i64) -> Uuid, number: i64) -> String {
    id(number).to_string()
}

fn person_uuid(number: i64) -> String {
    uuid(|n| user(n).uuid(), number)
}

fn chat_uuid() -> String {
    room(123).uuid().to_string()
}

fn the_message() -> String {
    message_id(456).uuid().to_string()
}

#[test]
fn the_additions_of_dialect_1() {
    let data = |news: &News| hears(Entrance::Sse, 1, news)[0]["data"].clone();
    let time = "2026-01-09T12:00:00.000000Z";
    let anna = json!({"id": 2, "name": "Анна", "avatar": "https://..."});
    let now = json!({"id": 456, "content": "Now", "user": anna, "created_at": time, "edited_at": time});
    assert_eq!(data(&edited("Now")), now);
    assert_eq!(data(&deleted()), json!({"id": 456}));
    let like = Change::Liked { message: message_id(456), likes: likes(2) };
    assert_eq!(data(&news(crate::toy::anna(), like)), json!({"id": 456, "user_id": 2, "likes_count": 2}));
    let read = news(crate::toy::anna(), Change::Read(reached(&[1, 3], &[2])));
    assert_eq!(data(&read), json!({"user_id": 2, "last_message_id": 456, "read_at": time}));
    assert_eq!(data(&typing(false)), json!({"user_id": 2, "name": "Анна", "is_typing": false}));
    let removed = news(crate::toy::anna(), Change::Removed { person: crate::toy::anna(), heir: None });
    assert_eq!(data(&removed), json!({"user": anna}));
}

#[test]
fn a_stream_event_cannot_be_forged_by_its_words() {
    let news = sent(text("a\n\ndata: {}\r\rid: 1\u{2028}\u{0}"));
    let frames = encoded(Entrance::Sse, true, Audience::Everyone, &news);
    let lines: Vec<_> = frames[0].split(['\n', '\r']).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[0], "id: e.7b.5.3");
    assert!(lines[1].starts_with("data: {"), "{lines:?}");
    assert_eq!(lines[2..], ["", ""]);
    assert_eq!(object(Entrance::Sse, &frames[0])["data"]["content"], "a\n\ndata: {}\r\rid: 1\u{2028}\u{0}");
}

#[test]
fn the_additions_of_dialect_2() {
    let one = |news: &News| hears(Entrance::Multiplexed, 1, news).remove(0);
    let unlike = news(anna(), Change::Unliked { message: message_id(456), likes: likes(0) });
    assert_eq!(
        one(&unlike),
        json!({"type": "message_unliked", "chat_id": 123, "message_id": 456, "user_id": 2, "likes_count": 0, "timestamp": TIME})
    );
    let added = news(reader(), Change::Added { person: anna() });
    assert_eq!(one(&added), json!({"type": "member_added", "chat_id": 123, "user_id": 2, "timestamp": TIME}));
    let last = json!({"id": 456, "content": "Hi", "sender_id": 2, "created_at": TIME, "message_type": "text"});
    let mut updated =
        json!({"type": "chat_updated", "chat_id": 123, "unread_count": 7, "last_message": last, "timestamp": TIME});
    assert_eq!(one(&summary(Some(text("Hi")))), updated);
    updated["last_message"] = Json::Null;
    assert_eq!(one(&summary(None)), updated);
}

#[test]
fn moods_are_seen_in_dialect_2_only_and_looking_gone_everywhere() {
    for (mood, word) in [(Mood::Away, "away"), (Mood::Busy, "busy")] {
        assert_eq!(hears(Entrance::Multiplexed, 1, &presence(true, mood))[0]["status"], word);
        assert_eq!(hears(Entrance::SocketIo, 1, &presence(true, mood))[0]["online"], true);
    }
    let gone = presence(true, Mood::Offline);
    assert_eq!(hears(Entrance::Multiplexed, 1, &gone)[0]["type"], "user_offline");
    assert_eq!(hears(Entrance::Room(Lang::Russian), 1, &gone)[0]["is_online"], false);
    assert_eq!(hears(Entrance::Roulette, 1, &gone)[0]["payload"]["is_online"], false);
    assert_eq!(kind(Entrance::SocketIo, &heard(Entrance::SocketIo, &gone, 1)[0]), "user:offline");
}

#[test]
fn the_additions_of_dialect_3() {
    let one = |viewer, news: &News| hears(Entrance::Room(Lang::Russian), viewer, news).remove(0);
    assert_eq!(
        one(1, &edited("Now")),
        json!({"type": "message_edited", "message_id": 456, "message": "Now", "user_id": 2, "username": "anotheruser", "timestamp": TIME})
    );
    assert_eq!(one(1, &deleted()), json!({"type": "message_deleted", "message_id": 456, "user_id": 2}));
    let like = news(anna(), Change::Liked { message: message_id(456), likes: likes(1) });
    assert_eq!(
        one(1, &like),
        json!({"type": "message_liked", "message_id": 456, "user_id": 2, "username": "anotheruser", "likes_count": 1})
    );
    let read = news(anna(), Change::Read(reached(&[1], &[2])));
    assert_eq!(
        one(1, &read),
        json!({"type": "messages_read", "room_id": 123, "user_id": 2, "username": "anotheruser", "timestamp": TIME})
    );
    // The reader is told on every socket, including the one that asked, and in other words.
    assert_eq!(one(2, &read), json!({"type": "messages_marked_read", "room_id": 123}));
    let removed = news(anna(), Change::Removed { person: anna(), heir: None });
    assert_eq!(one(1, &removed), json!({"type": "member_removed", "user_id": 2, "username": "anotheruser"}));
}

#[test]
fn dialect_3_speaks_russian_and_english() {
    let says = |lang, online| hears(Entrance::Room(lang), 1, &presence(online, Mood::Online))[0]["message"].clone();
    assert_eq!(says(Lang::Russian, true), "anotheruser в сети");
    assert_eq!(says(Lang::Russian, false), "anotheruser не в сети");
    assert_eq!(says(Lang::English, true), "anotheruser is online");
    assert_eq!(says(Lang::English, false), "anotheruser is offline");
}

#[test]
fn how_far_a_message_got_depends_on_who_looks_in_dialect_4() {
    let with = |status| {
        let reception = Reception { status, ..Reception::default() };
        news(anna(), Change::Sent { message: text("Hi").into(), reception })
    };
    for (status, author, others) in [
        (Status::Sent, "sent", "delivered"),
        (Status::Delivered, "delivered", "delivered"),
        (Status::Read, "read", "read"),
    ] {
        assert_eq!(hears(Entrance::Roulette, 2, &with(status))[0]["payload"]["status"], author);
        assert_eq!(hears(Entrance::Roulette, 1, &with(status))[0]["payload"]["status"], others);
        assert_eq!(hears(Entrance::SocketIo, 1, &with(status))[0]["status"], author);
        let is_read = status == Status::Read;
        assert_eq!(hears(Entrance::Room(Lang::Russian), 1, &with(status))[0]["is_read"], is_read);
    }
}

#[test]
fn dialect_4_puts_addresses_into_media_url() {
    // Clients that do not ask for files are told a file as a text.
    for kind in MessageKind::ALL.into_iter().filter(|kind| *kind != MessageKind::File) {
        let payload = &hears(Entrance::Roulette, 1, &sent(message(kind, "https://x/1")))[0]["payload"];
        let (content, media_url) = if kind.is_media() { ("", "https://x/1") } else { ("https://x/1", "") };
        assert_eq!((payload["content"].as_str(), payload["media_url"].as_str()), (Some(content), Some(media_url)));
        assert_eq!(payload["type"], kind.word());
    }
}

#[test]
fn dialect_4_tells_of_every_message_that_a_position_reached() {
    let read = news(anna(), Change::Read(reached(&[1, 3], &[5, 2])));
    for viewer in [1, 2, 3] {
        let frames = hears(Entrance::Roulette, viewer, &read);
        for (frame, id) in frames.iter().zip([451, 452]) {
            let payload = json!({"message_id": message_id(id).uuid().to_string(), "status": "read",
                "read_by": [person_uuid(5), person_uuid(2)], "read_at": TIME});
            assert_eq!(*frame, json!({"type": "message_status_update", "chat_id": chat_uuid(), "payload": payload}));
        }
        assert_eq!(frames.len(), 2);
    }
    let delivered = &hears(Entrance::Roulette, 1, &news(anna(), Change::Delivered(reached(&[1], &[]))))[0]["payload"];
    assert_eq!(delivered["status"], "delivered");
    assert_eq!(delivered["read_by"], json!([]));
    assert_eq!(delivered["read_at"], Json::Null);
}

#[test]
fn the_additions_of_dialect_4() {
    let frame = |kind, payload| json!({"type": kind, "chat_id": chat_uuid(), "payload": payload});
    let one = |news: &News| hears(Entrance::Roulette, 1, news).remove(0);
    let anna_is = |more: Json| {
        let mut object = json!({"user_id": person_uuid(2), "username": "anotheruser"});
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    assert_eq!(one(&typing(true)), frame("typing", anna_is(json!({"is_typing": true}))));
    let seen = anna_is(json!({"is_online": true, "last_seen": TIME}));
    assert_eq!(one(&presence(true, Mood::Away)), frame("user_status", seen));
    let added = news(reader(), Change::Added { person: anna() });
    let member = json!({"user": {"id": person_uuid(2), "username": "anotheruser"}});
    assert_eq!(one(&added), frame("member_added", member));
    let unlike = news(anna(), Change::Unliked { message: message_id(456), likes: likes(0) });
    let nobody = json!({"message_id": the_message(), "likes_count": 0, "liked_by": [], "liked_at": null});
    assert_eq!(one(&unlike), frame("message_unliked", nobody));
    let line = frame("chat_updated", json!({"unread_count": 7, "last_message": null}));
    assert_eq!(hears(Entrance::Personal, 1, &summary(None)), [line]);
}

#[test]
fn dialect_5_tells_authors_alone_how_far_their_messages_got() {
    let read = news(anna(), Change::Read(reached(&[1, 3, 1], &[2])));
    let frame = |id| {
        json!({"message_id": message_id(id).uuid().to_string(), "chat_id": chat_uuid(),
            "read_by": person_uuid(2), "read_at": TIME})
    };
    assert_eq!(hears(Entrance::SocketIo, 1, &read), [frame(451), frame(453)]);
    assert_eq!(hears(Entrance::SocketIo, 3, &read), [frame(452)]);
    assert_eq!(hears(Entrance::SocketIo, 2, &read), [Json::Null; 0]);
    assert_eq!(hears(Entrance::SocketIo, 4, &read), [Json::Null; 0]);
}

#[test]
fn the_additions_of_dialect_5() {
    let one = |news: &News| hears(Entrance::SocketIo, 1, news).remove(0);
    let about = |more: Json| {
        let mut object = json!({"chat_id": chat_uuid(), "message_id": the_message()});
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    assert_eq!(one(&edited("Now")), about(json!({"content": "Now", "edited_at": TIME})));
    assert_eq!(one(&deleted()), about(json!({"deleted_at": TIME})));
    let like = news(anna(), Change::Liked { message: message_id(456), likes: likes(3) });
    let liked = json!({"user_id": person_uuid(2), "user_name": "Анна", "likes_count": 3});
    assert_eq!(one(&like), about(liked));
    let added = news(reader(), Change::Added { person: anna() });
    let member = json!({"chat_id": chat_uuid(), "user_id": person_uuid(2), "user_name": "Анна"});
    assert_eq!(one(&added), member);
    let line = json!({"chat_id": chat_uuid(), "unread_count": 7, "last_message": null});
    assert_eq!(one(&summary(None)), line);
}

#[test]
fn the_roulette_is_heard_on_all_sockets_of_dialect_4_and_no_other() {
    for entrance in ENTRANCES {
        let hears_it = matches!(entrance, Entrance::Roulette | Entrance::Personal);
        assert_eq!(heard(entrance, &matched(), 1).len(), usize::from(hears_it));
        assert_eq!(heard(entrance, &left(), 1).len(), usize::from(hears_it));
    }
    // A person who was never seen leaving counts as last seen now, because the document has no null there.
    assert_eq!(hears(Entrance::Personal, 1, &matched())[0]["payload"]["user"]["last_seen"], TIME);
}

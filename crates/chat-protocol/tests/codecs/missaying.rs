//! The errors that clients are told about wrong frames.

use chat_domain::*;
use chat_protocol::request::Verb;
use chat_protocol::*;
use serde_json::{Value as Json, json};

use crate::saying::*;
use crate::toy::*;

#[test]
fn what_is_wrong_is_named() {
    let chat = chat();
    let io = |event: &str, argument: Json| (Entrance::SocketIo, json!([event, argument]).to_string());
    let flat = |frame: Json| (Entrance::Multiplexed, frame.to_string());
    for ((entrance, frame), expected) in [
        (flat(json!({})), "`type` is missing"),
        (flat(json!({"type": 1})), "`type` must be a string"),
        (flat(json!({"type": "shout"})), "unknown type `shout`"),
        (flat(json!({"type": "join_chat"})), "`chat_id` is missing"),
        (flat(json!({"type": "join_chat", "chat_id": "123"})), "`chat_id` must be an integer"),
        (flat(json!({"type": "join_chat", "chat_id": 1.5})), "`chat_id` must be an integer"),
        (flat(json!({"type": "join_chat", "chat_id": 0})), "`chat_id` must be a positive integer below 2^53"),
        (flat(json!({"type": "join_chat", "chat_id": 1u64 << 53})), "`chat_id` must be a positive integer below 2^53"),
        (
            flat(json!({"type": "join_chat", "chat_id": 1, "last_message_id": "1"})),
            "`last_message_id` must be the id of a message",
        ),
        (flat(json!({"type": "join_chat", "chat_id": 1, "cursor": 1})), "`cursor` must be a string"),
        (flat(json!({"type": "typing", "chat_id": 1})), "`is_typing` is missing"),
        (flat(json!({"type": "typing", "chat_id": 1, "is_typing": "yes"})), "`is_typing` must be true or false"),
        (flat(json!({"type": "status", "status": "gone"})), "`status` must be one of online, away, busy, offline"),
        (flat(json!({"type": "auth"})), "`token` is missing"),
        (flat(json!({"type": "edit_message", "chat_id": 1, "message_id": 2})), "`content` is missing"),
        (flat(json!({"type": "like_message", "chat_id": 1})), "`message_id` is missing"),
        (flat(json!({"type": "send_message", "chat_id": 1, "content": ["Hi"]})), "`content` must be a string"),
        (
            flat(json!({"type": "send_message", "chat_id": 1, "content": "Hi", "metadata": "no"})),
            "`metadata` must be an object",
        ),
        (
            flat(json!({"type": "send_message", "chat_id": 1, "content": "Hi", "message_type": "poem"})),
            "`message_type` must be one of text, photo, video, voice, file, location, profile_share, post_share, booking_proposal",
        ),
        (
            flat(json!({"type": "send_message", "chat_id": 1, "content": "Hi", "client_id": ""})),
            "`client_id` must be a string of 1 to 64 printable characters",
        ),
        (flat(json!(["ping"])), "the frame must be an object"),
        ((ROOM, json!({"type": "chat_message"}).to_string()), "`message` is missing"),
        ((Entrance::Bare, json!({"type": "text", "content": "Hi"}).to_string()), "unknown type `text`"),
        ((Entrance::Sse, "{}".into()), "a stream takes no frames"),
        ((Entrance::Roulette, json!({"type": "send_message"}).to_string()), "`payload` is missing"),
        ((Entrance::Roulette, json!({"type": "typing", "payload": []}).to_string()), "`payload` must be an object"),
        ((Entrance::Roulette, json!(["typing", {}]).to_string()), "the frame must be an object"),
        ((Entrance::Personal, json!({"type": "mark_read"}).to_string()), "the address names no `chat_id`"),
        (io("chat:join", json!({})), "`chat_id` is missing"),
        (io("chat:join", json!({"chat_id": 123})), "`chat_id` must be a UUID"),
        (io("chat:join", json!({"chat_id": "x"})), "`chat_id` must be a UUID"),
        (io("chat:join", json!({"chat_id": chat, "last_message_id": 1})), "`last_message_id` must be a UUID"),
        (io("chat:join", json!({"chat_id": chat, "last_message_id": 0})), "`last_message_id` must be a UUID"),
        (io("chat:message:like", json!({"chat_id": chat, "message_id": 1})), "`message_id` must be a UUID"),
        (
            (Entrance::Roulette, json!({"type": "mark_read", "payload": {"message_id": 1}}).to_string()),
            "`message_id` must be a UUID",
        ),
        (io("chat:shout", json!({})), "unknown event `chat:shout`"),
        (io("chat:typing", json!([])), "the event's argument must be an object"),
        ((Entrance::SocketIo, json!(["chat:typing"]).to_string()), "the event's argument is missing"),
        ((Entrance::SocketIo, json!([]).to_string()), "the event has no name"),
        ((Entrance::SocketIo, json!([1, {}]).to_string()), "the event has no name"),
    ] {
        assert_eq!(problem(entrance, &frame), expected, "{frame}");
    }
}

#[test]
fn what_is_no_json_is_a_bad_frame_too() {
    let deep = format!(r#"{{"type":"ping","metadata":{}"#, "[".repeat(50_000));
    for entrance in ENTRANCES {
        for frame in ["", "ping", "{", "{\"type\":\"ping\"}x", r#"{"type":"\ud800"}"#, r#"{"type":1e999}"#, &deep] {
            let Err(rejected) = decode(endpoint(entrance), frame.as_bytes(), None) else { panic!("{frame}") };
            assert!(rejected.is_bad_frame());
        }
        assert!(decode(endpoint(entrance), b"{\"type\":\"\xff\"}", None).is_err());
    }
    assert!(problem(ROOM, "ping").starts_with("the frame is not JSON: "));
    assert!(problem(ROOM, r#"{"type":1,"type":2}"#).contains("duplicate field `type`"));
    let long = format!(r#"{{"type":"{}"}}"#, "я".repeat(20_000));
    assert_eq!(problem(ROOM, &long), format!("unknown type `{}`", "я".repeat(64)));
}

#[test]
fn an_id_of_another_kind_names_nothing_and_is_no_bad_frame() {
    let refused = |entrance, frame: Json| {
        let rejected = decode(endpoint(entrance), frame.to_string().as_bytes(), None).unwrap_err();
        assert!(!rejected.is_bad_frame());
        rejected.trouble
    };
    let chat_of_a_message = json!({"chat_id": the_message()});
    assert_eq!(refused(Entrance::SocketIo, json!(["chat:join", chat_of_a_message])), Refusal::UnknownRoom.into());
    let of_nobody_here = json!({"chat_id": "4dd92e25-3b4f-4f0c-b0d8-6b9a3e1b4a59"});
    assert_eq!(refused(Entrance::SocketIo, json!(["chat:join", of_nobody_here])), Refusal::UnknownRoom.into());
    let after_a_chat = json!({"chat_id": chat(), "last_message_id": chat()});
    assert_eq!(refused(Entrance::SocketIo, json!(["chat:join", after_a_chat])), Refusal::UnknownMessage.into());
    let message_of_a_chat = json!({"type": "like_message", "payload": {"message_id": chat()}});
    assert_eq!(refused(Entrance::Roulette, message_of_a_chat), Refusal::UnknownMessage.into());
    let notification_of_a_chat = json!(["notification:read", {"notification_id": chat()}]);
    assert_eq!(refused(Entrance::SocketIo, notification_of_a_chat), Refusal::UnknownNotification.into());
    let upper = json!(["chat:leave", {"chat_id": chat().to_uppercase()}]);
    assert_eq!(asks(Entrance::SocketIo, upper), Request::Leave { room: room(123) });
}

#[test]
fn the_answer_to_a_bad_frame_knows_what_was_understood() {
    let reject = |entrance, frame: Json| decode(endpoint(entrance), frame.to_string().as_bytes(), Some(4)).unwrap_err();
    let send = json!({"type": "send_message", "chat_id": 123, "client_id": "c-1"});
    let context = Context { verb: Verb::Send, room: Some(room(123)), client_id: ClientId::new("c-1"), ack: Some(4) };
    assert_eq!(reject(Entrance::Multiplexed, send).context, context);
    let argument = json!({"chat_id": chat(), "client_id": "c-1"});
    assert_eq!(reject(Entrance::SocketIo, json!(["chat:message:send", argument])).context, context);
    let enclosed = json!({"type": "send_message", "payload": {"client_id": "c-1"}});
    assert_eq!(reject(Entrance::Roulette, enclosed).context, context);
}

//! Every JSON block of the five documents is understood, or is what the server sends.

use std::sync::Arc;

use chat_domain::*;
use chat_protocol::reply::{self, SyncReason};
use chat_protocol::rest::answer::{Poll, Source, poll};
use chat_protocol::*;
use serde_json::json;

use crate::fixtures::{Document, folder};
use crate::toy::*;

const MULTIPLEXED: Entrance = Entrance::Multiplexed;
const ROOM: Entrance = Entrance::Room(Lang::Russian);

fn understood(entrance: Entrance, frame: &str) -> Request {
    decode(endpoint(entrance), frame.as_bytes(), None).unwrap_or_else(|bad| panic!("{frame}: {bad:?}")).request
}

/// Returns the only frame that the reader is sent of this.
fn one(entrance: Entrance, news: &News) -> serde_json::Value {
    let frames = heard(entrance, news, 1);
    assert_eq!(frames.len(), 1, "{frames:?}");
    object(entrance, &frames[0])
}

fn answer(entrance: Entrance, write: impl FnOnce(&mut Frames)) -> serde_json::Value {
    let frames = told(write);
    assert_eq!(frames.len(), 1, "{frames:?}");
    object(entrance, &frames[0])
}

fn asked(verb: request::Verb, room_number: i64) -> Context {
    Context { verb, room: Some(room(room_number)), client_id: None, ack: Some(0) }
}

#[test]
fn there_are_five_documents() {
    let mut names: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["1-rest", "2-multiplexed", "3-room", "4-roulette", "5-socketio"]);
}

#[test]
fn document_1() {
    let document = Document::open("1-rest");
    let hello = |id, content: &str, sender| Message { id: message_id(id), sender, ..text(content) };

    // The body of the POST is also what `/chat/{id}` takes, besides the type.
    let said = document.json("client-send");
    let frame = json!({"type": "message", "content": said["content"]}).to_string();
    let draft = Draft::text("Текст сообщения");
    let send = Command::Send { room: room(123), draft, client_id: None };
    assert_eq!(understood(Entrance::Bare, &frame), Request::Order(send));

    let message = hello(124, "Новое сообщение", reader());
    let found = Poll { messages: vec![&message], last_message_id: 124, source: Source::Cache, changes: None };
    document.equals("poll", &serde_json::from_slice(&poll(chat_protocol::Features::NONE, &found).body).unwrap());

    // The document's stream leaves out `created_at` and `avatar`; the contract puts the full message object there, since the
    // document's client reads it with the same parser as a poll's.
    for (name, news) in [
        ("stream-1", sent(hello(124, "Привет", person(1, "p", "Пользователь", "")))),
        ("stream-2", sent(hello(125, "Как дела?", person(2, "d", "Другой", "")))),
    ] {
        let mut ours = one_of_anybody(Entrance::Sse, &news);
        ours["data"].as_object_mut().unwrap().remove("created_at").unwrap();
        ours["data"]["user"].as_object_mut().unwrap().remove("avatar").unwrap();
        document.equals(name, &ours);
    }
    document.all_used();
}

fn one_of_anybody(entrance: Entrance, news: &News) -> serde_json::Value {
    object(entrance, &encoded(entrance, false, Audience::Everyone, news)[0])
}

#[test]
fn what_document_2_says_to_the_server() {
    let document = Document::open("2-multiplexed");
    for (name, request) in [
        ("client-ping", Request::Ping),
        ("client-join_chat", Request::Join { room: room(123), since: Resume::default() }),
        ("client-leave_chat", Request::Leave { room: room(123) }),
        ("client-typing", Request::Typing { room: room(123), is_typing: true }),
        ("client-status", Request::Status(Mood::Online)),
        ("client-read_messages", Request::Order(Command::Read { room: room(123), upto: None })),
    ] {
        assert_eq!(understood(MULTIPLEXED, &document.text(name)), request, "{name}");
    }
    what_document_2_hears(&document);
    document.all_used();
}

fn what_document_2_hears(document: &Document) {
    let at = endpoint(MULTIPLEXED);
    for (name, news) in [
        ("new_message", sent(text("Привет!"))),
        ("message_updated", edited("Привет! (изменено)")),
        ("message_deleted", deleted()),
        ("typing", typing(true)),
        ("user_status", presence(true, Mood::Online)),
        ("user_offline", presence(false, Mood::Online)),
        ("messages_read", news(anna(), Change::Read(reached(&[1], &[2])))),
    ] {
        document.equals(name, &one(MULTIPLEXED, &news));
    }
    document.equals("connected", &answer(MULTIPLEXED, |out| reply::hello(at, &reader(), "s", NOON, out)));
    let context = asked(request::Verb::Ping, 123);
    document.equals("pong", &answer(MULTIPLEXED, |out| reply::done(at, &context, NOON, out)));
}

#[test]
fn document_3() {
    let document = Document::open("3-room");
    let draft = Draft::text("Привет! Как дела?");
    for (name, request) in [
        ("client-chat_message", Request::Order(Command::Send { room: room(123), draft, client_id: None })),
        ("client-typing", Request::Typing { room: room(123), is_typing: true }),
        ("client-mark_read", Request::Order(Command::Read { room: room(123), upto: None })),
    ] {
        assert_eq!(understood(ROOM, &document.text(name)), request, "{name}");
    }
    what_document_3_hears(&document);
    document.all_used();
}

fn what_document_3_hears(document: &Document) {
    let at = endpoint(ROOM);
    let message = Message { id: message_id(123), ..text("Привет! Как дела?") };
    for (name, news) in [
        ("chat_message", sent(message.clone())),
        ("user_status", presence(true, Mood::Online)),
        ("typing_indicator", typing(true)),
    ] {
        document.equals(name, &one(ROOM, &news));
    }
    let happened = |news: News| match news {
        News::Event(event) => Outcome::Happened(event),
        _ => Outcome::Quiet,
    };
    let (send, read) = (asked(request::Verb::Send, 1), asked(request::Verb::Read, 1));
    let outcome = happened(sent(message));
    document.equals("message_sent", &answer(ROOM, |out| reply::settled(at, &send, &outcome, NOON, out)));
    document.equals("messages_marked_read", &answer(ROOM, |out| reply::settled(at, &read, &Outcome::Quiet, NOON, out)));

    // The document's error has no `code`; the contract adds one.
    let empty = Refusal::Invalid { field: "content", rule: "must not be empty" };
    let mut error = answer(ROOM, |out| reply::refused(at, &send, &empty.into(), NOON, out));
    assert_eq!(error.as_object_mut().unwrap().remove("code").unwrap(), "INVALID_DATA");
    document.equals("error", &error);
}

#[test]
fn document_4() {
    let document = Document::open("4-roulette");
    let vasya = Arc::new(Person { username: "vasya".into(), ..Person::clone(&anna()) });
    let hello = Message { sender: vasya, ..text("Hello!") };
    for (name, news) in [
        // The document shows a status that all but the author are told: `delivered`.
        ("new_message", sent(hello)),
        ("message_edited", edited("Updated message text")),
        ("message_deleted", deleted()),
        ("message_status_update", news(anna(), Change::Read(reached(&[1], &[2, 3])))),
        ("message_liked", news(anna(), Change::Liked { message: message_id(456), likes: likes(5) })),
        ("message_unliked", news(anna(), Change::Unliked { message: message_id(456), likes: likes(4) })),
        ("chatroulette_match", matched()),
        ("chatroulette_left", left()),
    ] {
        document.equals(name, &one(Entrance::Roulette, &news));
    }
    document.all_used();
}

#[test]
fn document_5() {
    let document = Document::open("5-socketio");
    what_document_5_sends(&document);
    what_document_5_is_told(&document);
    what_document_5_hears(&document);
    document.all_used();
}

fn what_document_5_sends(document: &Document) {
    // The kind for any file is newer than the document.
    for kind in MessageKind::ALL.into_iter().filter(|kind| *kind != MessageKind::File) {
        let mut payload = document.json(&format!("send-{}", kind.word()));
        // The blocks show what depends on the type. The client adds the room.
        payload["chat_id"] = json!(room(123).uuid().to_string());
        let frame = json!(["chat:message:send", payload]).to_string();
        let Request::Order(Command::Send { room: at, draft, client_id }) = understood(Entrance::SocketIo, &frame)
        else {
            panic!("{frame} is a send");
        };
        assert_eq!((at, draft.kind, client_id), (room(123), kind, None));
        assert_eq!(draft.content, payload["content"]);
        let metadata: serde_json::Value = serde_json::from_str(&draft.metadata.to_string()).unwrap();
        let given = payload.get("metadata").cloned().unwrap_or(json!({}));
        assert_eq!(metadata, given, "{frame}");
    }
}

fn what_document_5_is_told(document: &Document) {
    let at = endpoint(Entrance::SocketIo);
    let context = asked(request::Verb::Send, 123);
    let io = |write: &dyn Fn(&mut Frames)| answer(Entrance::SocketIo, write);
    document.equals("connected", &io(&|out| reply::hello(at, &reader(), "Zr5", NOON, out)));
    document.equals("sync_required", &io(&|out| reply::sync_required(&reader(), SyncReason::Established, NOON, out)));
    let News::Event(event) = sent(text("Hello!")) else { unreachable!("a sent message is an event") };
    let outcome = Outcome::Happened(event);
    document.equals("ack-sent", &io(&|out| reply::settled(at, &context, &outcome, NOON, out)));
    let read = Notification { read_at: Some(NOON), ..notification("", "{}") };
    document.equals("ack-notification_read", &io(&|out| reply::notification_read(&context, &read, out)));

    // The document has two different sentences for this error. Its client compares it with "Invalid token".
    let mut error = io(&|out| reply::refused(at, &Context::default(), &Trouble::Unauthorized, NOON, out));
    assert_eq!(error["message"], "Invalid token");
    error["message"] = json!("Invalid or expired token");
    document.equals("error", &error);
}

fn what_document_5_hears(document: &Document) {
    let notification = notification(
        "Мастер Анна подтвердила вашу запись на 10 января в 14:00",
        r#"{"booking_id":"63686174-0002-8000-8000-000000000001","master_id":"63686174-0001-8000-8000-000000000001"}"#,
    );
    // The comment is passed on as it was given.
    let comment = document.json("post_commented")["comment"].clone();
    for (name, news) in [
        ("message_new", sent(text("Hello!"))),
        ("typing", typing(true)),
        ("message_read", news(anna(), Change::Read(reached(&[1], &[2])))),
        ("message_delivered", news(anna(), Change::Delivered(reached(&[1], &[])))),
        ("notification_new", News::Notification(Arc::new(notification))),
        ("user_online", presence(true, Mood::Online)),
        ("user_offline", presence(false, Mood::Online)),
        ("post_commented", post_commented(domain_value(&comment))),
    ] {
        document.equals(name, &one(Entrance::SocketIo, &news));
    }
    // Ids of posts are the back end's own.
    let mut liked = one(Entrance::SocketIo, &post_liked());
    assert_eq!(liked["post_id"].take(), "uuid");
    liked["post_id"] = json!("uuid");
    document.equals("post_liked", &liked);
}

fn domain_value(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Object(fields) => {
            Value::Map(fields.iter().map(|(name, value)| (name.clone(), domain_value(value))).collect())
        }
        other => Value::Text(other.as_str().unwrap().into()),
    }
}

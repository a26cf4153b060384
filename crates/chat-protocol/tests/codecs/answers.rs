//! The answers to a socket's own requests.

use chat_domain::*;
use chat_protocol::request::Verb;
use chat_protocol::*;
use serde_json::{Value as Json, json};

use crate::toy::*;

const TIME: &str = "2026-01-09T12:00:00Z";

fn chat_uuid() -> String {
    room(123).uuid().to_string()
}

fn the_message() -> String {
    message_id(456).uuid().to_string()
}

fn context(verb: Verb) -> Context {
    Context { verb, room: Some(room(123)), client_id: ClientId::new("c-1"), ack: Some(12) }
}

fn settled(entrance: Entrance, verb: Verb, outcome: &Outcome) -> Vec<Json> {
    let frames = told(|out| reply::settled(endpoint(entrance), &context(verb), outcome, NOON, out));
    frames.iter().map(|frame| object(entrance, frame)).collect()
}

fn already(news: News) -> Outcome {
    match news {
        News::Event(event) => Outcome::Already(event),
        _ => Outcome::Quiet,
    }
}

#[test]
fn a_send_is_answered_the_same_however_often() {
    let News::Event(event) = sent(text("Hi")) else { unreachable!("a sent message is an event") };
    for outcome in [Outcome::Happened(event.clone()), Outcome::Already(event)] {
        let sent = |entrance| settled(entrance, Verb::Send, &outcome);
        assert_eq!(
            sent(Entrance::Multiplexed),
            [json!({"type": "message_sent", "chat_id": 123, "message_id": 456, "timestamp": TIME, "client_id": "c-1"})]
        );
        assert_eq!(
            sent(Entrance::Room(Lang::Russian)),
            [
                json!({"type": "message_sent", "message_id": 456, "message": "Hi", "timestamp": TIME, "client_id": "c-1"})
            ]
        );
        let payload = json!({"message_id": the_message(), "created_at": TIME, "client_id": "c-1"});
        assert_eq!(
            sent(Entrance::Roulette),
            [json!({"type": "message_sent", "chat_id": chat_uuid(), "payload": payload})]
        );
        let ack = json!({"status": "sent", "message_id": the_message(), "created_at": TIME});
        assert_eq!(sent(Entrance::SocketIo), [ack]);
        // `/chat/{id}` has no frame for an answer: a repeated message is shown again to the socket that repeated it.
        assert_eq!(sent(Entrance::Bare).len(), usize::from(matches!(outcome, Outcome::Already(_))));
    }
}

#[test]
fn dialect_5_acknowledges_everything_that_asks_for_it() {
    let likes = |count| Change::Liked { message: message_id(456), likes: likes(count) };
    let unlike = Change::Unliked { message: message_id(456), likes: crate::toy::likes(0) };
    let read = Change::Read(Read { upto: message_id(456), messages: Vec::new() });
    for (verb, news, ack) in [
        (Verb::Edit, edited("Now"), json!({"status": "edited", "edited_at": TIME})),
        (Verb::Delete, deleted(), json!({"status": "deleted", "deleted_at": TIME})),
        (Verb::Like, news(anna(), likes(1)), json!({"status": "liked", "likes_count": 1})),
        (Verb::Unlike, news(anna(), unlike), json!({"status": "unliked", "likes_count": 0})),
        (Verb::Read, news(anna(), read), json!({"status": "read", "read_at": TIME})),
    ] {
        let mut ack = ack;
        ack["message_id"] = json!(the_message());
        assert_eq!(settled(Entrance::SocketIo, verb, &already(news)), [ack], "{verb:?}");
    }
    let done = |verb| told(|out| reply::done(endpoint(Entrance::SocketIo), &context(verb), NOON, out));
    assert_eq!(done(Verb::Typing), [r#"4312[{"status":"ok"}]"#]);
    assert_eq!(done(Verb::Auth), [r#"4312[{"status":"ok"}]"#]);
    assert_eq!(done(Verb::Leave), [format!(r#"4312[{{"status":"left","chat_id":"{}"}}]"#, chat_uuid())]);
    let silent = Context { ack: None, ..context(Verb::Typing) };
    assert_eq!(told(|out| reply::done(endpoint(Entrance::SocketIo), &silent, NOON, out)), [""; 0]);
}

#[test]
fn a_read_that_moved_nothing_is_confirmed_in_dialect_3_alone() {
    for entrance in ENTRANCES {
        let frames = settled(entrance, Verb::Read, &Outcome::Quiet);
        let expected = match entrance {
            Entrance::Room(_) => vec![json!({"type": "messages_marked_read", "room_id": 123})],
            Entrance::SocketIo => vec![json!({"status": "read", "message_id": null, "read_at": TIME})],
            _ => vec![],
        };
        assert_eq!(frames, expected, "{entrance:?}");
    }
}

#[test]
fn the_first_words_of_a_connection() {
    for entrance in ENTRANCES {
        let frames = told(|out| reply::hello(endpoint(entrance), &reader(), "Zr5", NOON, out));
        let expected = match entrance {
            Entrance::Sse => vec!["retry: 2000\n\n".to_owned()],
            Entrance::Multiplexed => vec![format!(r#"{{"type":"connected","user_id":1,"timestamp":"{TIME}"}}"#)],
            Entrance::SocketIo => vec![format!(
                r#"42["connected",{{"socket_id":"Zr5","user_id":"{}","timestamp":"2026-01-09T12:00:00.000Z"}}]"#,
                user(1).uuid()
            )],
            Entrance::Bare | Entrance::Room(_) | Entrance::Roulette | Entrance::Personal => vec![],
        };
        assert_eq!(frames, expected, "{entrance:?}");
    }
}

#[test]
fn joining_and_being_too_late() {
    let cursor = Cursor { epoch: EPOCH, room: room(123), head: Head { seq: 5, moves: 3 } };
    let joined =
        |entrance, cursor| told(|out| reply::joined(endpoint(entrance), &context(Verb::Join), cursor, NOON, out));
    let late = |entrance| told(|out| reply::resync(endpoint(entrance), &reader(), cursor, NOON, out));
    let text = "e.7b.5.3";
    let chat = chat_uuid();
    for (entrance, without, with, pruned) in [
        (
            Entrance::Sse,
            None,
            Some("id: e.7b.5.3\n\n".to_owned()),
            Some(format!("id: {text}\ndata: {{\"type\":\"resync\",\"data\":{{\"reason\":\"history_pruned\"}}}}\n\n")),
        ),
        (Entrance::Bare, None, None, None),
        (Entrance::Personal, None, None, None),
        (
            Entrance::Multiplexed,
            Some(format!(r#"{{"type":"joined_chat","chat_id":123,"timestamp":"{TIME}"}}"#)),
            Some(format!(r#"{{"type":"joined_chat","chat_id":123,"timestamp":"{TIME}","cursor":"{text}"}}"#)),
            Some(format!(
                r#"{{"type":"resync","chat_id":123,"reason":"history_pruned","cursor":"{text}","timestamp":"{TIME}"}}"#
            )),
        ),
        (
            Entrance::Room(Lang::English),
            None,
            Some(format!(r#"{{"type":"cursor","cursor":"{text}"}}"#)),
            Some(format!(r#"{{"type":"resync","room_id":123,"reason":"history_pruned","cursor":"{text}"}}"#)),
        ),
        (
            Entrance::Roulette,
            None,
            Some(format!(r#"{{"type":"cursor","cursor":"{text}"}}"#)),
            Some(format!(
                r#"{{"type":"resync","chat_id":"{chat}","payload":{{"reason":"history_pruned"}},"cursor":"{text}"}}"#
            )),
        ),
        (
            Entrance::SocketIo,
            Some(format!(r#"4312[{{"status":"joined","chat_id":"{chat}"}}]"#)),
            Some(format!(r#"4312[{{"status":"joined","chat_id":"{chat}","cursor":"{text}"}}]"#)),
            Some(format!(
                r#"42["sync:required",{{"user_id":"{}","reason":"history_pruned","timestamp":"2026-01-09T12:00:00.000Z","chat_id":"{chat}"}}]"#,
                user(1).uuid()
            )),
        ),
    ] {
        assert_eq!(joined(entrance, None), Vec::from_iter(without), "{entrance:?}");
        assert_eq!(joined(entrance, Some(cursor)), Vec::from_iter(with), "{entrance:?}");
        assert_eq!(late(entrance), Vec::from_iter(pruned), "{entrance:?}");
    }
}

#[test]
fn trouble_has_each_dialects_shape() {
    let trouble = Trouble::from(Refusal::Reused { message: Some(message_id(456)) });
    let refused = |entrance, context: &Context| {
        let frames = told(|out| reply::refused(endpoint(entrance), context, &trouble, NOON, out));
        frames.iter().map(|frame| object(entrance, frame)).collect::<Vec<_>>()
    };
    let words = json!(trouble.message());
    let send = context(Verb::Send);
    assert_eq!(refused(Entrance::Sse, &send), [Json::Null; 0]);
    assert_eq!(
        refused(Entrance::Bare, &send),
        [json!({"status": "error", "code": "CONFLICT", "message": words, "message_id": 456, "client_id": "c-1"})]
    );
    assert_eq!(
        refused(Entrance::Multiplexed, &send),
        [
            json!({"type": "error", "code": "CONFLICT", "message": words, "message_id": 456, "client_id": "c-1", "timestamp": TIME})
        ]
    );
    assert_eq!(
        refused(Entrance::Room(Lang::English), &send),
        [json!({"type": "error", "code": "CONFLICT", "message": words, "message_id": 456, "client_id": "c-1"})]
    );
    let payload = json!({"code": "CONFLICT", "message": words, "message_id": the_message(), "client_id": "c-1"});
    assert_eq!(
        refused(Entrance::Roulette, &send),
        [json!({"type": "error", "chat_id": chat_uuid(), "payload": payload})]
    );
    let nowhere = Context { room: None, client_id: None, ..send.clone() };
    assert_eq!(refused(Entrance::Personal, &nowhere)[0]["chat_id"], Json::Null);
    let ack = json!({"status": "error", "code": "CONFLICT", "message": words, "message_id": the_message()});
    assert_eq!(refused(Entrance::SocketIo, &send), [ack]);
    let event = json!({"code": "CONFLICT", "message": words, "message_id": the_message(), "timestamp": TIME});
    let unacknowledged = Context { ack: None, ..nowhere };
    assert_eq!(refused(Entrance::SocketIo, &unacknowledged), [event]);
}

#[test]
fn dialect_3_says_every_trouble_in_its_language() {
    let message = |lang, trouble: &Trouble| {
        let at = endpoint(Entrance::Room(lang));
        let frames = told(|out| reply::refused(at, &Context::default(), trouble, NOON, out));
        object(at.entrance, &frames[0])["message"].as_str().unwrap().to_owned()
    };
    for trouble in [
        Trouble::Failure(Failure::Unavailable),
        Trouble::Unauthorized,
        Trouble::Forbidden("why"),
        Trouble::TooFast(3),
        Trouble::from(Refusal::NotMember),
        Trouble::from(Refusal::UnknownMessage),
        Trouble::from(Refusal::NotAuthor),
        Trouble::from(Refusal::Reused { message: None }),
        Trouble::from(Refusal::TooLarge { field: "content", limit: 16384 }),
    ] {
        let (russian, english) = (message(Lang::Russian, &trouble), message(Lang::English, &trouble));
        assert!(russian.chars().any(|letter| ('а'..='я').contains(&letter)), "{russian}");
        assert!(english.is_ascii(), "{english}");
    }
}

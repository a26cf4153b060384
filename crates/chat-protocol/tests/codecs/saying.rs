//! The frames that clients can send.

use chat_domain::*;
use chat_protocol::*;
use serde_json::{Value as Json, json};

use crate::toy::*;

pub(crate) const ROOM: Entrance = Entrance::Room(Lang::Russian);

/// Returns what a frame asks for. In dialect 5, `frame` is the event's array.
pub(crate) fn asks(entrance: Entrance, frame: Json) -> Request {
    decode(endpoint(entrance), frame.to_string().as_bytes(), Some(1)).unwrap_or_else(|bad| panic!("{bad:?}")).request
}

pub(crate) fn orders(entrance: Entrance, frame: Json) -> Command {
    match asks(entrance, frame) {
        Request::Order(command) => command,
        other => panic!("{other:?} is no command"),
    }
}

/// Returns what is wrong with a frame.
pub(crate) fn problem(entrance: Entrance, frame: &str) -> String {
    match decode(endpoint(entrance), frame.as_bytes(), None) {
        Err(Rejected { trouble: Trouble::Malformed(problem), .. }) => problem,
        other => panic!("{frame} gives {other:?}"),
    }
}

pub(crate) fn chat() -> String {
    room(123).uuid().to_string()
}

pub(crate) fn the_message() -> String {
    message_id(456).uuid().to_string()
}

/// The commands about a message that every dialect except the first has.
fn on_a_message() -> [Command; 4] {
    let (room, message) = (room(123), message_id(456));
    [
        Command::Edit { room, message, content: "Now".into() },
        Command::Delete { room, message },
        Command::Like { room, message },
        Command::Unlike { room, message },
    ]
}

#[test]
fn messages_are_edited_deleted_and_liked_in_every_dialect() {
    let types = ["edit_message", "delete_message", "like_message", "unlike_message"];
    let events = ["chat:message:edit", "chat:message:delete", "chat:message:like", "chat:message:unlike"];
    for ((command, kind), event) in on_a_message().into_iter().zip(types).zip(events) {
        let flat = json!({"type": kind, "chat_id": 123, "message_id": 456, "content": "Now"});
        assert_eq!(orders(Entrance::Multiplexed, flat), command);
        let in_room = json!({"type": kind, "message_id": 456, "message": "Now"});
        assert_eq!(orders(ROOM, in_room), command);
        let enclosed = json!({"type": kind, "payload": {"message_id": the_message(), "content": "Now"}});
        assert_eq!(orders(Entrance::Roulette, enclosed), command);
        let argument = json!({"chat_id": chat(), "message_id": the_message(), "content": "Now"});
        assert_eq!(orders(Entrance::SocketIo, json!([event, argument])), command);
    }
}

#[test]
fn reading_names_a_message_or_the_newest() {
    for (upto, number, uuid) in
        [(Some(message_id(456)), json!(456), json!(the_message())), (None, Json::Null, Json::Null)]
    {
        let read = Command::Read { room: room(123), upto };
        let flat = json!({"type": "read_messages", "chat_id": 123, "message_id": number});
        assert_eq!(orders(Entrance::Multiplexed, flat), read);
        assert_eq!(orders(ROOM, json!({"type": "mark_read", "message_id": number})), read);
        let enclosed = json!({"type": "mark_read", "payload": {"message_id": uuid}});
        assert_eq!(orders(Entrance::Roulette, enclosed), read);
        let argument = json!({"chat_id": chat(), "message_id": uuid});
        assert_eq!(orders(Entrance::SocketIo, json!(["chat:message:read", argument])), read);
    }
    assert_eq!(orders(Entrance::Roulette, json!({"type": "mark_read"})), Command::Read { room: room(123), upto: None });
}

#[test]
fn typing_ends_in_every_dialect_that_has_it() {
    let ends = Request::Typing { room: room(123), is_typing: false };
    let flat = json!({"type": "typing", "chat_id": 123, "is_typing": false});
    assert_eq!(asks(Entrance::Multiplexed, flat.clone()), ends);
    assert_eq!(asks(ROOM, flat), ends);
    assert_eq!(asks(Entrance::Roulette, json!({"type": "typing", "payload": {"is_typing": false}})), ends);
    let argument = json!({"chat_id": chat(), "is_typing": false});
    assert_eq!(asks(Entrance::SocketIo, json!(["chat:typing", argument])), ends);
}

#[test]
fn joining_says_from_where() {
    for (fields, since) in [
        (json!({}), Resume::default()),
        (json!({"cursor": null, "last_message_id": null}), Resume::default()),
        (json!({"last_message_id": 0}), Resume { cursor: None, last_message_id: Some(0) }),
        (json!({"cursor": "", "last_message_id": 456}), Resume { cursor: Some("".into()), last_message_id: Some(456) }),
    ] {
        let join = Request::Join { room: room(123), since };
        let with = |mut head: Json, message: Json| {
            head.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            if head["last_message_id"] == 456 {
                head["last_message_id"] = message;
            }
            head
        };
        let flat = with(json!({"type": "join_chat", "chat_id": 123}), json!(456));
        assert_eq!(asks(Entrance::Multiplexed, flat), join);
        if fields["last_message_id"] != 0 {
            let argument = with(json!({"chat_id": chat()}), json!(the_message()));
            assert_eq!(asks(Entrance::SocketIo, json!(["chat:join", argument])), join);
        }
    }
    assert_eq!(
        asks(Entrance::SocketIo, json!(["chat:leave", {"chat_id": chat()}])),
        Request::Leave { room: room(123) }
    );
}

#[test]
fn what_belongs_to_one_dialect_alone() {
    let token = Request::Auth { token: "t".into() };
    assert_eq!(asks(Entrance::Multiplexed, json!({"type": "auth", "token": "t"})), token);
    assert_eq!(asks(Entrance::SocketIo, json!(["auth:refresh", {"token": "t"}])), token);
    for (word, mood) in
        [("online", Mood::Online), ("away", Mood::Away), ("busy", Mood::Busy), ("offline", Mood::Offline)]
    {
        assert_eq!(asks(Entrance::Multiplexed, json!({"type": "status", "status": word})), Request::Status(mood));
        assert_eq!(reply::mood_word(mood), word);
    }
    let id = NotificationId::new(77).unwrap();
    let read = json!(["notification:read", {"notification_id": id.uuid().to_string()}]);
    assert_eq!(asks(Entrance::SocketIo, read), Request::ReadNotification(id));
}

#[test]
fn a_send_carries_its_name_sort_and_metadata() {
    let metadata = json!({"z": 1, "lat": 55.7558, "lng": 37});
    let draft = Draft {
        kind: MessageKind::Location,
        content: "55,37".into(),
        metadata: Value::Map(vec![
            ("lat".into(), Value::Float(55.7558)),
            ("lng".into(), Value::Int(37)),
            ("z".into(), Value::Int(1)),
        ]),
        reply_to: None,
        is_back_ends: false,
        said: None,
    };
    let send = Command::Send { room: room(123), draft, client_id: ClientId::new("c-1") };
    let flat = json!({"type": "send_message", "chat_id": 123, "content": "55,37", "message_type": "location",
        "metadata": metadata, "client_id": "c-1"});
    assert_eq!(orders(Entrance::Multiplexed, flat), send);
    let payload = json!({"content": "55,37", "type": "location", "metadata": metadata, "client_id": "c-1"});
    assert_eq!(orders(Entrance::Roulette, json!({"type": "send_message", "payload": payload})), send);
    let mut argument = payload;
    argument["chat_id"] = json!(chat());
    assert_eq!(orders(Entrance::SocketIo, json!(["chat:message:send", argument])), send);

    let plain = Command::Send { room: room(123), draft: Draft::text("Hi"), client_id: ClientId::new("c-1") };
    let bare = json!({"type": "message", "content": "Hi", "client_id": "c-1"});
    assert_eq!(orders(Entrance::Bare, bare), plain);
    assert_eq!(orders(ROOM, json!({"type": "chat_message", "message": "Hi", "client_id": "c-1"})), plain);
}

#[test]
fn a_send_in_any_dialect_may_answer_a_message_named_as_the_dialect_names_messages() {
    let (number, uuid) = (json!(456), json!(message_id(456).uuid().to_string()));
    let send = |entrance, reply_to: &Json| match entrance {
        Entrance::Bare => json!({"type": "message", "content": "Hi", "reply_to": reply_to}),
        Entrance::Multiplexed => json!({"type": "send_message", "chat_id": 123, "content": "Hi", "reply_to": reply_to}),
        Entrance::Roulette => json!({"type": "send_message", "payload": {"content": "Hi", "reply_to": reply_to}}),
        Entrance::SocketIo => {
            json!(["chat:message:send", {"chat_id": chat(), "content": "Hi", "reply_to": reply_to}])
        }
        _ => json!({"type": "chat_message", "message": "Hi", "reply_to": reply_to}),
    };
    for entrance in [Entrance::Bare, Entrance::Multiplexed, ROOM, Entrance::Roulette, Entrance::SocketIo] {
        let (good, bad) = match entrance {
            Entrance::Roulette | Entrance::SocketIo => (&uuid, &number),
            _ => (&number, &uuid),
        };
        let answers = |reply_to| {
            let draft = Draft { reply_to, ..Draft::text("Hi") };
            Command::Send { room: room(123), draft, client_id: None }
        };
        assert_eq!(orders(entrance, send(entrance, good)), answers(Some(message_id(456))));
        assert_eq!(orders(entrance, send(entrance, &Json::Null)), answers(None), "null is absent");
        let frame = send(entrance, bad).to_string();
        assert!(decode(endpoint(entrance), frame.as_bytes(), None).is_err(), "{entrance:?}");
    }
}

#[test]
fn dialect_4_sends_an_address_with_words_beside_it() {
    let draft = |payload: Json| match orders(Entrance::Roulette, json!({"type": "send_message", "payload": payload})) {
        Command::Send { draft, .. } => draft,
        other => panic!("{other:?} is no send"),
    };
    let photo = |metadata: &[(&str, &str)]| Draft {
        kind: MessageKind::Photo,
        content: "https://x/1".into(),
        metadata: Value::Map(metadata.iter().map(|(k, v)| ((*k).into(), Value::Text((*v).into()))).collect()),
        reply_to: None,
        is_back_ends: false,
        said: None,
    };
    let media = |more: Json| {
        let mut payload = json!({"type": "photo", "media_url": "https://x/1"});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        draft(payload)
    };
    assert_eq!(media(json!({})), photo(&[]));
    assert_eq!(media(json!({"content": ""})), photo(&[]));
    assert_eq!(media(json!({"content": "Look"})), photo(&[("caption", "Look")]));
    let both = json!({"content": "Look", "metadata": {"caption": "Old", "more": "kept"}});
    assert_eq!(media(both), photo(&[("more", "kept"), ("caption", "Look")]));
    assert_eq!(draft(json!({"content": "Hi", "media_url": ""})), Draft::text("Hi"));

    let send =
        |payload: Json| problem(Entrance::Roulette, &json!({"type": "send_message", "payload": payload}).to_string());
    assert_eq!(send(json!({"type": "voice", "content": "https://x/1"})), "`media_url` is missing");
    assert_eq!(
        send(json!({"content": "Hi", "media_url": "https://x/1"})),
        "`media_url` goes with photo, video, voice and file only"
    );
}

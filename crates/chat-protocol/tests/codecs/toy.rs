//! A small world to tell of: four users, two rooms, one message.
#![allow(dead_code)]

use std::sync::Arc;

use chat_domain::event::Reached;
use chat_domain::view::{Match, Shown, Summary};
use chat_domain::*;
use chat_protocol::{
    Audience, Endpoint, Entrance, Features, Frames, Lang, News, PostCommented, PostLiked, Presence, Shape, Typing,
};
use serde_json::json;

pub(crate) const NOON: Time = Time(1_767_960_000_000_000);
pub(crate) const EPOCH: u64 = 0xe;

pub(crate) const ENTRANCES: [Entrance; 8] = [
    Entrance::Sse,
    Entrance::Bare,
    Entrance::Multiplexed,
    Entrance::Room(Lang::Russian),
    Entrance::Room(Lang::English),
    Entrance::Roulette,
    Entrance::Personal,
    Entrance::SocketIo,
];

pub(crate) fn room(number: i64) -> RoomId {
    RoomId::new(number).unwrap()
}

pub(crate) fn message_id(number: i64) -> MessageId {
    MessageId::new(number).unwrap()
}

pub(crate) fn user(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

pub(crate) fn person(number: i64, username: &str, name: &str, avatar: &str) -> Arc<Person> {
    Arc::new(Person {
        handle: user(number).into(),
        username: username.into(),
        name: name.into(),
        avatar: avatar.into(),
    })
}

/// The user who reads what happens.
pub(crate) fn reader() -> Arc<Person> {
    person(1, "reader", "Пользователь", "avatar.jpg")
}

/// The user who does what happens.
pub(crate) fn anna() -> Arc<Person> {
    person(2, "anotheruser", "Анна", "https://...")
}

pub(crate) fn message(kind: MessageKind, content: &str) -> Message {
    Message {
        id: message_id(456),
        room: room(123),
        sender: anna(),
        seq: 5,
        number: 4,
        own_number: 2,
        kind,
        content: content.into(),
        metadata: "{}".into(),
        created_at: NOON,
        edited: None,
        deleted: None,
        reactions: Tallies::default(),
        reply: None,
        replies: 0,
        pinned: None,
        mentions: None,
        file: None,
    }
}

/// Returns a reply to a message, which may have been deleted.
pub(crate) fn answer(deleted: bool) -> Message {
    let excerpt = if deleted { "" } else { "Hello" };
    let quote = Quote { message: message_id(455), sender: anna(), excerpt: excerpt.into(), deleted };
    let mentions = Mentions { people: vec![anna().handle], all: true };
    Message {
        mentions: Some(Arc::new(mentions)),
        reply: Some(Arc::new(InReply { thread: message_id(450), quote })),
        ..text("Hi")
    }
}

/// Returns a message with an uploaded file.
pub(crate) fn with_file() -> Message {
    let id = FileId::of_bits(7);
    let file = File { id, name: "a.pdf".into(), size: 3, mime: "application/pdf".into() };
    let address = format!("https://chat.example/api/files/{id}/a.pdf");
    Message { file: Some(Arc::new(file)), ..message(MessageKind::File, &address) }
}

pub(crate) fn text(content: &str) -> Message {
    message(MessageKind::Text, content)
}

pub(crate) fn event(actor: Arc<Person>, change: Change) -> Event {
    Event {
        room: room(123),
        room_kind: RoomKind::Group,
        members: 3,
        head: Head { seq: 5, moves: 3 },
        at: NOON,
        actor,
        change,
    }
}

pub(crate) fn news(actor: Arc<Person>, change: Change) -> News {
    News::Event(Arc::new(event(actor, change)))
}

pub(crate) fn sent(message: Message) -> News {
    news(anna(), Change::Sent { message: Arc::new(message), reception: Reception::default() })
}

pub(crate) fn edited(content: &str) -> News {
    let message = Message { edited: Some((NOON, 5)), ..text(content) };
    news(anna(), Change::Edited { message: Arc::new(message) })
}

pub(crate) fn deleted() -> News {
    news(anna(), Change::Deleted { message: message_id(456), sender: user(2) })
}

pub(crate) fn likes(count: u32) -> Likes {
    let by = (0..i64::from(count)).map(|at| user(10 + at).into()).collect();
    Likes { count, by, at: (count > 0).then_some(NOON) }
}

/// Returns a position of `actor` that covers messages of these users, whose ids begin with 451.
pub(crate) fn reached(of: &[i64], readers: &[i64]) -> Read {
    let reached = |(at, sender): (i64, &i64)| Reached {
        message: message_id(451 + at),
        sender: user(*sender),
        readers: readers.iter().map(|reader| user(*reader).into()).collect(),
        first_at: (!readers.is_empty()).then_some(NOON),
    };
    Read { upto: message_id(456), messages: (0..).zip(of).map(reached).collect() }
}

pub(crate) fn typing(is_typing: bool) -> News {
    News::Typing(Typing { room: room(123), person: anna(), is_typing, at: NOON })
}

pub(crate) fn presence(online: bool, mood: Mood) -> News {
    News::Presence(Presence { person: anna(), room: Some(room(123)), online, mood, last_seen: Some(NOON), at: NOON })
}

/// Returns a changed line of the reader's chat list.
pub(crate) fn summary(last_message: Option<Message>) -> News {
    let shown = |message| Shown { message: Arc::new(message), reception: Reception::default(), mine: Vec::new() };
    let line =
        Summary { user: user(1), room: room(123), unread: 7, mentions: 1, last_message: last_message.map(shown) };
    News::Summary { line: Arc::new(line), at: NOON }
}

pub(crate) fn notification(body: &str, data: &str) -> Notification {
    Notification {
        id: NotificationId::new(77).unwrap(),
        user: user(1),
        kind: NotificationKind::BookingConfirmed,
        title: "Запись подтверждена".into(),
        body: body.into(),
        data: data.into(),
        created_at: NOON,
        read_at: None,
    }
}

pub(crate) fn post_liked() -> News {
    News::PostLiked(Arc::new(PostLiked {
        post_id: "uuid".into(),
        user_id: user(2),
        user_uuid: user(2).uuid(),
        user_name: "Анна".into(),
        likes_count: 125,
    }))
}

pub(crate) fn post_commented(comment: Value) -> News {
    News::PostCommented(Arc::new(PostCommented { post_id: "uuid".into(), comment, comments_count: 42 }))
}

pub(crate) fn matched() -> News {
    let found = Match { room: room(123), partner: person(3, "masha", "Маша", ""), last_seen: None };
    News::Match { found: Arc::new(found), online: true, at: NOON }
}

pub(crate) fn left() -> News {
    News::Left { room: room(123), person: person(3, "masha", "Маша", "") }
}

/// Returns an endpoint of this entrance, in room 123 if its address names a room.
pub(crate) fn endpoint(entrance: Entrance) -> Endpoint {
    let named = match entrance {
        Entrance::Sse | Entrance::Bare | Entrance::Room(_) | Entrance::Roulette => true,
        Entrance::Multiplexed | Entrance::Personal | Entrance::SocketIo => false,
    };
    Endpoint { entrance, room: named.then(|| room(123)), features: Features::NONE }
}

/// Returns the frames as texts.
pub(crate) fn texts(frames: &Frames) -> Vec<String> {
    frames.iter().map(|frame| String::from_utf8(frame.to_vec()).unwrap()).collect()
}

pub(crate) fn encoded(entrance: Entrance, cursor: bool, audience: Audience, news: &News) -> Vec<String> {
    let mut frames = Frames::new();
    chat_protocol::encode(Shape { entrance, cursor, features: Features::NONE }, audience, news, EPOCH, &mut frames);
    texts(&frames)
}

/// Returns what the viewer with this id is sent.
pub(crate) fn heard(entrance: Entrance, news: &News, viewer: i64) -> Vec<String> {
    match chat_protocol::audience(Shape { entrance, cursor: false, features: Features::NONE }, news, user(viewer)) {
        Some(audience) => encoded(entrance, false, audience, news),
        None => Vec::new(),
    }
}

/// Returns the frames of an answer.
pub(crate) fn told(answer: impl FnOnce(&mut Frames)) -> Vec<String> {
    let mut frames = Frames::new();
    answer(&mut frames);
    texts(&frames)
}

/// Returns the object in a frame, without what is around it.
pub(crate) fn object(entrance: Entrance, frame: &str) -> serde_json::Value {
    let json = match entrance {
        Entrance::Sse => frame.lines().find_map(|line| line.strip_prefix("data: ")).unwrap(),
        Entrance::SocketIo => &frame[frame.find('[').unwrap()..],
        _ => frame,
    };
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    match value {
        serde_json::Value::Array(mut items) => items.pop().unwrap(),
        object => object,
    }
}

/// Returns the name of a frame: its type, or the name of its event.
pub(crate) fn kind(entrance: Entrance, frame: &str) -> String {
    match entrance {
        Entrance::SocketIo => frame.split('"').nth(1).unwrap().into(),
        Entrance::Bare => "(message)".into(),
        _ => object(entrance, frame)["type"].as_str().unwrap().into(),
    }
}

/// Returns a frame of this entrance that sends this text.
pub(crate) fn sending(entrance: Entrance, words: &str) -> Option<serde_json::Value> {
    Some(match entrance {
        Entrance::Sse | Entrance::Personal => return None,
        Entrance::Bare => json!({"type": "message", "content": words}),
        Entrance::Multiplexed => json!({"type": "send_message", "chat_id": 123, "content": words}),
        Entrance::Room(_) => json!({"type": "chat_message", "message": words}),
        Entrance::Roulette => json!({"type": "send_message", "payload": {"content": words}}),
        Entrance::SocketIo => {
            json!(["chat:message:send", {"chat_id": room(123).uuid().to_string(), "content": words}])
        }
    })
}

/// Returns where the text of a message is in the object that tells of it.
pub(crate) fn words_in(entrance: Entrance, object: &serde_json::Value) -> &serde_json::Value {
    match entrance {
        Entrance::Sse => &object["data"]["content"],
        Entrance::Bare | Entrance::Personal | Entrance::SocketIo => &object["content"],
        Entrance::Multiplexed => &object["message"]["content"],
        Entrance::Room(_) => &object["message"],
        Entrance::Roulette => &object["payload"]["content"],
    }
}

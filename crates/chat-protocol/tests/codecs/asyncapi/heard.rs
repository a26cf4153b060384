//! The frames of the server, sampled: one of everything that there is, in every variant that changes a frame's fields.

use std::sync::Arc;

use chat_domain::*;
use chat_protocol::reply::{self, SyncReason};
use chat_protocol::request::Verb;
use chat_protocol::*;

use super::ordered::Ordered;
use crate::everything::{everything, thumb};
use crate::toy::*;

/// Returns the names and bodies of all frames of an entrance.
pub(crate) fn heard(entrance: Entrance) -> Vec<(String, Ordered)> {
    let mut frames = Vec::new();
    for news in everything().into_iter().chain(variants()) {
        for (viewer, cursor) in [(1, false), (1, true), (2, false), (2, true)] {
            for features in [Features::NONE, Features::ALL] {
                let shape = Shape { entrance, cursor, features };
                if let Some(audience) = audience(shape, &news, user(viewer)) {
                    frames.extend(told(|out| encode(shape, audience, &news, EPOCH, out)));
                }
            }
        }
    }
    for client_id in [ClientId::new("c-1"), None] {
        frames.extend(told(|out| answers(entrance, client_id, out)));
    }
    frames.iter().filter_map(|frame| Some((name(entrance, frame), body(entrance, frame)?))).collect()
}

/// Returns the ACKs of dialect 5, by the event that they answer.
pub(crate) fn acks() -> Vec<(&'static str, Ordered)> {
    let mut acks = Vec::new();
    for (name, verb) in EVENTS {
        let asked = Context { verb, room: Some(room(123)), client_id: None, ack: Some(7) };
        let frames = told(|out| ack(&asked, out));
        acks.extend(frames.iter().filter_map(|frame| Some((name, body(Entrance::SocketIo, frame)?))));
    }
    let asked = Context { verb: Verb::Send, ack: Some(7), ..Context::default() };
    let frames = told(|out| refusals().iter().for_each(|trouble| reply::refused(SOCKETIO, &asked, trouble, NOON, out)));
    acks.extend(frames.iter().filter_map(|frame| Some(("error", body(Entrance::SocketIo, frame)?))));
    acks
}

const EVENTS: [(&str, Verb); 13] = [
    ("chat:message:send", Verb::Send),
    ("chat:message:edit", Verb::Edit),
    ("chat:message:delete", Verb::Delete),
    ("chat:message:like", Verb::Like),
    ("chat:message:unlike", Verb::Unlike),
    ("chat:message:react", Verb::React),
    ("chat:message:unreact", Verb::Unreact),
    ("chat:message:read", Verb::Read),
    ("chat:typing", Verb::Typing),
    ("chat:join", Verb::Join),
    ("chat:leave", Verb::Leave),
    ("notification:read", Verb::ReadNotification),
    ("auth:refresh", Verb::Auth),
];

const SOCKETIO: Endpoint = Endpoint { entrance: Entrance::SocketIo, room: None, features: Features::NONE };

fn ack(asked: &Context, out: &mut Frames) {
    let message = message_id(456);
    let news = match asked.verb {
        Verb::Send => sent(text("Hello")),
        Verb::Edit => edited("Hello!"),
        Verb::Delete => deleted(),
        Verb::Like => news(anna(), Change::Liked { message, likes: likes(2) }),
        Verb::Unlike => news(anna(), Change::Unliked { message, likes: likes(0) }),
        Verb::React => news(anna(), Change::Extra(Extra::Reacted { message, emoji: thumb(), by: likes(2) })),
        Verb::Unreact => news(anna(), Change::Extra(Extra::Unreacted { message, emoji: thumb(), by: likes(0) })),
        Verb::Read => news(anna(), Change::Read(reached(&[1], &[2]))),
        Verb::Join => {
            reply::joined(SOCKETIO, asked, Some(cursor()), NOON, out);
            return reply::joined(SOCKETIO, asked, None, NOON, out);
        }
        Verb::ReadNotification => {
            let read = Notification { read_at: Some(NOON), ..notification("A body", "{}") };
            return reply::notification_read(asked, &read, out);
        }
        _ => return reply::done(SOCKETIO, asked, NOON, out),
    };
    if asked.verb == Verb::Read {
        reply::settled(SOCKETIO, asked, &Outcome::Quiet, NOON, out);
    }
    let News::Event(event) = news else { return };
    reply::settled(SOCKETIO, asked, &Outcome::Happened(event), NOON, out);
}

/// Everything that makes a field appear, disappear, become null or have another word.
fn variants() -> Vec<News> {
    let mut variants = vec![summary(None), presence(true, Mood::Away), presence(true, Mood::Busy)];
    variants.extend(MessageKind::ALL.map(|kind| sent(message(kind, "https://chat.example/1"))));
    let touched = Message { edited: Some((NOON, 6)), reactions: Tallies::parse("❤️ 2").unwrap(), ..text("Hello!") };
    variants.extend([sent(answer(false)), sent(answer(true)), sent(with_file())]);
    let touched = Message { replies: 2, ..touched };
    for status in [Status::Sent, Status::Delivered, Status::Read] {
        let readers = if status == Status::Read { vec![user(1).into()] } else { Vec::new() };
        let read_at = (status == Status::Read).then_some(NOON);
        let reception = Reception { status, likes: likes(2), readers, read_at, last_reply_at: Some(NOON) };
        variants.push(news(anna(), Change::Sent { message: Arc::new(touched.clone()), reception }));
    }
    variants.push(news(anna(), Change::Read(reached(&[2], &[1]))));
    variants.push(news(anna(), Change::Read(reached(&[2], &[]))));
    variants.push(news(anna(), Change::Unliked { message: message_id(456), likes: likes(1) }));
    for kind in NotificationKind::ALL {
        variants.push(News::Notification(Arc::new(Notification { kind, ..notification("A body", "{}") })));
        let read = Notification { kind, read_at: Some(NOON), ..notification("A body", "{}") };
        variants.push(News::Notification(Arc::new(read)));
    }
    variants
}

fn answers(entrance: Entrance, client_id: Option<ClientId>, out: &mut Frames) {
    let at = endpoint(entrance);
    let asked = |verb| Context { verb, room: Some(room(123)), client_id: client_id.clone(), ack: None };
    let News::Event(event) = sent(text("Hello")) else { return };
    reply::hello(at, &reader(), "Zr5", NOON, out);
    reply::joined(at, &asked(Verb::Join), Some(cursor()), NOON, out);
    if entrance != Entrance::Sse {
        reply::joined(at, &asked(Verb::Join), None, NOON, out);
    }
    reply::settled(at, &asked(Verb::Send), &Outcome::Already(event), NOON, out);
    reply::settled(at, &asked(Verb::Read), &Outcome::Quiet, NOON, out);
    reply::done(at, &asked(Verb::Ping), NOON, out);
    reply::done(at, &asked(Verb::Leave), NOON, out);
    reply::resync(at, &reader(), cursor(), NOON, out);
    if entrance == Entrance::SocketIo {
        for reason in [SyncReason::Established, SyncReason::Reconnection, SyncReason::TokenRefresh] {
            reply::sync_required(&reader(), reason, NOON, out);
        }
    }
    // The one frame of `/chat/{id}` that is not a message is left out of the document: its client would take it for a
    // message.
    if entrance == Entrance::Bare {
        return;
    }
    for trouble in refusals() {
        reply::refused(at, &asked(Verb::Send), &trouble, NOON, out);
        reply::refused(at, &Context { room: None, ..asked(Verb::Send) }, &trouble, NOON, out);
    }
}

/// One trouble for each code that a socket can be told.
fn refusals() -> Vec<Trouble> {
    vec![
        Trouble::Malformed("`chat_id` is missing".into()),
        Trouble::Unauthorized,
        Refusal::NotMember.into(),
        Refusal::UnknownRoom.into(),
        Refusal::UnknownMessage.into(),
        Refusal::UnknownNotification.into(),
        Refusal::Reused { message: Some(message_id(456)) }.into(),
        Refusal::TooLarge { field: "content", limit: 16 << 10 }.into(),
        Trouble::TooFast(1),
        Trouble::Failure(Failure::Unavailable),
    ]
}

fn cursor() -> Cursor {
    Cursor { epoch: EPOCH, room: room(123), head: Head { seq: 5, moves: 3 } }
}

/// The name in the document for the messages of `/chat/{id}`, which have none themselves.
fn name(entrance: Entrance, frame: &str) -> String {
    match entrance {
        Entrance::Bare => "message".into(),
        Entrance::Sse if body(entrance, frame).is_none() => String::new(),
        _ => kind(entrance, frame),
    }
}

/// Returns the object in a frame; `None` for the stream's frames without one.
fn body(entrance: Entrance, frame: &str) -> Option<Ordered> {
    let json = match entrance {
        Entrance::Sse => frame.lines().find_map(|line| line.strip_prefix("data: "))?,
        Entrance::SocketIo => &frame[frame.find('[')?..],
        _ => frame,
    };
    match serde_json::from_str(json).unwrap() {
        Ordered::List(mut items) => items.pop(),
        object => Some(object),
    }
}

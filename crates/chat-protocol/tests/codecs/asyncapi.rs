//! The AsyncAPI document says what the codecs do: every frame that we send fits its schema there and every schema is one of a
//! frame that we send; every frame that it says clients may send is understood.

use std::collections::BTreeSet;

use chat_domain::*;
use chat_protocol::reply::{self, SyncReason};
use chat_protocol::request::Verb;
use chat_protocol::rest::ASYNCAPI;
use chat_protocol::*;
use serde_json::{Value as Json, json};

use crate::table::everything;
use crate::toy::*;

fn channel(entrance: Entrance) -> &'static str {
    match entrance {
        Entrance::Sse => "stream",
        Entrance::Bare => "bare",
        Entrance::Multiplexed => "multiplexed",
        Entrance::Room(_) => "room",
        Entrance::Roulette | Entrance::Personal => "roulette",
        Entrance::SocketIo => "socketio",
    }
}

fn document() -> Json {
    serde_json::from_slice(ASYNCAPI).unwrap()
}

/// What the document says about the messages of a channel in one direction, by their names.
fn messages<'a>(document: &'a Json, channel: &str, direction: &'a str) -> impl Iterator<Item = (&'a str, &'a Json)> {
    let messages = document["channels"][channel]["messages"].as_object().unwrap();
    messages.iter().filter_map(move |(key, message)| Some((key.strip_prefix(direction)?, &message["payload"])))
}

/// Everything that a socket can be sent, as its name and object.
fn sent_at(entrance: Entrance) -> Vec<(String, Json)> {
    let mut frames: Vec<String> = Vec::new();
    for news in everything() {
        for viewer in [1, 2] {
            for cursor in [false, true] {
                if let Some(audience) = audience(Shape { entrance, cursor }, &news, user(viewer)) {
                    frames.extend(encoded(entrance, cursor, audience, &news));
                }
            }
        }
    }
    frames.extend(told(|out| answers(entrance, out)));
    let named = frames.iter().filter(|frame| !frame.starts_with("id: e.7b.5.3\n\n") && !frame.starts_with("retry"));
    named.map(|frame| (name(entrance, frame), object(entrance, frame))).collect()
}

/// The document calls the messages of `/chat/{id}` so, though they have no names.
fn name(entrance: Entrance, frame: &str) -> String {
    if entrance == Entrance::Bare { "message".into() } else { kind(entrance, frame) }
}

fn answers(entrance: Entrance, out: &mut Frames) {
    let at = endpoint(entrance);
    let asked = |verb| Context { verb, room: Some(room(123)), client_id: ClientId::new("c-1"), ack: None };
    let cursor = Cursor { epoch: EPOCH, room: room(123), head: Head { seq: 5, moves: 3 } };
    let News::Event(event) = sent(text("Hello")) else { return };
    reply::hello(at, &reader(), "Zr5", NOON, out);
    reply::joined(at, &asked(Verb::Join), Some(cursor), NOON, out);
    reply::settled(at, &asked(Verb::Send), &Outcome::Already(event), NOON, out);
    reply::settled(at, &asked(Verb::Read), &Outcome::Quiet, NOON, out);
    reply::done(at, &asked(Verb::Ping), NOON, out);
    reply::done(at, &asked(Verb::Leave), NOON, out);
    reply::resync(at, &reader(), cursor, NOON, out);
    if entrance == Entrance::SocketIo {
        reply::sync_required(&reader(), SyncReason::TokenRefresh, NOON, out);
    }
    // The one frame of `/chat/{id}` that is no message is left out of the document, as its client would take it for one.
    if entrance != Entrance::Bare {
        let reused = Refusal::Reused { message: Some(message_id(456)) };
        reply::refused(at, &asked(Verb::Send), &reused.into(), NOON, out);
    }
}

#[test]
fn every_frame_that_we_send_is_described_and_nothing_else() {
    let document = document();
    let mut problems = Vec::new();
    for name in ["stream", "bare", "multiplexed", "room", "roulette", "socketio"] {
        let described: BTreeSet<_> = messages(&document, name, "out.").map(|(name, _)| name.to_owned()).collect();
        let mut sent = BTreeSet::new();
        for entrance in ENTRANCES.into_iter().filter(|entrance| channel(*entrance) == name) {
            for (kind, object) in sent_at(entrance) {
                match messages(&document, name, "out.").find(|(described, _)| *described == kind) {
                    Some((_, schema)) => check(&document, schema, &object, &format!("{name} {kind}"), &mut problems),
                    None => problems.push(format!("{kind} on {entrance:?} is not described")),
                }
                sent.insert(kind);
            }
        }
        problems.extend(described.difference(&sent).map(|kind| format!("{kind} on {name} is never sent")));
    }
    problems.sort();
    problems.dedup();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn every_frame_that_is_described_is_understood() {
    let document = document();
    for entrance in ENTRANCES.into_iter().filter(|entrance| *entrance != Entrance::Personal) {
        for (name, schema) in messages(&document, channel(entrance), "in.") {
            for all in [false, true] {
                let object = example(&document, schema, "", all);
                let frame = match entrance {
                    Entrance::SocketIo => json!([name, object]),
                    _ => object,
                };
                match decode(endpoint(entrance), frame.to_string().as_bytes(), None) {
                    Ok(_) => {}
                    Err(rejected) => panic!("{entrance:?}: {frame}: {:?}", rejected.trouble),
                }
            }
        }
    }
}

/// As much of JSON Schema as the document uses; a property that is not named is a mistake.
fn check(document: &Json, schema: &Json, value: &Json, at: &str, problems: &mut Vec<String>) {
    let schema = resolved(document, schema);
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &&Json| {
            let mut problems = Vec::new();
            check(document, choice, value, at, &mut problems);
            problems.is_empty()
        };
        if !choices.iter().any(|choice| fits(&choice)) {
            problems.push(format!("{at}: {value} fits none of {choices:?}"));
        }
        return;
    }
    if !has_kind(schema, value) {
        problems.push(format!("{at}: {value} is not {schema}"));
    }
    let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) else {
        let items = value.as_array().into_iter().flatten();
        return items.for_each(|item| check(document, &schema["items"], item, at, problems));
    };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
    problems.extend(required.filter(|name| !fields.contains_key(*name)).map(|name| format!("{at}.{name} is missing")));
    for (name, value) in fields {
        match properties.get(name) {
            Some(schema) => check(document, schema, value, &format!("{at}.{name}"), problems),
            None => problems.push(format!("{at}.{name} is not described")),
        }
    }
}

fn resolved<'a>(document: &'a Json, schema: &'a Json) -> &'a Json {
    match schema["$ref"].as_str() {
        Some(path) => document.pointer(path.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

fn has_kind(schema: &Json, value: &Json) -> bool {
    let kind = match schema["type"].as_str() {
        None => true,
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some(other) => panic!("{other} is no type"),
    };
    let text = value.as_str().unwrap_or("");
    let format = match schema["format"].as_str() {
        Some("uuid") => text.parse::<Uuid>().is_ok(),
        Some("date-time") => text.len() >= 20 && text.ends_with('Z'),
        _ => true,
    };
    let word = schema["enum"].as_array().is_none_or(|words| words.contains(value));
    kind && format && word && (schema.get("const").is_none_or(|word| word == value))
}

/// A value that fits a schema: with everything in it, or with what is required only.
fn example(document: &Json, schema: &Json, name: &str, all: bool) -> Json {
    let schema = resolved(document, schema);
    if let Some(word) = schema.get("const").or(schema["enum"].get(0)).or(schema["examples"].get(0)) {
        return word.clone();
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return example(document, &choices[0], name, all);
    }
    match (schema["type"].as_str(), name) {
        (Some("object"), _) => {
            let required = schema["required"].as_array();
            let wanted = |name: &str| all || required.is_some_and(|names| names.iter().any(|of| of == name));
            let properties = schema["properties"].as_object().into_iter().flatten();
            let fields = properties.filter(|(name, _)| wanted(name) && (name.as_str(), all) != ("media_url", true));
            fields.map(|(name, schema)| (name.clone(), example(document, schema, name, all))).collect()
        }
        (Some("integer"), _) => json!(7),
        (Some("boolean"), _) => json!(true),
        (_, "message_id" | "last_message_id") => json!(message_id(456).uuid().to_string()),
        (_, "notification_id") => json!(NotificationId::new(1).unwrap().uuid().to_string()),
        (Some("string"), _) if schema["format"] == "uuid" => json!(room(123).uuid().to_string()),
        _ => json!("text"),
    }
}

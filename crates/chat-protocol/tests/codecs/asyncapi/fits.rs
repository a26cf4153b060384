//! Every frame that clients may send according to the document is understood, with all of its fields and with the
//! required ones alone.

use chat_domain::*;
use chat_protocol::rest::ASYNCAPI;
use chat_protocol::*;
use serde_json::{Value as Json, json};

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

/// Returns the messages of a channel in one direction, by their names.
fn messages<'a>(document: &'a Json, channel: &str, direction: &'a str) -> impl Iterator<Item = (&'a str, &'a Json)> {
    let messages = document["channels"][channel]["messages"].as_object().unwrap();
    messages.iter().filter_map(move |(key, message)| Some((key.strip_prefix(direction)?, &message["payload"])))
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

fn resolved<'a>(document: &'a Json, schema: &'a Json) -> &'a Json {
    match schema["$ref"].as_str() {
        Some(path) => document.pointer(path.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Returns a value that fits a schema: with all fields, or with the required ones alone.
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
        (_, "message_id" | "last_message_id" | "reply_to") => json!(message_id(456).uuid().to_string()),
        (_, "notification_id") => json!(NotificationId::new(1).unwrap().uuid().to_string()),
        (Some("string"), _) if schema["format"] == "uuid" => json!(room(123).uuid().to_string()),
        _ => json!("text"),
    }
}

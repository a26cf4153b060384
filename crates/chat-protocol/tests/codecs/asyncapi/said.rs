//! The frames that clients may send, found out from the decoders: the words that they know are in their source, and
//! which fields a frame must and may have they say themselves when a field is missing or wrong.

use chat_protocol::{Entrance, Rejected, Trouble, decode};
use serde_json::{Map, Value as Json, json};

use super::ordered::Ordered;
use super::words;
use crate::toy::*;

/// A frame that a client may send.
pub(crate) struct Said {
    pub(crate) name: String,
    /// The schema of the frame; for dialect 5, of the event's argument.
    pub(crate) payload: Ordered,
    pub(crate) example: Ordered,
}

/// Returns all frames that clients of this entrance may send.
pub(crate) fn said(entrance: Entrance) -> Vec<Said> {
    verbs(entrance).into_iter().map(|name| ask(entrance, name)).collect()
}

/// Returns the words in the decoder's own table.
fn verbs(entrance: Entrance) -> Vec<&'static str> {
    let source = match entrance {
        Entrance::Bare => return vec!["message"],
        Entrance::Multiplexed => include_str!("../../../src/dialect/multiplexed/decode.rs"),
        Entrance::Room(_) => include_str!("../../../src/dialect/room/decode.rs"),
        Entrance::Roulette => include_str!("../../../src/dialect/roulette/decode.rs"),
        Entrance::SocketIo => include_str!("../../../src/dialect/socketio/decode.rs"),
        Entrance::Sse | Entrance::Personal => return Vec::new(),
    };
    let row = |line: &'static str| line.trim().split_once(" => Verb::").map(|(word, _)| word.trim_matches('"'));
    source.lines().filter(|line| line.trim().starts_with('"')).filter_map(row).collect()
}

/// The fields that any decoder knows.
fn fields() -> Vec<&'static str> {
    let source = include_str!("../../../src/dialect/fields.rs");
    let row = |line: &'static str| line.trim().strip_prefix("pub(crate) ")?.split_once(": ");
    let fields = source.lines().filter_map(row).filter(|(_, kind)| kind.starts_with("Loose") || kind.contains("Tree"));
    fields.map(|(name, _)| if name == "kind" { "type" } else { name }).collect()
}

fn ask(entrance: Entrance, name: &str) -> Said {
    let mut least = Map::new();
    while let Some(problem) = problem(entrance, name, &least) {
        let (field, what) = named(&problem).unwrap_or_else(|| panic!("{entrance:?} {name}: {problem}"));
        let before = least.insert(field.to_owned(), sample(field, what, entrance));
        assert_eq!(before, None, "{entrance:?} {name}: the sample of `{field}` is not taken: {problem}");
        assert!(least.len() < 10, "{entrance:?} {name}: {problem}");
    }
    let required: Vec<&str> = least.keys().map(String::as_str).collect();
    let mut properties = Vec::new();
    for field in fields().into_iter().filter(|field| *field != "type" || has_kind(entrance)) {
        let mut wrong = least.clone();
        wrong.insert(field.to_owned(), json!([]));
        // Some fields belong to one kind of message only.
        if field == "media_url" && entrance == Entrance::Roulette {
            wrong.insert("type".into(), json!("photo"));
        }
        if let Some(problem) = problem(entrance, name, &wrong) {
            let (found, what) = named(&problem).unwrap_or_else(|| panic!("{entrance:?} {name}: {problem}"));
            assert_eq!(found, field, "{entrance:?} {name}: {problem}");
            properties.push((field.to_owned(), schema(field, what, entrance)));
        }
    }
    Said {
        name: name.into(),
        payload: envelope(entrance, name, properties, &required),
        example: shown(entrance, name, &least),
    }
}

/// Returns what the decoder says is wrong with a frame.
fn problem(entrance: Entrance, name: &str, fields: &Map<String, Json>) -> Option<String> {
    match decode(endpoint(entrance), frame(entrance, name, fields).to_string().as_bytes(), None) {
        Ok(_) => None,
        Err(Rejected { trouble: Trouble::Malformed(problem), .. }) => Some(problem),
        Err(rejected) => panic!("{entrance:?} {name} {fields:?}: {rejected:?}"),
    }
}

fn frame(entrance: Entrance, name: &str, fields: &Map<String, Json>) -> Json {
    match entrance {
        Entrance::SocketIo => json!([name, fields]),
        Entrance::Roulette => json!({"type": name, "payload": fields}),
        _ => {
            let mut flat = Map::from_iter([("type".to_owned(), json!(name))]);
            flat.extend(fields.clone());
            Json::Object(flat)
        }
    }
}

/// Returns the field about which a decoder complains, and what it wants there; `None` if the field is only missing.
fn named(problem: &str) -> Option<(&str, &str)> {
    let (field, what) = problem.strip_prefix('`')?.split_once('`')?;
    Some((field, what.trim().strip_prefix("must be ").unwrap_or("")))
}

fn sample(field: &str, what: &str, entrance: Entrance) -> Json {
    let has_uuids = matches!(entrance, Entrance::Roulette | Entrance::SocketIo);
    match (field, what) {
        ("chat_id", _) if has_uuids => json!(room(123).uuid().to_string()),
        ("notification_id", _) => json!(chat_domain::NotificationId::new(77).unwrap().uuid().to_string()),
        ("chat_id", _) => json!(123),
        ("message_id" | "reply_to", _) if has_uuids => json!(message_id(456).uuid().to_string()),
        ("message_id" | "reply_to", _) => json!(456),
        ("is_typing", _) => json!(true),
        ("status", _) => json!("away"),
        ("emoji", _) => json!("👍"),
        _ => json!("Hello"),
    }
}

fn schema(field: &str, what: &str, entrance: Entrance) -> Ordered {
    let kind = |name: &str| Ordered::object([("type", name.into())]);
    let named = |name: &str| Ordered::object([("$ref", format!("#/components/schemas/{name}").into())]);
    let schema = match (field, what) {
        ("client_id", _) => return named("clientId"),
        ("cursor", _) => return named("cursor"),
        ("type" | "message_type", _) => return named("messageType"),
        ("status", _) => kind("string").with("enum", words::MOODS.to_vec()),
        ("emoji", _) => kind("string").with("examples", vec!["👍"]),
        ("last_message_id", _) if entrance == Entrance::SocketIo => kind("string").with("format", "uuid"),
        ("last_message_id", _) => kind("integer").with("minimum", 0i64),
        (_, "a string") => kind("string"),
        (_, "an integer") => kind("integer").with("minimum", 1i64),
        (_, "true or false") => kind("boolean"),
        (_, "a UUID") => kind("string").with("format", "uuid"),
        (_, "an object") => kind("object"),
        _ => panic!("what is {what}, which {field} must be?"),
    };
    match words::said(field) {
        Some(words) => schema.with("description", words),
        None => schema,
    }
}

fn has_kind(entrance: Entrance) -> bool {
    matches!(entrance, Entrance::Roulette | Entrance::SocketIo)
}

fn envelope(entrance: Entrance, name: &str, properties: Vec<(String, Ordered)>, required: &[&str]) -> Ordered {
    let object = |properties: Vec<(String, Ordered)>, required: Vec<&str>| {
        let object = Ordered::object([("type", "object".into()), ("properties", Ordered::Object(properties))]);
        if required.is_empty() { object } else { object.with("required", required) }
    };
    let word = ("type".to_owned(), Ordered::object([("const", name.into())]));
    match entrance {
        Entrance::SocketIo => object(properties, required.to_vec()),
        Entrance::Roulette => {
            let payload = ("payload".to_owned(), object(properties, required.to_vec()));
            object(vec![word, payload], if required.is_empty() { vec!["type"] } else { vec!["type", "payload"] })
        }
        _ => object([vec![word], properties].concat(), [&["type"], required].concat()),
    }
}

fn shown(entrance: Entrance, name: &str, fields: &Map<String, Json>) -> Ordered {
    let json = match entrance {
        Entrance::SocketIo => json!(fields),
        _ => frame(entrance, name, fields),
    };
    serde_json::from_str(&json.to_string()).unwrap()
}

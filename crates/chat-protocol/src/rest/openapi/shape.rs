//! Short ways to write schemas down.

use serde_json::{Map, Value as Json, json};

use super::words;

/// An object with exactly these fields, all of them required.
pub(super) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({"type": "object", "properties": properties(&fields), "required": required, "additionalProperties": false})
}

/// A body: fields whose names end in a question mark may be left out or null, and unknown ones are passed over.
pub(super) fn body<const N: usize>(fields: [(&str, Json); N]) -> Json {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).filter(|name| !name.ends_with('?')).collect();
    let fields = fields.map(|(name, schema)| match name.strip_suffix('?') {
        Some(name) => (name, or_null(kept(schema))),
        None => (name, kept(schema)),
    });
    json!({"type": "object", "properties": properties(&fields), "required": required})
}

/// No database keeps U+0000.
fn kept(mut schema: Json) -> Json {
    if schema["type"] == "string" && ["pattern", "enum", "format"].iter().all(|rule| schema.get(rule).is_none()) {
        schema["pattern"] = r"^[^\u0000]*$".into();
    }
    schema
}

/// The same object with more fields.
pub(super) fn with<const N: usize>(mut object: Json, fields: [(&str, Json); N]) -> Json {
    for (name, schema) in fields {
        object["properties"][name] = words::described(name, schema);
        if let Some(required) = object["required"].as_array_mut() {
            required.push(json!(name));
        }
    }
    object
}

/// The same object with fields that may be absent.
pub(super) fn perhaps<const N: usize>(mut object: Json, fields: [(&str, Json); N]) -> Json {
    for (name, schema) in fields {
        object["properties"][name] = words::described(name, schema);
    }
    object
}

/// This or null.
pub(super) fn or_null(schema: Json) -> Json {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// Several of these.
pub(super) fn array(schema: Json) -> Json {
    json!({"type": "array", "items": schema})
}

/// One of these words.
pub(super) fn words(words: &[&str]) -> Json {
    json!({"type": "string", "enum": words})
}

/// A text of any length.
pub(super) fn text() -> Json {
    json!({"type": "string"})
}

/// A text of so many characters.
pub(super) fn sized(least: u32, most: u32) -> Json {
    json!({"type": "string", "minLength": least, "maxLength": most})
}

/// Yes or no.
pub(super) fn flag() -> Json {
    json!({"type": "boolean"})
}

/// A whole number from 0 on.
pub(super) fn count() -> Json {
    json!({"type": "integer", "minimum": 0, "maximum": chat_domain::id::MAX_ID})
}

fn properties(fields: &[(&str, Json)]) -> Map<String, Json> {
    fields.iter().map(|(name, schema)| ((*name).to_owned(), words::described(name, schema.clone()))).collect()
}

/// Whether a schema refers to another.
pub(super) fn refers(schema: &Json, to: &Json) -> bool {
    schema == to
        || match schema {
            Json::Object(fields) => fields.values().any(|schema| refers(schema, to)),
            Json::Array(schemas) => schemas.iter().any(|schema| refers(schema, to)),
            _ => false,
        }
}

/// Whether an object has a property, or any that may stand in its place.
pub(super) fn has_property(schema: &Json, name: &str) -> bool {
    let any = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()).or_else(|| schema["allOf"].as_array());
    schema["properties"].get(name).is_some() || any.into_iter().flatten().any(|schema| has_property(schema, name))
}

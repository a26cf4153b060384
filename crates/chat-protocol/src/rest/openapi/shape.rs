//! Short ways to write schemas.

use serde_json::{Map, Value as Json, json};

use super::words;

/// Returns an object with exactly these fields, all of which are required.
pub(super) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({"type": "object", "properties": properties(&fields), "required": required, "additionalProperties": false})
}

/// Returns a body. Fields whose names end in a question mark may be missing or null, and unknown fields are ignored.
pub(super) fn body<const N: usize>(fields: [(&str, Json); N]) -> Json {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).filter(|name| !name.ends_with('?')).collect();
    let fields = fields.map(|(name, schema)| match name.strip_suffix('?') {
        Some(name) => (name, or_null(kept(schema))),
        None => (name, kept(schema)),
    });
    json!({"type": "object", "properties": properties(&fields), "required": required})
}

/// Excludes U+0000, which no database can store.
fn kept(mut schema: Json) -> Json {
    if schema["type"] == "string" && ["pattern", "enum", "format"].iter().all(|rule| schema.get(rule).is_none()) {
        schema["pattern"] = r"^[^\u0000]*$".into();
    }
    schema
}

/// Returns the object with these required fields added.
pub(super) fn with<const N: usize>(mut object: Json, fields: [(&str, Json); N]) -> Json {
    for (name, schema) in fields {
        object["properties"][name] = words::described(name, schema);
        if let Some(required) = object["required"].as_array_mut() {
            required.push(json!(name));
        }
    }
    object
}

/// Returns the object with these optional fields added.
pub(super) fn perhaps<const N: usize>(mut object: Json, fields: [(&str, Json); N]) -> Json {
    for (name, schema) in fields {
        object["properties"][name] = words::described(name, schema);
    }
    object
}

/// Returns a schema for this or null.
pub(super) fn or_null(schema: Json) -> Json {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// Returns a list of these.
pub(super) fn array(schema: Json) -> Json {
    json!({"type": "array", "items": schema})
}

/// Returns one of these words.
pub(super) fn words(words: &[&str]) -> Json {
    json!({"type": "string", "enum": words})
}

/// Returns a text of any length.
pub(super) fn text() -> Json {
    json!({"type": "string"})
}

/// Returns a text of so many characters.
pub(super) fn sized(least: u32, most: u32) -> Json {
    json!({"type": "string", "minLength": least, "maxLength": most})
}

/// Returns a truth value.
pub(super) fn flag() -> Json {
    json!({"type": "boolean"})
}

/// Returns a whole number from 0 on.
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

/// Whether an object, or one of its alternatives, has a field.
pub(super) fn has_property(schema: &Json, name: &str) -> bool {
    let any = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()).or_else(|| schema["allOf"].as_array());
    schema["properties"].get(name).is_some() || any.into_iter().flatten().any(|schema| has_property(schema, name))
}

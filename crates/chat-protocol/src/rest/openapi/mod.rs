//! The OpenAPI document. It is made from the table of addresses, so that each address is in both or in neither.

mod errors;
mod files;
mod messages;
mod operation;
mod push;
mod schema;
mod shape;
mod stream;
mod suspensions;
mod texts;
mod webhooks;
mod words;

use serde_json::{Map, Value as Json, json};

use super::{Access, Entry, TABLE, Tree};

/// Returns the OpenAPI 3.1 document of the HTTP trees.
pub fn document() -> Vec<u8> {
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chat",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "servers": [
            {"url": "/", "description": "The server that this document comes from."},
            {"url": "http://127.0.0.1:8000", "description": "Where chat-server listens unless told otherwise."},
        ],
        "tags": [
            {"name": "/api", "description": "Integer ids, microseconds, answers wrapped in status and data."},
            {"name": "/api/v1", "description": "UUIDs, seconds, answers wrapped in data; message objects of dialect 4."},
            {"name": "/api/v2", "description": "UUIDs, seconds, answers wrapped in data; message objects of dialect 5."},
            {"name": "operations", "description": "Health."},
        ],
        "paths": paths(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."},
                "cookie": {
                    "type": "apiKey", "in": "cookie", "name": "sessionid",
                    "description": "The session that logging in opened; unsafe methods want an Origin of the same host.",
                },
                "query": {
                    "type": "apiKey", "in": "query", "name": "token",
                    "description": "An access token in the address, for an EventSource, which sends no headers.",
                },
                "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "A back end's key."},
            },
            "schemas": schema::all(),
        },
    });
    document.to_string().into_bytes()
}

const DESCRIPTION: &str = "One chat in three trees: /api, /api/v1 and /api/v2. The sockets are described in \
    /api/asyncapi.json.\n\nAn empty parameter and a null field are as good as absent ones. Times are RFC 3339 in UTC. Any send \
    may carry `client_id` (or the header Idempotency-Key): whoever repeats it gets the first answer again, and nobody hears it \
    twice. Every answer has an `X-Request-Id`: that of the request if it came through a trusted proxy. The two documents answer \
    `If-None-Match` and `Accept-Encoding: gzip`. Methods that an address does not take are 405 with `Allow`.";

fn paths() -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for entry in TABLE {
        for (tree, path) in entry.addresses() {
            let method = entry.method.name().to_ascii_lowercase();
            let item = paths.entry(path).or_insert_with(|| json!({}));
            item[method] = operation(entry, tree);
        }
    }
    paths.insert(stream::PATH.into(), json!({"get": stream::operation()}));
    Json::Object(paths)
}

fn operation(entry: &Entry, tree: Tree) -> Json {
    let shape = operation::shape(entry.route, tree);
    let mut operation = json!({
        "operationId": format!("{}{:?}", schema::prefix(tree), entry.route),
        "summary": shape.summary,
        "tags": [if entry.trees.is_empty() { "operations" } else { tree.prefix() }],
        "security": security(entry.access),
        "parameters": parameters(entry, tree, &shape),
        "responses": responses(entry, tree, &shape),
    });
    if shape.brings_bytes {
        operation["requestBody"] = json!({"required": true, "content": {"application/octet-stream": {}}});
    }
    if let Some(body) = shape.body {
        operation["requestBody"] =
            json!({"required": shape.body_required, "content": {"application/json": {"schema": body}}});
    }
    operation
}

fn security(access: Access) -> Json {
    match access {
        Access::Open => json!([]),
        Access::User => json!([{"token": []}, {"cookie": []}]),
        Access::Key => json!([{"key": []}]),
    }
}

fn parameters(entry: &Entry, tree: Tree, shape: &operation::Bodies) -> Vec<Json> {
    let named = entry.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Json> = named.map(|name| schema::path_parameter(name, tree)).collect();
    parameters.extend(shape.query.iter().map(|(name, schema)| query_parameter(name, schema.clone())));
    if shows_additions(shape, tree) {
        parameters.extend(additions());
    }
    if may_be_repeated(shape) {
        parameters.push(header_parameter("Idempotency-Key", texts::idempotency_key()));
    }
    parameters
}

/// Whether an answer of the operation shows more to clients that ask for additions.
fn shows_additions(shape: &operation::Bodies, tree: Tree) -> bool {
    let refers = |answer: &Json, name: &str| shape::refers(answer, &schema::named(name, tree));
    let mut answers = shape.answers.iter().flat_map(|(_, answer)| answer);
    answers.any(|answer| ["Message", "Chat", "Event"].into_iter().any(|name| refers(answer, name)))
}

/// Whether a request may have a name, so that a repeat does nothing.
fn may_be_repeated(shape: &operation::Bodies) -> bool {
    shape.body.as_ref().is_some_and(|body| shape::has_property(body, "client_id"))
}

/// The parameter and the header with which additions are asked for.
fn additions() -> [Json; 2] {
    [query_parameter("features", shape::text()), header_parameter("X-Chat-Features", shape::text())]
}

fn header_parameter(name: &str, schema: Json) -> Json {
    json!({"name": name, "in": "header", "schema": words::described(name, schema)})
}

/// A parameter. An empty one counts as missing. It must be given if its name ends in an exclamation mark.
fn query_parameter(name: &str, schema: Json) -> Json {
    if let Some(name) = name.strip_suffix('!') {
        return json!({"name": name, "in": "query", "required": true, "schema": words::described(name, schema)});
    }
    let schema = match schema["type"] == "string" && ["format", "pattern"].iter().all(|rule| schema.get(rule).is_none())
    {
        true => schema,
        false => json!({"anyOf": [schema, {"const": ""}]}),
    };
    json!({"name": name, "in": "query", "schema": words::described(name, schema)})
}

fn responses(entry: &Entry, tree: Tree, shape: &operation::Bodies) -> Json {
    let mut responses = Map::new();
    for (status, schema) in &shape.answers {
        let mut response = json!({"description": "Done."});
        if let Some(schema) = schema {
            response["content"] = json!({"application/json": {"schema": schema}});
        }
        responses.insert(status.to_string(), response);
    }
    for (status, answer) in errors::answers(entry, tree, shape) {
        responses.entry(status.to_string()).or_insert(answer);
    }
    Json::Object(responses)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn parsed() -> Json {
        serde_json::from_slice(&document()).unwrap()
    }

    #[test]
    fn every_address_is_described_and_nothing_else() {
        let document = parsed();
        let described = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| (method.to_ascii_uppercase(), path.clone()))
                .collect::<Vec<_>>()
        });
        let known = TABLE.iter().flat_map(|entry| {
            entry.addresses().map(|(_, path)| (entry.method.name().to_owned(), path)).collect::<Vec<_>>()
        });
        let mut known: BTreeSet<_> = known.collect();
        known.insert(("GET".into(), stream::PATH.into()));
        assert_eq!(described.collect::<BTreeSet<_>>(), known);
    }

    #[test]
    fn every_field_and_parameter_is_explained() {
        fn unexplained<'a>(json: &'a Json, found: &mut BTreeSet<&'a str>) {
            let explained = |schema: &Json| schema.get("description").is_some() || schema.get("$ref").is_some();
            match json {
                Json::Object(fields) => {
                    let properties = fields.get("properties").and_then(Json::as_object).into_iter().flatten();
                    found.extend(properties.filter(|(_, schema)| !explained(schema)).map(|(name, _)| name.as_str()));
                    if let (Some(name), Some(schema)) = (fields.get("name"), fields.get("schema"))
                        && !explained(schema)
                    {
                        found.extend(name.as_str());
                    }
                    fields.values().for_each(|value| unexplained(value, found));
                }
                Json::Array(values) => values.iter().for_each(|value| unexplained(value, found)),
                _ => {}
            }
        }
        let (document, mut found) = (parsed(), BTreeSet::new());
        unexplained(&document, &mut found);
        assert_eq!(found, BTreeSet::new(), "words.rs wants a sentence for each");
    }

    #[test]
    fn headers_that_are_read_are_named_where_they_are() {
        let document = parsed();
        let has = |path: &str, method: &str, name: &str| {
            let parameters = document["paths"][path][method]["parameters"].as_array().unwrap();
            parameters.iter().any(|parameter| parameter["name"] == name)
        };
        for (path, method, named, shown) in [
            ("/api/chats", "post", true, true),
            ("/api/v1/chats/{chat}/messages", "post", true, true),
            ("/api/v2/server/notifications", "post", true, false),
            ("/api/v2/server/chats", "post", true, true),
            ("/api/v2/server/chats/{chat}/messages", "post", true, true),
            ("/api/v2/chats/{chat}/messages", "get", false, true),
            ("/api/chats/{chat}/stream", "get", false, true),
            ("/api/auth/login", "post", false, false),
        ] {
            assert_eq!(has(path, method, "Idempotency-Key"), named, "{method} {path}");
            assert_eq!(has(path, method, "X-Chat-Features"), shown, "{method} {path}");
            assert_eq!(has(path, method, "features"), shown, "{method} {path}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_name_is_one_of_a_kind() {
        fn references(json: &Json, found: &mut BTreeSet<String>) {
            match json {
                Json::Object(fields) => fields.iter().for_each(|(key, value)| match value {
                    Json::String(to) if key == "$ref" => drop(found.insert(to.clone())),
                    value => references(value, found),
                }),
                Json::Array(values) => values.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = parsed();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
        let mut names = BTreeSet::new();
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                let name = operation["operationId"].as_str().unwrap().to_owned();
                assert!(names.insert(name.clone()), "{name}");
                assert!(
                    operation["responses"].as_object().unwrap().keys().any(|status| status.starts_with('2')),
                    "{name}"
                );
            }
        }
    }
}

//! The OpenAPI document, made from the table of addresses: what is not there cannot be here, and the other way round.

mod operation;
mod schema;
mod shape;

use serde_json::{Map, Value as Json, json};

use super::{Access, Entry, TABLE, Tree};

/// The OpenAPI 3.1 document of the HTTP trees.
pub fn document() -> Vec<u8> {
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chat",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "One chat in three trees: /api (integer ids, microseconds, answers wrapped in status and data), \
                /api/v1 and /api/v2 (UUIDs, seconds, answers wrapped in data). The sockets are described in /api/asyncapi.json.",
        },
        "paths": paths(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
                "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            },
            "schemas": schema::all(),
        },
    });
    document.to_string().into_bytes()
}

fn paths() -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for entry in TABLE {
        for (tree, path) in entry.addresses() {
            let method = entry.method.name().to_ascii_lowercase();
            let item = paths.entry(path).or_insert_with(|| json!({}));
            item[method] = operation(entry, tree);
        }
    }
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
        "responses": responses(entry.access, tree, &shape),
    });
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

fn parameters(entry: &Entry, tree: Tree, shape: &operation::Shape) -> Vec<Json> {
    let named = entry.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Json> = named.map(|name| schema::path_parameter(name, tree)).collect();
    parameters.extend(shape.query.iter().map(|(name, schema)| json!({"name": name, "in": "query", "schema": schema})));
    if shape.takes_key {
        let schema = json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"});
        parameters.push(json!({"name": "Idempotency-Key", "in": "header", "schema": schema}));
    }
    parameters
}

fn responses(access: Access, tree: Tree, shape: &operation::Shape) -> Json {
    let mut responses = Map::new();
    for (status, schema) in &shape.answers {
        let mut response = json!({"description": "Done."});
        if let Some(schema) = schema {
            response["content"] = json!({"application/json": {"schema": schema}});
        }
        responses.insert(status.to_string(), response);
    }
    for (status, description) in ERRORS.iter().filter(|(status, _)| access != Access::Open || *status != 403) {
        let error = json!({
            "description": description,
            "content": {"application/json": {"schema": schema::named("Error", tree)}},
        });
        responses.entry(status.to_string()).or_insert(error);
    }
    Json::Object(responses)
}

const ERRORS: [(u16, &str); 9] = [
    (401, "UNAUTHORIZED: no credential, or not a good one."),
    (403, "FORBIDDEN: not for this user."),
    (404, "CHAT_NOT_FOUND, MESSAGE_NOT_FOUND, USER_NOT_FOUND, NOTIFICATION_NOT_FOUND or NOT_FOUND."),
    (405, "METHOD_NOT_ALLOWED: `Allow` says which are."),
    (409, "CONFLICT: it was already so in another way; `message_id` names the first message under a `client_id`."),
    (413, "MESSAGE_TOO_LARGE."),
    (422, "INVALID_DATA: the message names the field."),
    (429, "RATE_LIMIT: `Retry-After` says how long to wait."),
    (503, "UNAVAILABLE: try again with the same `client_id`."),
];

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
        assert_eq!(described.collect::<BTreeSet<_>>(), known.collect::<BTreeSet<_>>());
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

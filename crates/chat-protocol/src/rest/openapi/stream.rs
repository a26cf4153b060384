//! The operation of dialect 1's stream, which is asked for over HTTP, but is not a route of the trees.

use serde_json::{Value as Json, json};

use super::super::Tree;
use super::shape::{count, text};
use super::{errors, schema, words};

/// The address of the stream.
pub(super) const PATH: &str = "/api/chats/{chat}/stream";

/// Returns what it takes and answers.
pub(super) fn operation() -> Json {
    let refusals = ["UNAUTHORIZED", "FORBIDDEN", "CHAT_NOT_FOUND", "INVALID_DATA", "RATE_LIMIT", "UNAVAILABLE"];
    let mut responses = json!({"200": {
        "description": "`data:` holds one event, as /api/asyncapi.json describes them; `id:` is a cursor; a comment every 15 s.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }});
    for (status, answer) in errors::spelled(&refusals, Tree::Api) {
        responses[status.to_string()] = answer;
    }
    let [query_features, header_features] = super::additions();
    json!({
        "operationId": "ApiStream",
        "summary": "A chat as server-sent events",
        "tags": ["/api"],
        "security": [{"token": []}, {"cookie": []}, {"query": []}],
        "parameters": [
            schema::path_parameter("chat", Tree::Api),
            super::query_parameter("last_message_id", count()),
            super::query_parameter("cursor", text()),
            {"name": "Last-Event-ID", "in": "header", "schema": words::described("cursor", text())},
            query_features,
            header_features,
        ],
        "responses": responses,
    })
}

//! The codes with which each operation may refuse.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::{Access, Entry, Method, Route, Tree};
use super::operation::Bodies;
use super::schema;
use crate::codes::code;

/// Returns the answers with which an operation refuses, by status.
pub(super) fn answers(entry: &Entry, tree: Tree, shape: &Bodies) -> Vec<(u16, Json)> {
    spelled(&codes(entry, shape), tree)
}

/// Returns refusals with these codes, by status.
pub(super) fn spelled(words: &[&str], tree: Tree) -> Vec<(u16, Json)> {
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for code in words.iter().filter_map(|word| code(word)) {
        by_status.entry(code.status).or_default().push(format!("{}: {}.", code.word, code.cause));
    }
    let answer = |(status, sentences): (u16, Vec<String>)| {
        let mut answer = json!({
            "description": sentences.join(" "),
            "content": {"application/json": {"schema": schema::named("Error", tree)}},
        });
        if matches!(status, 429 | 503) {
            answer["headers"] = json!({"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}});
        }
        (status, answer)
    };
    by_status.into_iter().map(answer).collect()
}

fn codes(entry: &Entry, shape: &Bodies) -> Vec<&'static str> {
    if matches!(entry.route, Route::OpenApi | Route::AsyncApi | Route::Healthz | Route::Readyz) {
        return Vec::new();
    }
    let mut codes = by_access(entry);
    codes.extend(by_path(entry.path));
    codes.extend(shape.refuses);
    if shape.body.is_some() {
        codes.extend(["INVALID_DATA", "MESSAGE_TOO_LARGE"]);
    }
    if !shape.query.is_empty() {
        codes.push("INVALID_DATA");
    }
    codes.push("UNAVAILABLE");
    let mut once = Vec::new();
    codes.into_iter().for_each(|code| {
        if !once.contains(&code) {
            once.push(code)
        }
    });
    once
}

fn by_access(entry: &Entry) -> Vec<&'static str> {
    match entry.access {
        Access::Open => vec!["RATE_LIMIT"],
        // A cookie counts only for requests from the server's own pages.
        Access::User if entry.method != Method::Get => vec!["UNAUTHORIZED", "FORBIDDEN", "RATE_LIMIT"],
        Access::User => vec!["UNAUTHORIZED", "RATE_LIMIT"],
        Access::Key => vec!["UNAUTHORIZED", "NOT_FOUND"],
    }
}

fn by_path(path: &str) -> Vec<&'static str> {
    let parts = path.split('/').flat_map(|part| match part {
        "{chat}" => vec!["CHAT_NOT_FOUND", "FORBIDDEN"],
        "{message}" => vec!["MESSAGE_NOT_FOUND"],
        "{user}" => vec!["USER_NOT_FOUND"],
        "{notification}" => vec!["NOTIFICATION_NOT_FOUND"],
        "{webhook}" | "{report}" => vec!["NOT_FOUND"],
        "{post}" | "{subject}" => vec!["NOT_FOUND", "INVALID_DATA"],
        "{emoji}" => vec!["INVALID_DATA"],
        "{file}" => vec!["NOT_FOUND"],
        _ => Vec::new(),
    });
    parts.collect()
}

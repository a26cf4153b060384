//! The refusals in the OpenAPI document: every one that the tests of this crate meet must be listed there.

use std::sync::LazyLock;

use chat_protocol::rest::openapi;
use serde_json::Value as Json;

static DOCUMENT: LazyLock<Json> =
    LazyLock::new(|| serde_json::from_slice(&openapi::document()).expect("a document of JSON"));

/// Checks that an operation lists this refusal. An address that is not in the document has no operation.
pub(crate) fn check(method: &str, path: &str, status: u16, code: &str) {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let found = paths.iter().filter(|(template, _)| is_of(path, template));
    // Of several templates, the one with fewer names counts, as in the router.
    let Some((template, item)) = found.min_by_key(|(template, _)| template.matches('{').count()) else { return };
    let Some(operation) = item.get(method.to_ascii_lowercase()) else { return };
    let said = operation["responses"][status.to_string()]["description"].as_str().unwrap_or_default();
    assert!(said.contains(&format!("{code}: ")), "{method} {template} does not say that it may answer {status} {code}");
}

fn is_of(path: &str, template: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (parts, names) = (path.split('/').count(), template.split('/').count());
    parts == names && path.split('/').zip(template.split('/')).all(|(part, name)| name.starts_with('{') || part == name)
}

//! The schemas of uploaded files.

use serde_json::{Value as Json, json};

use super::shape::{body, object, text, words};

/// A file that is announced. How large it may be depends on the operator's settings.
pub(super) fn new_file() -> Json {
    let name = r"^(?!\.{1,2}$)[^/\u0000-\u001f\u007f-\u009f]+$";
    body([
        ("name", json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": name})),
        ("size", json!({"type": "integer", "minimum": 1, "maximum": 26_214_400})),
        ("type", json!({"type": "string", "maxLength": 127, "pattern": "^[ -.0-~]+/[ -~]+$"})),
    ])
}

/// Where its bytes are to be sent.
pub(super) fn announced() -> Json {
    let headers = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let upload = object([("method", words(&["PUT"])), ("url", text()), ("headers", headers)]);
    let expires = json!({"type": "string", "format": "date-time"});
    object([("id", text()), ("url", text()), ("upload", upload), ("expires_at", expires)])
}

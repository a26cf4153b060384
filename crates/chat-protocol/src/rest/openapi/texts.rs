//! Patterns of texts.

use serde_json::{Value as Json, json};

/// A username. The server accepts marks of letters, too, for which no pattern exists that everybody reads alike.
pub(super) fn username() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 32, "pattern": r"^[\w.-]+$"})
}

/// A name to show.
pub(super) fn name() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": line()})
}

/// A room's title.
pub(super) fn title() -> Json {
    json!({"type": "string", "pattern": line()})
}

/// The address of a picture; empty for none.
pub(super) fn picture() -> Json {
    json!({"type": "string", "maxLength": 2048, "pattern": format!("^({ADDRESS})?$")})
}

/// An http or https address.
pub(super) fn address() -> Json {
    json!({"type": "string", "pattern": format!("^{ADDRESS}$")})
}

/// A text with at least one visible character.
pub(super) fn content() -> Json {
    json!({"type": "string", "pattern": r"^[^\u0000]*[^\s\u0000-\u0020\u0085][^\u0000]*$"})
}

/// The name of a request.
pub(super) fn client_id() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[ -~]+$"})
}

/// The name of a request in a header, which loses the spaces around it.
pub(super) fn idempotency_key() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]([ -~]*[!-~])?$"})
}

/// A line with at least one visible character, whose direction cannot be changed.
fn line() -> String {
    format!(r"^[^{UNRULY}]*[^\s{UNRULY}{UNSEEN}][^{UNRULY}]*$")
}

/// An address, without the quotes and brackets that would end it between them.
const ADDRESS: &str = r"https?://[a-z0-9.-]+(/[!#-;=?-\[\]_a-~]*)?";
/// Characters that break a line, change the direction, or control something.
const UNRULY: &str = r"\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069";
/// Characters that are drawn as nothing where they stand alone. Those beyond U+FFFF stand here unescaped, because not
/// every reader of patterns knows an escape for them.
const UNSEEN: &str = concat!(
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8",
    "\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}"
);

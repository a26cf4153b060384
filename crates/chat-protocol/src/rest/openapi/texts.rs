//! What texts must look like.

use serde_json::{Value as Json, json};

/// A username. Marks of letters are taken, too; a pattern that everybody reads alike has no word for them.
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

/// The address of a picture, or none.
pub(super) fn picture() -> Json {
    json!({"type": "string", "maxLength": 2048, "pattern": format!("^({ADDRESS})?$")})
}

/// An http or https address.
pub(super) fn address() -> Json {
    json!({"type": "string", "pattern": format!("^{ADDRESS}$")})
}

/// Words, of which at least one is seen.
pub(super) fn content() -> Json {
    json!({"type": "string", "pattern": r"^[^\u0000]*[^\s\u0000-\u0020\u0085][^\u0000]*$"})
}

/// The name under which something is asked for.
pub(super) fn client_id() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[ -~]+$"})
}

/// The same in a header, which loses the spaces around it.
pub(super) fn idempotency_key() -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]([ -~]*[!-~])?$"})
}

/// One line in its own direction, of which something is seen.
fn line() -> String {
    format!(r"^[^{UNRULY}]*[^\s{UNRULY}{UNSEEN}][^{UNRULY}]*$")
}

/// No quotes, no brackets: what would end an address where it stands between them.
const ADDRESS: &str = r"https?://[a-z0-9.-]+(/[!#-;=?-\[\]_a-~]*)?";
/// What breaks a line, turns what follows around, or controls.
const UNRULY: &str = r"\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069";
/// What is drawn as nothing where it stands alone. What lies beyond U+FFFF stands here itself: only some readers of patterns know an
/// escape for it.
const UNSEEN: &str = concat!(
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8",
    "\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}"
);

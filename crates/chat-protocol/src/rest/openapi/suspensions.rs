//! The schemas of suspensions.

use serde_json::{Value as Json, json};

use super::super::Tree;
use super::schema::id;
use super::shape::{body, object, or_null, sized, text};

/// For how long a user is suspended, and why.
pub(super) fn suspending() -> Json {
    let seconds = json!({"type": "integer", "minimum": 1, "maximum": 315_360_000});
    body([("seconds?", seconds), ("reason?", sized(0, 500))])
}

/// A suspension.
pub(super) fn suspension(tree: Tree) -> Json {
    let until = or_null(json!({"type": "string", "format": "date-time"}));
    object([("user", id(tree)), ("until", until), ("reason", text())])
}

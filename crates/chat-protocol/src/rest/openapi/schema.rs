//! The schemas of objects, in the spelling of each tree.

use chat_domain::{Act, MessageKind, NotificationKind};
use serde_json::{Map, Value as Json, json};

use super::super::Tree;
use super::shape::{array, count, flag, object, or_null, perhaps, text, with, words};
use crate::codes::CODES;

/// Returns all objects of all trees.
pub(super) fn all() -> Json {
    let mut schemas = Map::new();
    for tree in Tree::ALL {
        for (name, schema) in of(tree) {
            schemas.insert(format!("{}{name}", prefix(tree)), schema);
        }
    }
    Json::Object(schemas)
}

/// Returns how the names of a tree's objects begin.
pub(super) fn prefix(tree: Tree) -> &'static str {
    match tree {
        Tree::Api => "Api",
        Tree::V1 => "V1",
        Tree::V2 => "V2",
    }
}

/// Returns a reference to an object of a tree.
pub(super) fn named(name: &str, tree: Tree) -> Json {
    json!({"$ref": format!("#/components/schemas/{}{name}", prefix(tree))})
}

/// Returns the schema of an id in a tree's spelling.
pub(super) fn id(tree: Tree) -> Json {
    match tree {
        Tree::Api => json!({"type": "integer", "minimum": 1, "maximum": chat_domain::id::MAX_ID}),
        Tree::V1 | Tree::V2 => json!({"type": "string", "format": "uuid"}),
    }
}

/// Returns the schema of an id that this server made for this kind, in a tree's spelling.
pub(super) fn given_id(kind: Kind, tree: Tree) -> Json {
    match tree {
        Tree::Api => id(tree),
        Tree::V1 | Tree::V2 => {
            // The number is from 1 to 2^53 - 1.
            let number = "8(?!000-0{12})0[01][0-9a-f]-[0-9a-f]{12}";
            json!({"type": "string", "pattern": format!("^63686174-000{}-8000-{number}$", kind as u8)})
        }
    }
}

/// The kinds of things whose ids this server makes.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// The id of a room.
    Room = 2,
    /// The id of a message.
    Message = 3,
    /// The id of a notification.
    Notification = 4,
    /// The id of a report.
    Report = 5,
}

/// Returns a parameter in a path.
pub(super) fn path_parameter(name: &str, tree: Tree) -> Json {
    let schema = match name {
        "post" => json!({"type": "string", "minLength": 1, "maxLength": 64}),
        "subject" => {
            json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[^\u0000-\u001f\u007f-\u009f]+$"})
        }
        "file" => json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"}),
        "name" => json!({"type": "string", "minLength": 1, "maxLength": 255}),
        "emoji" => json!({"type": "string", "pattern": r"^(:[a-z0-9_+-]{1,32}:|[^\u0000-\u007f]\S{0,31})$"}),
        _ => id(tree),
    };
    json!({"name": name, "in": "path", "required": true, "schema": super::words::described(name, schema)})
}

/// Returns the words for the kinds of messages.
pub(super) fn message_types() -> Json {
    words(&MessageKind::ALL.map(MessageKind::word))
}

/// Returns the words for the kinds of notifications.
pub(super) fn notification_types() -> Json {
    words(&NotificationKind::ALL.map(NotificationKind::word))
}

fn of(tree: Tree) -> Vec<(&'static str, Json)> {
    let mut schemas = vec![
        ("User", user(tree)),
        ("Me", me(tree)),
        ("SignedIn", signed_in(tree)),
        ("Member", member(tree)),
        ("Chat", chat(tree)),
        ("Message", message(tree)),
        ("Likes", object([("likes_count", count()), ("liked_by", array(id(tree)))])),
        ("Like", object([("user_id", id(tree)), ("liked_at", time())])),
        ("Reaction", object([("emoji", text()), ("count", count()), ("reactions", array(tally()))])),
        ("Reactor", object([("user_id", id(tree)), ("emoji", text()), ("reacted_at", time())])),
        ("Reader", object([("user_id", id(tree)), ("read_at", time())])),
        (
            "Restrained",
            object([("user", named("User", tree)), ("until", or_null(time())), ("reason", or_null(text()))]),
        ),
        ("Audited", audited(tree)),
        ("Position", object([("last_message_id", or_null(id(tree))), ("unread_count", count())])),
        ("Error", error(tree)),
    ];
    match tree {
        Tree::Api => schemas.push(("Event", object([("type", text()), ("data", json!({"type": "object"}))]))),
        Tree::V1 => schemas.push(("Search", search())),
        Tree::V2 => schemas.extend([("Notification", notification()), ("NotificationRead", notification_read())]),
    }
    schemas
}

fn user(tree: Tree) -> Json {
    object([("id", id(tree)), ("username", text()), ("name", text()), ("avatar", text())])
}

pub(super) fn me(tree: Tree) -> Json {
    match tree {
        Tree::Api => with(user(tree), [("uuid", id(Tree::V1))]),
        Tree::V1 | Tree::V2 => with(user(tree), [("int_id", id(Tree::Api))]),
    }
}

fn signed_in(tree: Tree) -> Json {
    object([
        ("user", named("Me", tree)),
        ("access_token", text()),
        ("refresh_token", text()),
        ("token_type", words(&["Bearer"])),
        ("expires_in", count()),
    ])
}

fn member(tree: Tree) -> Json {
    let role = words(&["owner", "moderator", "member"]);
    let member = with(user(tree), [("is_online", flag()), ("last_seen", or_null(time())), ("role", role)]);
    perhaps(member, [("muted_until", or_null(time()))])
}

fn chat(tree: Tree) -> Json {
    let chat = object([
        ("id", id(tree)),
        ("type", words(&["direct", "group", "roulette"])),
        ("title", or_null(text())),
        ("created_at", time()),
        ("unread_count", count()),
        ("last_message", or_null(named("Message", tree))),
        ("members_count", count()),
        ("members", array(named("Member", tree))),
    ]);
    perhaps(chat, [("unread_mentions", count()), ("slow_mode", count()), ("frozen", flag())])
}

fn audited(tree: Tree) -> Json {
    object([
        ("id", count()),
        ("action", words(&Act::ALL.map(Act::word))),
        ("by", id(tree)),
        ("user_id", or_null(id(tree))),
        ("message_id", or_null(id(tree))),
        ("reason", or_null(text())),
        ("created_at", time()),
    ])
}

/// A reaction to a message with how many people give it; `mine` says whether the reader does.
fn tally() -> Json {
    object([("emoji", text()), ("count", count()), ("mine", flag())])
}

/// The message object. Fields for clients that ask for additions are not required.
fn message(tree: Tree) -> Json {
    let asked_for = [
        ("reactions", array(tally())),
        ("reply_to", or_null(quote(tree))),
        ("thread_id", or_null(id(tree))),
        ("pinned", flag()),
        ("file", or_null(file())),
        ("mentions", array(id(tree))),
        ("mentions_all", flag()),
        ("replies_count", count()),
        ("last_reply_at", time()),
    ];
    perhaps(plain_message(tree), asked_for)
}

/// An uploaded file.
pub(super) fn file() -> Json {
    object([("id", text()), ("url", text()), ("name", text()), ("size", count()), ("type", text())])
}

/// What a message answers. `deleted` is there, and true, once that was deleted.
fn quote(tree: Tree) -> Json {
    let quote = object([("id", id(tree)), ("user_id", id(tree)), ("name", text()), ("excerpt", text())]);
    perhaps(quote, [("deleted", json!({"const": true}))])
}

fn plain_message(tree: Tree) -> Json {
    match tree {
        Tree::Api => {
            let user = object([("id", id(tree)), ("name", text()), ("avatar", text())]);
            object([("id", id(tree)), ("content", text()), ("user", user), ("created_at", time())])
        }
        Tree::V1 => object([
            ("id", id(tree)),
            ("chat_id", id(tree)),
            ("user_id", id(tree)),
            ("type", message_types()),
            ("content", text()),
            ("media_url", text()),
            ("status", status()),
            ("is_edited", flag()),
            ("edited_at", or_null(time())),
            ("read_at", or_null(time())),
            ("read_by", array(id(tree))),
            ("likes_count", count()),
            ("liked_by", array(id(tree))),
            ("liked_at", or_null(time())),
            ("created_at", time()),
            ("user", object([("id", id(tree)), ("username", text())])),
        ]),
        Tree::V2 => object([
            ("id", id(tree)),
            ("chat_id", id(tree)),
            ("sender_id", id(tree)),
            ("sender_name", text()),
            ("sender_avatar", text()),
            ("type", message_types()),
            ("content", text()),
            ("metadata", json!({"type": "object"})),
            ("created_at", time()),
            ("status", status()),
        ]),
    }
}

fn status() -> Json {
    words(&["sent", "delivered", "read"])
}

fn error(tree: Tree) -> Json {
    let code = words(&CODES.map(|code| code.word));
    let error = match tree {
        Tree::Api => object([("status", words(&["error"])), ("code", code), ("message", text())]),
        Tree::V1 | Tree::V2 => object([("code", code), ("message", text()), ("timestamp", time())]),
    };
    perhaps(error, [("message_id", id(tree)), ("until", or_null(time())), ("retry_after", count())])
}

fn search() -> Json {
    let user = object([("id", id(Tree::V1)), ("username", text()), ("is_online", flag()), ("last_seen", time())]);
    let matched = object([("status", words(&["matched"])), ("chat_id", id(Tree::V1)), ("user", user)]);
    json!({"oneOf": [object([("status", words(&["searching"]))]), matched]})
}

fn notification() -> Json {
    object([
        ("id", id(Tree::V2)),
        ("type", notification_types()),
        ("title", text()),
        ("body", text()),
        ("data", json!({"type": "object"})),
        ("created_at", time()),
        ("is_read", flag()),
    ])
}

fn notification_read() -> Json {
    object([("notification_id", id(Tree::V2)), ("is_read", flag()), ("read_at", time())])
}

fn time() -> Json {
    json!({"type": "string", "format": "date-time"})
}

//! The schemas of messages that clients send, and of searches and pulls.

use chat_domain::MessageKind;
use serde_json::{Value as Json, json};

use super::super::Tree;
use super::operation::data;
use super::schema::{Kind, given_id, id, named};
use super::shape::{array, body, count, flag, object, or_null, perhaps, sized, text, with, words};
use super::texts::{address, client_id, content, title};

/// A new message.
pub(super) fn new_message(tree: Tree) -> Json {
    if tree == Tree::Api {
        return answering(body([("content", content()), ("client_id?", client_id())]), tree);
    }
    json!({"anyOf": MessageKind::ALL.map(|kind| answering(of_kind(kind, tree), tree))})
}

/// The parameters of a search.
pub(super) fn finding(tree: Tree) -> [(&'static str, Json); 7] {
    let moment = json!({"type": "string", "format": "date-time"});
    [
        ("q!", sized(1, 256)),
        ("chat_id", given_id(Kind::Room, tree)),
        ("from", id(tree)),
        ("before", moment.clone()),
        ("after", moment),
        ("limit", json!({"type": "integer", "minimum": 1, "maximum": 50})),
        ("next", text()),
    ]
}

/// The messages that a search found.
pub(super) fn found(tree: Tree) -> Json {
    let stretch = json!({"type": "array", "items": count(), "minItems": 2, "maxItems": 2});
    let hit = object([("chat_id", id(tree)), ("message", named("Message", tree)), ("highlights", array(stretch))]);
    with(data(tree, array(hit)), [("next", or_null(text()))])
}

/// The parameters of a pull.
pub(super) fn pulling() -> [(&'static str, Json); 3] {
    let number = |least: u32, most: u32| json!({"type": "integer", "minimum": least, "maximum": most});
    [("cursor", text()), ("limit", number(1, 100)), ("wait", number(0, 30))]
}

/// The events that a pull returns.
pub(super) fn events() -> Json {
    let event = object([
        ("id", text()),
        ("type", text()),
        ("timestamp", json!({"type": "string", "format": "date-time"})),
        ("data", json!({"type": "object"})),
    ]);
    object([("data", array(event)), ("cursor", text())])
}

fn of_kind(kind: MessageKind, tree: Tree) -> Json {
    let word = if kind == MessageKind::Text { "type?" } else { "type" };
    let needs_metadata =
        matches!(kind, MessageKind::Location | MessageKind::ProfileShare | MessageKind::BookingProposal);
    let metadata = (if needs_metadata { "metadata" } else { "metadata?" }, metadata(kind));
    let (kind_word, client_id) = ((word, words(&[kind.word()])), ("client_id?", client_id()));
    match (kind.is_media(), tree) {
        (true, Tree::V1) => body([kind_word, ("media_url", address()), ("content?", text()), metadata, client_id]),
        (true, _) => body([kind_word, ("content", address()), metadata, client_id]),
        (false, Tree::V1) => {
            body([kind_word, ("content", content()), ("media_url?", json!({"const": ""})), metadata, client_id])
        }
        (false, _) => body([kind_word, ("content", content()), metadata, client_id]),
    }
}

/// Adds that a message may answer another one.
fn answering(message: Json, tree: Tree) -> Json {
    perhaps(message, [("reply_to", or_null(given_id(Kind::Message, tree)))])
}

fn metadata(kind: MessageKind) -> Json {
    let above_zero = || json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1e9});
    let from_zero = || json!({"type": "number", "minimum": 0, "maximum": 1e9});
    let within = |most: i64| json!({"type": "number", "minimum": -most, "maximum": most});
    let address_or_empty = || json!({"anyOf": [address(), {"const": ""}]});
    match kind {
        MessageKind::Text => body([]),
        MessageKind::Photo => {
            body([("width?", above_zero()), ("height?", above_zero()), ("thumbnail?", address()), ("caption?", text())])
        }
        MessageKind::Video | MessageKind::Voice => {
            body([("duration?", from_zero()), ("thumbnail?", address()), ("caption?", text())])
        }
        MessageKind::File => body([
            ("name?", text()),
            ("size?", from_zero()),
            ("mime?", text()),
            ("thumbnail?", address()),
            ("caption?", text()),
        ]),
        MessageKind::Location => body([("lat", within(90)), ("lng", within(180)), ("address?", text())]),
        MessageKind::ProfileShare => {
            body([("name", content()), ("avatar?", address_or_empty()), ("is_master?", flag())])
        }
        MessageKind::PostShare => body([("author_name?", text()), ("media_url?", address_or_empty())]),
        MessageKind::BookingProposal => body([
            ("service_id", content()),
            ("service_name", content()),
            ("price", from_zero()),
            ("duration", above_zero()),
        ]),
    }
}

/// A direct chat with a user, or a group.
pub(super) fn new_chat(tree: Tree, id: Json) -> Json {
    let direct = || words(&["direct"]);
    json!({"anyOf": [
        body([("type", direct()), ("user_id", id.clone()), ("username?", nothing())]),
        body([("type", direct()), ("username", text()), ("user_id?", nothing())]),
        new_group(tree, id),
    ]})
}

/// A group to be made.
pub(super) fn new_group(_: Tree, id: Json) -> Json {
    body([("type", words(&["group"])), ("title", title()), ("member_ids?", array(id)), ("client_id?", client_id())])
}

/// A user, by id or by username.
pub(super) fn somebody(id: Json) -> Json {
    json!({"anyOf": [
        body([("user_id", id), ("username?", nothing())]),
        body([("username", text()), ("user_id?", nothing())]),
    ]})
}

fn nothing() -> Json {
    or_null(json!({"type": "null"}))
}

//! The operations and schemas of webhooks.

use serde_json::{Value as Json, json};

use super::super::answer::EVENT_KINDS;
use super::super::{Route, Tree};
use super::operation::{Bodies, data, done, says};
use super::schema::{Kind, given_id, id};
use super::shape::{array, body, count, object, or_null, text, with, words};

pub(super) fn bodies(route: Route) -> Bodies {
    let made = || data(Tree::V2, object([("id", id(Tree::V2)), ("secret", text())]));
    match route {
        Route::Subscribe => says(201, made())
            .about("Subscribes an address to what happens from now on")
            .takes(body([
                ("url", address()),
                ("events?", at_most(EVENT_KINDS.len(), kinds())),
                ("chat_ids?", at_most(1000, given_id(Kind::Room, Tree::V2))),
            ]))
            .refuses(&["CONFLICT"]),
        Route::Webhooks => {
            let all = data(Tree::V2, array(webhook()));
            says(200, with(all, [("next_before", or_null(text()))])).about("The addresses that are subscribed")
        }
        Route::Webhook => says(200, data(Tree::V2, webhook())).about("One of the addresses that are subscribed"),
        Route::Rotate => {
            says(200, made()).about("Gives a subscription another secret; the old one signs, too, for 24 h")
        }
        _ => done(Tree::V2).about("Ends a subscription"),
    }
}

fn webhook() -> Json {
    let moment = || json!({"type": "string", "format": "date-time"});
    object([
        ("id", id(Tree::V2)),
        ("url", text()),
        ("events", array(kinds())),
        ("chat_ids", array(id(Tree::V2))),
        ("created_at", moment()),
        ("state", words(&["ok", "failing", "ended"])),
        ("failing_since", or_null(moment())),
        ("ended_at", or_null(moment())),
        ("error", or_null(text())),
        ("chats_behind", count()),
        ("turns_behind", count()),
    ])
}

/// An address. The server accepts more than a pattern can say: addresses of private networks if they are allowed, and
/// every spelling of a host.
fn address() -> Json {
    let pattern = r"^https?://[a-z0-9]+(\.[a-z0-9]+)*\.[a-z]{2,9}(:[0-9]{2,4})?(/[A-Za-z0-9._~/-]*)?$";
    json!({"type": "string", "maxLength": 2048, "pattern": pattern})
}

fn at_most(most: usize, item: Json) -> Json {
    json!({"type": "array", "items": item, "maxItems": most})
}

fn kinds() -> Json {
    words(&EVENT_KINDS)
}

//! Devices and pushes.

use chat_domain::Level;
use serde_json::{Value as Json, json};

use super::super::{Route, Tree};
use super::operation::{Bodies, data, done, says};
use super::shape::{body, object, text, words};

/// Returns what a route of this family takes and answers; `None` for other routes.
pub(super) fn shape(route: Route, tree: Tree) -> Option<Bodies> {
    Some(match route {
        Route::PushKey => says(200, data(tree, object([("key", text())])))
            .about("The public key under which browsers subscribe to pushes"),
        Route::AddDevice => {
            let known = || data(tree, object([("endpoint", text())]));
            says(201, known())
                .or(200, known())
                .about("Has a browser pushed what its user misses while nothing is open")
                .takes(body([("endpoint", address()), ("keys", body([("p256dh", key()), ("auth", auth())]))]))
        }
        Route::RemoveDevice => {
            done(tree).about("Ends that").takes(body([("endpoint", address()), ("keys?", json!({"type": "object"}))]))
        }
        Route::Level => levelled(tree).about("Which messages of a chat the asker is pushed"),
        Route::SetLevel => {
            levelled(tree).about("Says which messages of a chat the asker is pushed").takes(body([("level", level())]))
        }
        _ => return None,
    })
}

fn levelled(tree: Tree) -> Bodies {
    says(200, data(tree, object([("level", level())])))
}

fn level() -> Json {
    words(&Level::EVERY.map(Level::word))
}

/// An address. As for webhooks, the server accepts more than a pattern can say.
fn address() -> Json {
    let pattern = r"^https://[a-z0-9]+(\.[a-z0-9]+)*\.[a-z]{2,9}(:[0-9]{2,4})?(/[A-Za-z0-9._~/-]*)?$";
    json!({"type": "string", "maxLength": 2048, "pattern": pattern})
}

/// A point of 65 bytes, uncompressed.
fn key() -> Json {
    json!({"type": "string", "pattern": "^B[A-P][A-Za-z0-9_-]{84}[AEIMQUYcgkosw048]$"})
}

fn auth() -> Json {
    json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$"})
}

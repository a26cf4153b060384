//! Turning answers and refusals into HTTP.

use chat_domain::{Failure, Refusal, Time};
use chat_protocol::rest::{Reply, Tree, answer};
use chat_protocol::{Features, Trouble};
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::carry::http::{Body, empty, json};
use crate::files::UPLOAD_OFFSET;

/// Makes a refusal in the words of a tree. Entrances of sockets use it, too.
pub fn refuse(tree: Tree, trouble: &Trouble, now: Time) -> Response<Body> {
    refuse_to(tree, Features::NONE, trouble, now)
}

/// Makes a refusal for a client that asked for features.
pub(super) fn refuse_to(tree: Tree, features: Features, trouble: &Trouble, now: Time) -> Response<Body> {
    let mut response = respond(answer::trouble(tree, features, trouble, now));
    let headers = response.headers_mut();
    match trouble {
        Trouble::TooFast(seconds)
        | Trouble::Crowded(seconds)
        | Trouble::Failure(Failure::Refused(Refusal::TooSoon { seconds })) => {
            drop(headers.insert(RETRY_AFTER, HeaderValue::from((*seconds).max(1))))
        }
        Trouble::Offset(next) => drop(headers.insert(UPLOAD_OFFSET, HeaderValue::from(*next))),
        // Nobody knows when one will be closed, and clients must not ask every second.
        Trouble::TooManySockets => drop(headers.insert(RETRY_AFTER, HeaderValue::from(60))),
        Trouble::Failure(Failure::Unavailable) => drop(headers.insert(RETRY_AFTER, HeaderValue::from(1))),
        Trouble::Unauthorized | Trouble::WrongPassword | Trouble::Denied(_) => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

/// Makes the HTTP answer of a reply.
pub(crate) fn respond(reply: Reply) -> Response<Body> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = if reply.body.is_empty() { empty(status) } else { json(status, reply.body) };
    // An answer is about one caller and one moment, so it must not be cached.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

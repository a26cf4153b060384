//! Answers and refusals as they are sent.

use chat_domain::{Failure, Refusal, Time};
use chat_protocol::rest::{Reply, Tree, answer};
use chat_protocol::{Features, Trouble};
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::carry::http::{Body, empty, json};
use crate::files::UPLOAD_OFFSET;

/// A refusal in a tree's words, for whoever refuses at the door of a socket too.
pub fn refuse(tree: Tree, trouble: &Trouble, now: Time) -> Response<Body> {
    refuse_to(tree, Features::NONE, trouble, now)
}

/// The same, to who asks for more than the documents say.
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
        // Whether one was closed meanwhile nobody knows: a client that asks each second helps nobody.
        Trouble::TooManySockets => drop(headers.insert(RETRY_AFTER, HeaderValue::from(60))),
        Trouble::Failure(Failure::Unavailable) => drop(headers.insert(RETRY_AFTER, HeaderValue::from(1))),
        Trouble::Unauthorized | Trouble::WrongPassword | Trouble::Denied(_) => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

/// The answer as it is sent.
pub(crate) fn respond(reply: Reply) -> Response<Body> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = if reply.body.is_empty() { empty(status) } else { json(status, reply.body) };
    // What was true for somebody a moment ago is neither for others nor for later.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

//! CORS: what pages of other origins may do. They may do everything with a token; with the cookie only if the operator trusts
//! their origin.

use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ALLOW, VARY,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::account::origins::{Origins, only};
use crate::carry::http::{Body, empty};
use crate::files::UPLOAD_OFFSET;

/// Adds the headers that tell the browser which pages may read this answer.
pub(crate) fn allow(origins: &Origins, asked: &HeaderMap, answer: &mut HeaderMap) {
    let origin = only(asked).filter(|origin| origin.to_str().is_ok_and(|origin| origins.allow(origin)));
    match origin {
        Some(origin) => {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        None => {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
    }
    if !origins.is_empty() {
        answer.insert(VARY, HeaderValue::from_static("Origin"));
    }
    let is_file = answer.contains_key(ACCEPT_RANGES) || answer.contains_key(UPLOAD_OFFSET);
    let shown = if is_file { OF_FILES } else { "Retry-After" };
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(shown));
}

/// Answers a preflight request. All headers are allowed, since frameworks add their own.
pub(crate) fn preflight(asked: &HeaderMap, allow: HeaderValue) -> Response<Body> {
    let mut response = empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(ALLOW, allow);
    // All methods are listed, since browsers keep one answer for every address. What is not allowed here is refused when it
    // comes.
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    let wanted = asked.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.unwrap_or(HeaderValue::from_static(HEADERS)));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// The headers that pages may read in an answer about files.
const OF_FILES: &str = "Retry-After, Upload-Offset, Accept-Ranges, Content-Range, Content-Disposition, ETag";
const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Api-Key, X-Chat-Features";

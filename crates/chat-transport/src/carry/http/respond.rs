//! Functions that make common answers.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
};

use super::Body;
use crate::carry::outbox::Outbox;

/// The content type of JSON.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Makes an answer with this content.
pub fn respond(status: StatusCode, content_type: HeaderValue, content: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(content));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// Makes an answer with this JSON.
pub fn json(status: StatusCode, content: impl Into<Bytes>) -> Response<Body> {
    respond(status, JSON, content.into())
}

/// Makes an answer without content.
pub fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = status;
    response
}

/// Makes a 503 answer that asks the client to come back in a second.
pub fn unavailable(content: impl Into<Bytes>) -> Response<Body> {
    let mut response = json(StatusCode::SERVICE_UNAVAILABLE, content);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Makes a stream of server-sent events out of a queueing outbox. See [`Body::stream`] for `guard`.
pub(crate) fn stream(outbox: Arc<Outbox>, guard: impl Send + 'static) -> Response<Body> {
    let mut response = Response::new(Body::stream(outbox, guard));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    // nginx would otherwise hold events back until its buffer is full.
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

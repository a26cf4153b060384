//! Answers to requests of Engine.IO.

use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{Input, Reject};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, Response, StatusCode};

use super::Engine;
use crate::carry::http::{Body, json, respond};

/// Tells a session that its client aborted a poll, when dropped without an answer.
pub(super) struct Aborted(pub(super) Option<Arc<Engine>>);

impl Aborted {
    pub(super) fn answered(mut self) {
        self.0 = None;
    }
}

impl Drop for Aborted {
    fn drop(&mut self) {
        if let Some(engine) = &self.0 {
            engine.handle(Input::PollAborted);
        }
    }
}

pub(super) fn polled(answer: Result<Result<Bytes, Reject>, tokio::sync::oneshot::error::RecvError>) -> Response<Body> {
    match answer {
        Ok(Ok(body)) => {
            let mut response = respond(StatusCode::OK, TEXT, body);
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(Err(reject)) => refused(reject),
        Err(_) => refused(Reject::UnknownSid),
    }
}

pub(super) fn refused(reject: Reject) -> Response<Body> {
    let status = StatusCode::from_u16(reject.status()).unwrap_or(StatusCode::BAD_REQUEST);
    json(status, reject.body())
}

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");

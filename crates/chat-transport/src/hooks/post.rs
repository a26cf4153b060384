//! Posting one event to a webhook.

use bytes::Bytes;
use chat_domain::Time;
use chat_domain::subscribers::Webhook;
use chat_protocol::rest::answer::Posted;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};

use super::sign;
use crate::client::Client;

/// How an address answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It accepted the event.
    Taken,
    /// It wants no more events (410).
    Gone,
    /// It did not accept the event.
    Refused(String),
    /// There was no answer.
    Unreached(String),
}

/// Posts an event with a signature of this moment.
pub(super) async fn post(client: &Client, webhook: &Webhook, told: &Posted, now: Time) -> Answered {
    let request = Request::post(&webhook.address)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &told.id)
        .header("webhook-timestamp", sign::seconds(now))
        .header("webhook-signature", sign::signature(webhook, &told.id, now, &told.body))
        .body(Bytes::from(told.body.clone()));
    let request = match request {
        Ok(request) => request,
        Err(error) => return Answered::Unreached(error.to_string()),
    };
    match client.send(request).await {
        Ok(answer) if answer.status().is_success() => Answered::Taken,
        Ok(answer) if answer.status() == StatusCode::GONE => Answered::Gone,
        Ok(answer) => Answered::Refused(format!("it answered {}", answer.status().as_u16())),
        // The body of the answer is not read.
        Err(unreached) => Answered::Unreached(unreached.to_string()),
    }
}

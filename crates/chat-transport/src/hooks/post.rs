//! One event on its way to an address.

use bytes::Bytes;
use chat_domain::Time;
use chat_domain::subscribers::Webhook;
use chat_protocol::rest::answer::Posted;
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};

use super::sign;
use crate::client::Client;

/// What an address said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// It took it.
    Taken,
    /// It wants nothing any more.
    Gone,
    /// It did not take it.
    Refused(String),
    /// It said nothing.
    Unreached(String),
}

/// Posts an event, signed at this moment.
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
        // What it says beside the status is not read.
        Err(unreached) => Answered::Unreached(unreached.to_string()),
    }
}

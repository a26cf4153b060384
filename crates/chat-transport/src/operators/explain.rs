//! Explaining why a person did or did not get a message.

use chat_domain::Refusal;
use chat_protocol::Trouble;
use chat_protocol::rest::Reply;
use chat_protocol::rest::answer::{Explained, explain as told};

use super::asked::Asked;
use super::{connections, whom};

/// Returns the facts, in the order in which they matter.
pub(super) async fn explain(asked: &Asked<'_>) -> Result<Reply, Trouble> {
    let user = whom::user(asked.app, asked.query.required("user")?).await?.person.id();
    let message = whom::message(asked.query.required("message")?).ok_or(Refusal::UnknownMessage)?;
    let trace = asked.app.journal.trace(user, message).await?;
    let connections = connections::of(asked.app, user);
    let closings = asked.app.closings.of(user, asked.app.now());
    let level = asked.app.subscribers.level(user, trace.message.room).await.ok();
    let devices = asked.app.subscribers.devices(user).await?;
    let (trace, now) = (&trace, asked.app.now());
    let (connections, closings, devices) = (&connections[..], &closings[..], &devices[..]);
    Ok(told(&Explained { trace, now, connections, closings, level, devices }))
}

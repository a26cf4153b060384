//! Webhooks: back ends subscribe an address to what happens.

use std::net::IpAddr;
use std::time::Duration;

use chat_domain::subscribers::{Subscribed, Webhook};
use chat_domain::{Refusal, Uuid};
use chat_protocol::Trouble;
use chat_protocol::rest::body::NewWebhook;
use chat_protocol::rest::{Reply, Tree, answer};
use http::Uri;

use super::call::{Call, unexpected};
use crate::client::is_public;
use crate::hooks::sign;

pub(super) async fn subscribe(call: &Call<'_>) -> Result<Reply, Trouble> {
    let (NewWebhook { address, wants, rooms }, settings) = (NewWebhook::read(&call.body)?, &call.app.settings.hooks);
    check("url", &address, settings.private)?;
    let (id, secret) = (call.app.fresh_id(), sign::fresh().map_err(|_| unexpected())?);
    let (subscribers, created_at) = (&call.app.subscribers, call.now);
    let webhook = Webhook { id, address, wants, rooms, secret: secret.clone(), former: None, created_at };
    let fed = call.app.journal.feed_end().await?;
    if !subscribers.subscribe(webhook, fed, settings.most).await? {
        return Err(Refusal::TooMany { what: "webhooks" }.into());
    }
    call.app.hooks.changed.notify_one();
    Ok(answer::webhook_made(201, id, &secret))
}

pub(super) async fn list(call: &Call<'_>) -> Result<Reply, Trouble> {
    Ok(answer::webhooks(&call.app.subscribers.webhooks().await?))
}

pub(super) async fn show(call: &Call<'_>) -> Result<Reply, Trouble> {
    let id = named(call)?;
    let found: Option<Subscribed> = call.app.subscribers.webhooks().await?.into_iter().find(|one| one.webhook.id == id);
    found.map(|one| answer::one_webhook(&one)).ok_or(Trouble::NoRoute)
}

pub(super) async fn unsubscribe(call: &Call<'_>) -> Result<Reply, Trouble> {
    if !call.app.subscribers.unsubscribe(named(call)?).await? {
        return Err(Trouble::NoRoute);
    }
    call.app.hooks.changed.notify_one();
    Ok(answer::done(Tree::V2))
}

pub(super) async fn rotate(call: &Call<'_>) -> Result<Reply, Trouble> {
    let (id, secret) = (named(call)?, sign::fresh().map_err(|_| unexpected())?);
    if !call.app.subscribers.change_secret(id, secret.clone(), call.now.after(BOTH)).await? {
        return Err(Trouble::NoRoute);
    }
    call.app.hooks.changed.notify_one();
    Ok(answer::webhook_made(200, id, &secret))
}

fn named(call: &Call<'_>) -> Result<Uuid, Trouble> {
    call.plain("webhook")?.parse().map_err(|_| Trouble::NoRoute)
}

/// Refuses an address that can never be posted to; `name` is the field it stands in. Host names are looked up at each delivery,
/// not here.
pub(super) fn check(name: &str, address: &str, private: bool) -> Result<(), Trouble> {
    let wrong = |why: &str| Err(Trouble::Malformed(format!("`{name}` {why}")));
    let Ok(uri) = address.parse::<Uri>() else { return wrong("is no address") };
    let (Some("http" | "https"), Some(host)) = (uri.scheme_str(), uri.host().filter(|host| !host.is_empty())) else {
        return wrong("must be an http or https address");
    };
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return wrong("must not carry a password: what is posted is signed");
    }
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if !private && ip.is_ok_and(|ip| !is_public(ip)) {
        return wrong("is an address of a private network, which --allow-private-webhooks allows");
    }
    Ok(())
}

/// For how long the previous secret signs as well.
const BOTH: Duration = Duration::from_secs(24 * 3600);

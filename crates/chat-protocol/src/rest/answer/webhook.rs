//! Answers to back ends about their webhooks.

use chat_domain::subscribers::Subscribed;
use chat_domain::{Time, Uuid};

use super::super::Tree;
use super::{Reply, reply};
use crate::json::{Object, Seconds};

/// Returns a webhook that was made or was given another secret.
pub fn webhook_made(status: u16, id: Uuid, secret: &str) -> Reply {
    reply(Tree::V2, status, |o| {
        o.nest("data", |o| {
            o.put("id", id).put("secret", secret);
        });
    })
}

/// Returns all webhooks.
pub fn webhooks(all: &[Subscribed]) -> Reply {
    reply(Tree::V2, 200, |o| {
        o.objects("data", all, fields).put("next_before", None::<Uuid>);
    })
}

/// Returns one webhook.
pub fn one_webhook(one: &Subscribed) -> Reply {
    reply(Tree::V2, 200, |o| {
        o.nest("data", |o| fields(o, one));
    })
}

/// Writes what back ends and operators see of a webhook: never its secret.
pub(super) fn fields(o: &mut Object<'_>, one: &Subscribed) {
    let (webhook, progress) = (&one.webhook, &one.progress);
    o.put("id", webhook.id).put("url", webhook.address.as_str());
    o.list("events", webhook.wants.iter().map(String::as_str));
    o.list("chat_ids", webhook.rooms.iter().map(|room| room.uuid()));
    o.put("created_at", Seconds(webhook.created_at)).put("state", state(progress.failing, progress.ended));
    o.put("failing_since", progress.failing.map(Seconds)).put("ended_at", progress.ended.map(Seconds));
    o.put("error", (!progress.why.is_empty()).then_some(progress.why.as_str()));
    o.put("chats_behind", one.rooms_behind).put("turns_behind", one.entries_behind);
}

fn state(failing: Option<Time>, ended: Option<Time>) -> &'static str {
    match (ended, failing) {
        (Some(_), _) => "ended",
        (None, Some(_)) => "failing",
        (None, None) => "ok",
    }
}

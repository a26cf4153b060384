//! Answers about what went wrong, and about the health of the server.

use chat_domain::Time;

use super::super::Tree;
use super::{Reply, bare};
use crate::dialect::additions::refusal;
use crate::features::Features;
use crate::json::Object;
use crate::trouble::Trouble;

/// Returns what went wrong, in the tree's form.
pub fn trouble(tree: Tree, features: Features, trouble: &Trouble, now: Time) -> Reply {
    bare(trouble.status(), |o| {
        if tree == Tree::Api {
            o.put("status", "error");
        }
        let message = if tree == Tree::V1 { trouble.roulette_message() } else { trouble.message() };
        o.put("code", trouble.code()).put("message", message.as_str());
        o.maybe("message_id", trouble.first_message().map(|message| tree.spelled_message(message)));
        refusal(o, tree.words(), features, trouble);
        if tree != Tree::Api {
            o.put("timestamp", tree.moment(now));
        }
    })
}

/// The state of the parts of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether the store answers.
    pub store: bool,
    /// Whether the other nodes can be reached; `None` if there are none.
    pub backplane: Option<bool>,
}

/// Returns the answer of `readyz`: 200 if the store answers. That the other nodes cannot be reached does not fail it:
/// what happens there only arrives later. `None` is the answer of `healthz`, which says that the server is alive.
pub fn health(health: Option<Health>) -> Reply {
    let status = match health {
        None => "ok",
        Some(Health { store: false, .. }) => "unavailable",
        Some(Health { backplane: Some(false), .. }) => "degraded",
        Some(_) => "ready",
    };
    bare(if status == "unavailable" { 503 } else { 200 }, |o| {
        o.put("status", status);
        if let Some(health) = health {
            parts(o, health);
        }
    })
}

fn parts(o: &mut Object<'_>, health: Health) {
    o.put("store", health.store).maybe("backplane", health.backplane);
}

//! Answers about suspensions.

use chat_domain::suspension::FOR_GOOD;
use chat_domain::{Handle, Time};

use super::super::Tree;
use super::{Reply, reply};

/// Returns that a user is suspended until a moment.
pub fn suspension(tree: Tree, user: Handle, until: Time, reason: &str) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            let until = Some(until).filter(|until| *until != FOR_GOOD).map(|until| tree.moment(until));
            o.put("user", tree.spelled(user)).put("until", until).put("reason", reason);
        });
    })
}

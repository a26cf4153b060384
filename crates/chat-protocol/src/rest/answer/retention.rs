//! How long messages are kept.

use std::time::Duration;

use chat_domain::RoomId;

use super::super::Tree;
use super::{Reply, reply};

/// Returns for how long a room's messages are kept; without a span, as long as those of other rooms.
pub fn kept(room: RoomId, span: Option<Duration>) -> Reply {
    let tree = Tree::V2;
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            o.put("id", tree.spelled_room(room)).put("keep_messages", span.map(|span| span.as_secs()));
        });
    })
}

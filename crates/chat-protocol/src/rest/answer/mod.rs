//! The answers of the server over HTTP, each with its status and body, in the words of a tree.

mod account;
pub mod admin;
mod belongings;
mod chat;
mod erasing;
mod explain;
mod file;
mod message;
mod moderation;
mod notification;
mod poll;
mod push;
mod report;
mod retention;
mod spell;
mod suspension;
mod together;
mod told;
mod trouble;
mod webhook;

use crate::json::{Object, object};

use super::Tree;

pub use account::{Tokens, me, person, signed_in, token, users};
pub use belongings::{Belonging, belonging};
pub use chat::{chat, chats, member, members, roulette};
pub use erasing::{erased, erasures, whoever};
pub use explain::{Explained, explain};
pub use file::{Uploading, announced, file};
pub use message::*;
pub use moderation::{Restrained, audit, bans, blocks, restrained};
pub use notification::{notification, notification_read, notifications, told, updated};
pub use poll::{Changes, Poll, Source, poll};
pub use push::{device, level, push_key, pushed, vouching};
pub use report::{one_report, reported, reports, reports_for_operators};
pub use retention::kept;
pub use suspension::suspension;
pub use told::{EVENT_KINDS, Happening, Posted, events, posted};
pub use trouble::{Health, health, trouble};
pub use webhook::{one_webhook, webhook_made, webhooks};

/// An answer to an HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON, or nothing.
    pub body: Vec<u8>,
}

/// Returns that the request was done, without anything more to say.
pub fn done(tree: Tree) -> Reply {
    match tree {
        Tree::Api => reply(tree, 200, |_| ()),
        Tree::V1 | Tree::V2 => Reply { status: 204, body: Vec::new() },
    }
}

/// Returns an answer in the tree's wrapping; `fill` adds `data` and what is beside it.
fn reply(tree: Tree, status: u16, fill: impl FnOnce(&mut Object<'_>)) -> Reply {
    bare(status, |o| {
        if tree == Tree::Api {
            o.put("status", "success");
        }
        fill(o);
    })
}

/// Returns an answer without wrapping.
fn bare(status: u16, fill: impl FnOnce(&mut Object<'_>)) -> Reply {
    let mut body = Vec::with_capacity(USUAL);
    object(&mut body, fill);
    Reply { status, body }
}

/// The memory that is allocated at first, in bytes. Most answers are shorter.
const USUAL: usize = 512;

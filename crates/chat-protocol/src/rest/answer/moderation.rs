//! Answers about mutes, bans, audits and blocks.

use std::sync::Arc;

use chat_domain::{Audited, Banned, Handle, Person, Time};

use super::super::Tree;
use super::account::account;
use super::{Reply, reply};
use crate::json::Object;

/// A user who is muted or banned.
pub struct Restrained<'a> {
    /// The person.
    pub person: &'a Person,
    /// Until when; [`Time::FOR_GOOD`] for good.
    pub until: Time,
    /// The reason, if one was given.
    pub reason: Option<&'a str>,
}

/// Returns a mute or a ban.
pub fn restrained(tree: Tree, of: &Restrained<'_>) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| object(o, tree, of));
    })
}

/// Returns a page of bans; `next` is where the next page begins.
pub fn bans(tree: Tree, page: &[Banned], next: Option<Handle>) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", page, |o, ban| {
            let Banned { person, until, reason } = ban;
            object(o, tree, &Restrained { person, until: *until, reason: reason.as_deref() });
        });
        o.put("next_before", next.map(|user| tree.spelled(user)));
    })
}

/// Returns a page of an audit; `next` is where the next page begins.
pub fn audit(tree: Tree, page: &[Audited], next: Option<u64>) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", page, |o, done| {
            o.put("id", done.seq).put("action", done.act.word()).put("by", tree.spelled(done.by));
            o.put("user_id", done.user.map(|user| tree.spelled(user)));
            o.put("message_id", done.message.map(|message| tree.spelled_message(message)));
            o.put("reason", done.reason.as_deref()).put("created_at", tree.moment(done.at));
        });
        o.put("next_before", next);
    })
}

/// Returns a page of blocked people; `next` is where the next page begins.
pub fn blocks(tree: Tree, page: &[Arc<Person>], next: Option<Handle>) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", page, |o, person| account(o, tree, person));
        o.put("next_before", next.map(|user| tree.spelled(user)));
    })
}

fn object(o: &mut Object<'_>, tree: Tree, of: &Restrained<'_>) {
    o.nest("user", |o| account(o, tree, of.person));
    let until = Some(of.until).filter(|until| *until < Time::FOR_GOOD);
    o.put("until", until.map(|until| tree.moment(until))).put("reason", of.reason);
}

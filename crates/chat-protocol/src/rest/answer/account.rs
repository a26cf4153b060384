//! Answers about accounts and people.

use chat_domain::{Account, Handle, Person};

use super::super::Tree;
use super::{Reply, bare, reply};
use crate::json::Object;

/// The tokens of a user who has just logged in.
pub struct Tokens<'a> {
    /// The access token.
    pub access: &'a str,
    /// The refresh token.
    pub refresh: &'a str,
    /// How many seconds the access token is good.
    pub expires_in: u64,
}

/// Returns the answer of register (201), login and refresh (200), which is never wrapped.
pub fn signed_in(tree: Tree, status: u16, person: &Person, tokens: &Tokens<'_>) -> Reply {
    bare(status, |o| {
        o.nest("user", |o| both_faces(o, tree, person));
        o.put("access_token", tokens.access).put("refresh_token", tokens.refresh);
        o.put("token_type", "Bearer").put("expires_in", tokens.expires_in);
    })
}

/// Returns a token for a user whom a back end has logged in.
pub fn token(access: &str, expires_in: u64) -> Reply {
    reply(Tree::V2, 201, |o| {
        o.nest("data", |o| {
            o.put("access_token", access).put("expires_in", expires_in);
        });
    })
}

/// Returns the user who asks.
pub fn me(tree: Tree, person: &Person) -> Reply {
    reply(tree, 200, |o| {
        o.nest("data", |o| both_faces(o, tree, person));
    })
}

/// Returns a person whom a back end introduced.
pub fn person(tree: Tree, person: &Person) -> Reply {
    me(tree, person)
}

/// Returns a page of people; `next` is where the next page begins.
pub fn users(tree: Tree, users: &[Account], next: Option<Handle>) -> Reply {
    reply(tree, 200, |o| {
        o.objects("data", users, |o, user| account(o, tree, &user.person));
        o.put("next_before", next.map(|user| tree.spelled(user)));
    })
}

pub(super) fn both_faces(o: &mut Object<'_>, tree: Tree, person: &Person) {
    account(o, tree, person);
    let (name, face) = tree.other_face(person.handle);
    o.put(name, face);
}

pub(super) fn account(o: &mut Object<'_>, tree: Tree, person: &Person) {
    o.put("id", tree.spelled(person.handle)).put("username", person.username.as_str());
    o.put("name", person.name.as_str()).put("avatar", person.avatar.as_str());
}

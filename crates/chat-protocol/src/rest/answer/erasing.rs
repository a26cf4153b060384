//! Answers about people who were erased.

use chat_domain::{Erasing, Handle, Person, Time};

use super::super::Tree;
use super::{Reply, account, admin, reply};
use crate::json::{Micros, Object};

/// Returns that a user is erased from this moment on, although not everything may have been deleted yet.
pub fn erased(user: Handle, at: Time) -> Reply {
    let tree = Tree::V2;
    reply(tree, 202, |o| {
        o.nest("data", |o| {
            o.put("id", tree.spelled(user)).put("erased_at", tree.moment(at));
        });
    })
}

/// Returns a person as back ends see them, and when they were erased.
pub fn whoever(person: &Person, erased: Option<Time>) -> Reply {
    let tree = Tree::V2;
    reply(tree, 200, |o| {
        o.nest("data", |o| {
            account::both_faces(o, tree, person);
            o.put("erased_at", erased.map(|at| tree.moment(at)));
        });
    })
}

/// Returns everybody who was erased, and how far that has come.
pub fn erasures(all: &[(Erasing, Handle)]) -> Reply {
    admin::answer(|o| {
        o.objects("data", all, one);
    })
}

fn one(o: &mut Object<'_>, (erasing, user): &(Erasing, Handle)) {
    let Erasing { erasure, said, left, done } = erasing;
    o.put("user_id", user.uuid).put("erased_at", Micros(erasure.at));
    o.put("messages", if erasure.unsaid { "delete" } else { "keep" });
    o.put("said", *said).put("left", *left).put("done_at", done.map(Micros));
}

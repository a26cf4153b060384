//! What each address takes and answers.

use serde_json::{Value as Json, json};

use super::super::body::LONGEST_TOKEN;
use super::super::{Route, Tree};
use super::files::{announced, new_file};
use super::messages::{events, finding, found, new_chat, new_group, new_message, pulling, somebody};
use super::schema::{Kind, file, given_id, id, me, named, notification_types};
use super::shape::{array, body, count, flag, object, or_null, perhaps, sized, text, with, words};
use super::suspensions::{suspending, suspension};
use super::texts::{client_id, content, name, picture, title, username};
use super::{push, webhooks};

mod accounts;
mod chats;
mod files;
mod itself;
mod messages;
mod moderation;
mod notifications;
mod reactions;
mod reports;
mod roulette;
mod server;

/// What an operation takes and answers.
pub(super) struct Bodies {
    pub(super) summary: &'static str,
    pub(super) query: Vec<(&'static str, Json)>,
    pub(super) body: Option<Json>,
    pub(super) body_required: bool,
    /// Whether its body is bytes instead of JSON.
    pub(super) brings_bytes: bool,
    /// The codes with which it refuses, besides those that follow from its address, its access and its body.
    pub(super) refuses: &'static [&'static str],
    /// The successful answers.
    pub(super) answers: Vec<(u16, Option<Json>)>,
}

/// Returns what this route takes and answers in this tree.
pub(super) fn shape(route: Route, tree: Tree) -> Bodies {
    let found = FAMILIES.iter().find_map(|family| family(route, tree));
    found.unwrap_or_else(|| unreachable!("nobody says what {route:?} takes and answers"))
}

/// What each family of routes takes and answers; `None` for routes of other families. That no route is missing shows at
/// every start, when the whole document is made, and in tests.
const FAMILIES: [fn(Route, Tree) -> Option<Bodies>; 12] = [
    accounts::shape,
    chats::shape,
    moderation::shape,
    messages::shape,
    reactions::shape,
    reports::shape,
    push::shape,
    files::shape,
    roulette::shape,
    notifications::shape,
    server::shape,
    itself::shape,
];

impl Bodies {
    pub(super) fn about(mut self, summary: &'static str) -> Bodies {
        self.summary = summary;
        self
    }

    fn asks<const N: usize>(mut self, query: [(&'static str, Json); N]) -> Bodies {
        self.query.extend(query);
        self
    }

    fn paged(self, id: Json) -> Bodies {
        self.asks([("before_id", id), ("limit", json!({"type": "integer", "minimum": 1, "maximum": 100}))])
    }

    pub(super) fn takes(mut self, body: Json) -> Bodies {
        (self.body, self.body_required) = (Some(body), true);
        self
    }

    fn may_take(mut self, body: Json) -> Bodies {
        self.body = Some(body);
        self
    }

    pub(super) fn refuses(mut self, codes: &'static [&'static str]) -> Bodies {
        self.refuses = codes;
        self
    }

    /// Takes bytes instead of JSON.
    fn brings(mut self) -> Bodies {
        self.brings_bytes = true;
        self
    }

    pub(super) fn or(mut self, status: u16, answer: Json) -> Bodies {
        self.answers.push((status, Some(answer)));
        self
    }
}

pub(super) fn says(status: u16, answer: Json) -> Bodies {
    let answers = vec![(status, Some(answer))];
    Bodies {
        summary: "",
        query: Vec::new(),
        body: None,
        body_required: false,
        brings_bytes: false,
        refuses: &[],
        answers,
    }
}

pub(super) fn done(tree: Tree) -> Bodies {
    match tree {
        Tree::Api => says(200, object([("status", words(&["success"]))])),
        Tree::V1 | Tree::V2 => Bodies { answers: vec![(204, None)], ..says(204, Json::Null) },
    }
}

pub(super) fn data(tree: Tree, data: Json) -> Json {
    match tree {
        Tree::Api => object([("status", words(&["success"])), ("data", data)]),
        Tree::V1 | Tree::V2 => object([("data", data)]),
    }
}

fn page(tree: Tree, item: Json, next: Json) -> Json {
    with(data(tree, array(item)), [("next_before", or_null(next))])
}

//! The HTTP trees: their addresses, and the bodies of requests and answers.
//!
//! Requests are read by [`Query`], by the methods of [`Tree`] for ids in a path ([`Tree::room`] and others), and by the
//! types of [`body`], each of which says what is wrong. Answers are written by the functions of [`answer`], complete
//! with their status.

pub mod answer;
#[cfg(test)]
mod answer_tests;
pub mod body;
#[cfg(test)]
mod body_tests;
mod fields;
mod find;
mod ids;
mod method;
pub mod openapi;
mod pull;
mod query;
pub mod table;

pub use answer::Reply;
pub use find::FindMessages;
pub use ids::Whom;
pub use method::Method;
pub use pull::{Pull, PullFrom, PullPlace};
pub use query::{Query, plain_segment};
pub use table::{Access, Entry, Route, TABLE};

/// The AsyncAPI document of the five socket dialects.
pub const ASYNCAPI: &[u8] = include_bytes!("asyncapi.json");

/// One of the three trees of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tree {
    /// `/api`: dialect 1, integer ids, microseconds, everything wrapped in `{status, data}`.
    Api,
    /// `/api/v1`: dialect 4, UUIDs.
    V1,
    /// `/api/v2`: dialect 5, UUIDs.
    V2,
}

impl Tree {
    /// All trees.
    pub const ALL: [Tree; 3] = [Tree::Api, Tree::V1, Tree::V2];

    /// Returns the beginning of all of the tree's addresses.
    pub const fn prefix(self) -> &'static str {
        match self {
            Tree::Api => "/api",
            Tree::V1 => "/api/v1",
            Tree::V2 => "/api/v2",
        }
    }

    /// Returns the tree in whose words an address is answered. Addresses outside of the trees are answered in the words
    /// of `/api`.
    pub fn of_path(path: &str) -> Tree {
        let within =
            |tree: &Tree| path.strip_prefix(tree.prefix()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        [Tree::V1, Tree::V2].into_iter().find(within).unwrap_or(Tree::Api)
    }

    /// Whether the tree spells ids as UUIDs.
    pub const fn has_uuids(self) -> bool {
        !matches!(self, Tree::Api)
    }
}

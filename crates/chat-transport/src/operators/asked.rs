//! A question of an operator on its way.

use chat_protocol::Trouble;
use chat_protocol::rest::{Query, plain_segment};
use matchit::Params;

use super::settings::May;
use crate::app::App;

/// A question of an operator on its way.
pub(super) struct Asked<'a> {
    pub(super) app: &'a App,
    pub(super) params: Params<'a, 'a>,
    pub(super) query: Query,
    pub(super) may: May,
}

impl Asked<'_> {
    /// Whether anything may be changed.
    pub(super) fn changing(&self) -> Result<(), Trouble> {
        match self.may {
            May::Change => Ok(()),
            May::Look => Err(Trouble::Forbidden("only who shows the --admin-token may change anything")),
        }
    }

    /// A part of the path; nothing is found under one that means no text.
    pub(super) fn segment(&self, name: &str) -> Result<String, Trouble> {
        plain_segment(self.params.get(name).unwrap_or_default()).ok_or(Trouble::NoRoute)
    }
}

//! A request of an operator that is being answered.

use chat_protocol::Trouble;
use chat_protocol::rest::{Query, plain_segment};
use matchit::Params;

use super::settings::May;
use crate::app::App;

/// A request of an operator that is being answered.
pub(super) struct Asked<'a> {
    pub(super) app: &'a App,
    pub(super) params: Params<'a, 'a>,
    pub(super) query: Query,
    pub(super) may: May,
}

impl Asked<'_> {
    /// Refuses an operator who may only look.
    pub(super) fn changing(&self) -> Result<(), Trouble> {
        match self.may {
            May::Change => Ok(()),
            May::Look => Err(Trouble::Forbidden("only who shows the --admin-token may change anything")),
        }
    }

    /// Returns a part of the path, decoded. A part that is not text is treated as not found.
    pub(super) fn segment(&self, name: &str) -> Result<String, Trouble> {
        plain_segment(self.params.get(name).unwrap_or_default()).ok_or(Trouble::NoRoute)
    }
}

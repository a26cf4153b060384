//! Checks of what a message says.

use super::metadata::check_metadata;
use crate::checks::{check_text, invalid, is_address};
use crate::command::Draft;
use crate::limits::Limits;
use crate::refusal::Refusal;

/// Refuses a draft whose content or metadata break a rule. `metadata` is their canonical spelling.
pub(super) fn check_draft(draft: &Draft, metadata: &str, limits: &Limits) -> Result<(), Refusal> {
    check_text("content", &draft.content, limits.content)?;
    if draft.kind.is_media() && !is_address(&draft.content) {
        return Err(invalid("content", "must be an http or https address"));
    }
    if metadata.len() > limits.metadata {
        return Err(Refusal::TooLarge { field: "metadata", limit: limits.metadata });
    }
    check_metadata(draft.kind, &draft.metadata)
}

//! Replies, and the quotes of the messages that they answer.

use alloc::string::String;
use alloc::sync::Arc;

use crate::id::MessageId;
use crate::person::Person;

/// The longest excerpt, in characters.
pub const EXCERPT: usize = 140;

/// What a reply stores about the message that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InReply {
    /// The first message of the thread that both belong to.
    pub thread: MessageId,
    /// The message that it answers.
    pub quote: Quote,
}

/// A message as replies to it show it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Quote {
    /// The message that is quoted.
    pub message: MessageId,
    /// Who sent it.
    pub sender: Arc<Person>,
    /// The beginning of its text; empty once deleted.
    pub excerpt: Arc<str>,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl Quote {
    /// Returns the quote after the message was deleted.
    pub(crate) fn erased(&self) -> Quote {
        Quote { excerpt: "".into(), deleted: true, ..self.clone() }
    }
}

/// Returns the beginning of a text.
pub fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_cut_between_letters_and_has_no_ellipsis() {
        assert_eq!(excerpt("Привет"), "Привет");
        assert_eq!(excerpt(&"ж".repeat(140)), "ж".repeat(140));
        assert_eq!(excerpt(&"👋".repeat(150)), "👋".repeat(140));
    }
}

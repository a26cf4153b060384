//! What messages answer.

use alloc::string::String;
use alloc::sync::Arc;

use crate::id::MessageId;
use crate::person::Person;

/// How many letters of a message are quoted at most.
pub const EXCERPT: usize = 140;

/// That a message answers another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InReply {
    /// The first message of the thread that both belong to.
    pub thread: MessageId,
    /// What it answers.
    pub quote: Quote,
}

/// A message as those quote it that answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Quote {
    /// The message that is quoted.
    pub message: MessageId,
    /// Who sent it.
    pub sender: Arc<Person>,
    /// The beginning of its words; empty once deleted.
    pub excerpt: Arc<str>,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl Quote {
    /// The same after it was deleted.
    pub(crate) fn erased(&self) -> Quote {
        Quote { excerpt: "".into(), deleted: true, ..self.clone() }
    }
}

/// The beginning of a text.
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

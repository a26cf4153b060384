//! Telling whether two requests say the same.

use alloc::string::ToString;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::command::Draft;
use crate::id::UserId;
use crate::message::MessageKind;

/// A collision-resistant digest (SHA-256) of what a request said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Of a message before it is accepted.
    pub fn of_draft(draft: &Draft) -> Digest {
        Digest::of_message(draft.kind, &draft.content, &draft.metadata.to_string())
    }

    /// The same, the metadata being spelled already.
    pub(crate) fn of_message(kind: MessageKind, content: &str, metadata: &str) -> Digest {
        Digest::of([kind.word().as_bytes(), content.as_bytes(), metadata.as_bytes()])
    }

    /// Of a new group: its title and its founders, whatever their order.
    pub fn of_group(title: &str, founders: impl IntoIterator<Item = UserId>) -> Digest {
        let mut hasher = Sha256::new();
        part(&mut hasher, title.as_bytes());
        founders.into_iter().for_each(|user| hasher.update(user.number().to_be_bytes()));
        Digest(hasher.finalize().into())
    }

    /// Of several parts, so that what ends one and begins the next cannot be confused.
    fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
        let mut hasher = Sha256::new();
        parts.into_iter().for_each(|bytes| part(&mut hasher, bytes));
        Digest(hasher.finalize().into())
    }
}

fn part(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…")
    }
}

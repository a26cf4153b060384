//! Digests by which a repeated request is recognised.

use alloc::string::ToString;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::command::Draft;
use crate::id::UserId;

/// A collision-resistant digest (SHA-256) of what a request said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Returns the digest of a message before it is accepted.
    pub fn of_draft(draft: &Draft) -> Digest {
        Digest::of_message(draft, &draft.metadata.to_string())
    }

    /// Returns the digest of a message whose metadata are spelled canonically already.
    pub(crate) fn of_message(draft: &Draft, metadata: &str) -> Digest {
        if let Some(said) = draft.said {
            return Digest(said);
        }
        let mut hasher = Sha256::new();
        let Draft { kind, content, reply_to, .. } = draft;
        [kind.word(), content, metadata].iter().for_each(|text| part(&mut hasher, text.as_bytes()));
        // Fields that did not exist in the beginning are added with their name, and only where they are set: so older
        // digests stay as they were.
        if let Some(reply_to) = reply_to {
            part(&mut hasher, b"reply_to");
            part(&mut hasher, &reply_to.number().to_be_bytes());
        }
        Digest(hasher.finalize().into())
    }

    /// Returns the digest of an issuer's name for a user.
    pub fn of_subject(issuer: &str, subject: &str) -> Digest {
        let mut hasher = Sha256::new();
        [issuer, subject].iter().for_each(|text| part(&mut hasher, text.as_bytes()));
        Digest(hasher.finalize().into())
    }

    /// Returns the digest of a new group, whatever the order of its founders.
    pub fn of_group(title: &str, founders: impl IntoIterator<Item = UserId>) -> Digest {
        let mut hasher = Sha256::new();
        part(&mut hasher, title.as_bytes());
        founders.into_iter().for_each(|user| hasher.update(user.number().to_be_bytes()));
        Digest(hasher.finalize().into())
    }
}

/// Adds a text with its length before it, so that no two different lists of texts have the same digest.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MessageId;
    use crate::message::MessageKind;
    use crate::metadata::Value;

    fn hex(digest: Digest) -> alloc::string::String {
        digest.0.iter().map(|byte| alloc::format!("{byte:02x}")).collect()
    }

    /// Stored digests are compared with new ones for ever, so what goes into them must never change.
    #[test]
    fn digests_of_old_sends_and_groups_are_frozen() {
        let text = Draft::text("Привет 👋");
        let photo = Draft {
            kind: MessageKind::Photo,
            content: "https://example.org/a.png".into(),
            metadata: Value::Map(alloc::vec![
                ("width".into(), Value::Int(640)),
                ("caption".into(), Value::Text("a".into()))
            ]),
            reply_to: None,
            is_back_ends: false,
            said: None,
        };
        let answer = Draft { reply_to: MessageId::new(7), ..text.clone() };
        let members = [2, 3].map(|number| UserId::new(number).unwrap());
        assert_eq!(hex(Digest::of_draft(&text)), "7e7210262bb0556ba6a7286f7eca11b532ba031a7723cd23b0f013c389bd88b1");
        assert_eq!(hex(Digest::of_draft(&answer)), "a8949c6d06f795c0e010730807cdda4713d1c92128fdd43990e81b5f5c786b07");
        assert_eq!(hex(Digest::of_draft(&photo)), "0deaecd86e5de4db3c8efe1fd5bc211e377da13010f749fd4bf981af137b63cc");
        assert_eq!(
            hex(Digest::of_group("Team", members)),
            "b4de60cdb57af8145ce5f0ee10afa913596bf337049db3bef2c1dc44f15c684c"
        );
    }
}

//! Values that must never appear in a log.

use std::{fmt, hint::black_box};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// A secret string. Its `Debug` output hides it; only [`reveal`](Self::reveal) shows it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Secret {
        Secret(secret.into())
    }

    /// Makes a new one of 256 random bits, in URL-safe base64.
    pub fn random() -> Result<Secret, getrandom::Error> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits)?;
        Ok(Secret(URL_SAFE_NO_PAD.encode(bits)))
    }

    /// Shows the secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the digest that is stored in its place: it recognises the secret but does not reveal it. Only for secrets with
    /// enough randomness of their own; passwords need [`Passwords`](super::password::Passwords).
    pub fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }

    /// Compares in constant time, so that the duration does not tell how much was right.
    pub(crate) fn is(&self, other: &str) -> bool {
        let (mine, other) = (Sha256::digest(&self.0), Sha256::digest(other));
        let differing = mine.iter().zip(other.iter()).fold(0, |bits, (a, b)| bits | (a ^ b));
        black_box(differing) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
    }

    #[test]
    fn random_secrets_are_long_and_differ() {
        let (one, other) = (Secret::random().expect("randomness"), Secret::random().expect("randomness"));
        assert_ne!(one, other);
        assert_eq!(one.reveal().len(), 43);
        assert_ne!(one.digest(), other.digest());
        assert_eq!(one.digest(), one.clone().digest());
    }

    #[test]
    fn comparing_knows_equal_from_different() {
        let secret = Secret::new("key");
        assert!(secret.is("key"));
        assert!(!secret.is("kez") && !secret.is("") && !secret.is("keyy"));
    }
}

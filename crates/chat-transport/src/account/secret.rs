//! Values that must not be seen, least of all in a log.

use std::{fmt, hint::black_box};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// A secret string. It shows itself only to who asks with [`reveal`](Self::reveal).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Keeps this secret.
    pub fn new(secret: impl Into<String>) -> Secret {
        Secret(secret.into())
    }

    /// A new one of 256 random bits, in URL-safe base64.
    pub fn random() -> Result<Secret, getrandom::Error> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits)?;
        Ok(Secret(URL_SAFE_NO_PAD.encode(bits)))
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored in its place: enough to know it again, useless to who steals the database. Only for secrets with
    /// enough randomness of their own; passwords have [`Passwords`](super::password::Passwords).
    pub fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }

    /// Compares without telling by its duration how much was right.
    pub fn is(&self, other: &str) -> bool {
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

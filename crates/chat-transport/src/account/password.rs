//! Passwords: argon2id on blocking threads, a few at a time.

use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::secret::Secret;

/// Hashes and verifies passwords. Each takes about 70 ms and 19 MiB, so only a few run at a time.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

/// The hashing itself failed, which no user can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("password hashing is not available")]
pub struct Unhashed;

impl Passwords {
    /// At most this many at a time.
    pub fn new(at_a_time: usize) -> Passwords {
        Passwords { turns: Arc::new(Semaphore::new(at_a_time.max(1))) }
    }

    /// A hash to be stored.
    pub async fn hash(&self, password: Secret) -> Result<String, Unhashed> {
        self.run(move || hash(&password)).await?
    }

    /// Whether the password belongs to the stored hash. Without a hash, because nobody has that name, the answer is no,
    /// after the same time.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<bool, Unhashed> {
        self.run(move || verify(&password, stored.as_deref())).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Unhashed> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Unhashed)?;
        // The turn goes with the work: a caller that leaves does not make room that is not there.
        let work = move || {
            let _turn = turn;
            work()
        };
        spawn_blocking(work).await.map_err(|_| Unhashed)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords::new(std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)))
    }
}

fn hash(password: &Secret) -> Result<String, Unhashed> {
    // The library's default is argon2id with m=19456, t=2, p=1; a test below holds it to that.
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| Unhashed)?;
    let hash = Argon2::default().hash_password_with_salt(password.reveal().as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|_| Unhashed)
}

fn verify(password: &Secret, stored: Option<&str>) -> bool {
    let parsed = stored.and_then(|stored| PasswordHash::new(stored).ok());
    let Some(known) = parsed.as_ref() else {
        if let Ok(nobody) = PasswordHash::new(NOBODY) {
            let _ = Argon2::default().verify_password(password.reveal().as_bytes(), &nobody);
        }
        return false;
    };
    Argon2::default().verify_password(password.reveal().as_bytes(), known).is_ok()
}

/// The hash of a password that nobody knows.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZmFsbGluZ2xlYXZlcw$4zJ1ZQ0y1Pz2mJv8n5nLkq6b3r7v2c1x0w9u8t7s6r4";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let passwords = Passwords::new(1);
        let stored = passwords.hash(Secret::new("correct horse")).await.expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify(Secret::new("correct horse"), Some(stored.clone())).await.expect("an answer"));
        assert!(!passwords.verify(Secret::new("wrong horse"), Some(stored)).await.expect("an answer"));
    }

    #[tokio::test]
    async fn the_same_password_is_never_stored_the_same() {
        let passwords = Passwords::new(2);
        let (one, other) = tokio::join!(passwords.hash(Secret::new("twice")), passwords.hash(Secret::new("twice")));
        assert_ne!(one.expect("a hash"), other.expect("a hash"));
    }

    #[test]
    fn an_unknown_name_costs_what_a_wrong_password_costs() {
        let stored = hash(&Secret::new("right")).expect("a hash");
        let (known, nobody) = (PasswordHash::new(&stored).expect("a hash"), PasswordHash::new(NOBODY).expect("a hash"));
        assert_eq!((nobody.algorithm, nobody.version, nobody.params), (known.algorithm, known.version, known.params));
        assert_eq!(nobody.hash.map(|hash| hash.len()), known.hash.map(|hash| hash.len()));
        assert!(!verify(&Secret::new("right"), None) && !verify(&Secret::new("right"), Some("garbled")));
    }
}

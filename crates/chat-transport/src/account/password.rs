//! Hashing passwords with argon2id on blocking threads, a few at a time.

use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use tokio::task::spawn_blocking;

use super::secret::Secret;
use super::turns::Turns;
use crate::address::Source;

/// Hashes and verifies passwords. One takes about 70 ms and 19 MiB, so only a few run at a time, and client addresses take turns.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Turns>,
}

/// Why a password was not hashed or verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unhashed {
    /// Too many others wait for their turn.
    #[error("too many passwords are being checked")]
    Crowded,
    /// The hashing failed for a reason that no user can mend.
    #[error("password hashing is not available")]
    Failed,
}

impl Passwords {
    /// Hashes with half of the cores, and lets at most `waiting` others wait.
    pub fn new(waiting: usize) -> Passwords {
        let half = std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2));
        Passwords { turns: Turns::new(half, waiting) }
    }

    /// Returns the hash to store, for somebody at this address.
    pub async fn hash(&self, from: Source, password: Secret) -> Result<String, Unhashed> {
        self.run(from, move || hash(&password)).await?
    }

    /// Tells whether the password matches the stored hash. Without a hash, because no account has the name, it computes one
    /// anyway, so that the time of the answer does not tell whether the name exists.
    pub(crate) async fn verify(
        &self,
        from: Source,
        password: Secret,
        stored: Option<String>,
    ) -> Result<bool, Unhashed> {
        self.run(from, move || verify(&password, stored.as_deref())).await
    }

    /// Returns how many wait for their turn.
    pub fn waiting(&self) -> usize {
        self.turns.waiting()
    }

    async fn run<T: Send + 'static>(
        &self,
        from: Source,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unhashed> {
        let turn = self.turns.take(from).await.map_err(|_| Unhashed::Crowded)?;
        // The turn moves into the blocking task: if the caller goes away, the hashing goes on and must still be counted.
        let work = move || {
            let _turn = turn;
            work()
        };
        spawn_blocking(work).await.map_err(|_| Unhashed::Failed)
    }
}

fn hash(password: &Secret) -> Result<String, Unhashed> {
    // argon2's default is argon2id with m=19456, t=2, p=1; a test below makes sure that it stays that.
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| Unhashed::Failed)?;
    let hash = Argon2::default().hash_password_with_salt(password.reveal().as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|_| Unhashed::Failed)
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

/// A hash to compare with when there is none. Nobody knows a password for it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZmFsbGluZ2xlYXZlcw$4zJ1ZQ0y1Pz2mJv8n5nLkq6b3r7v2c1x0w9u8t7s6r4";

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn here() -> Source {
        Source::of(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let passwords = Passwords::new(9);
        let stored = passwords.hash(here(), Secret::new("correct horse")).await.expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(passwords.verify(here(), Secret::new("correct horse"), Some(stored.clone())).await.expect("an answer"));
        assert!(!passwords.verify(here(), Secret::new("wrong horse"), Some(stored)).await.expect("an answer"));
    }

    #[tokio::test]
    async fn the_same_password_is_never_stored_the_same() {
        let passwords = Passwords::new(9);
        let (one, other) =
            tokio::join!(passwords.hash(here(), Secret::new("twice")), passwords.hash(here(), Secret::new("twice")));
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

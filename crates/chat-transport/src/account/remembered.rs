//! Tokens that were checked a moment ago. Checking one costs more than the rest of a request.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_domain::{Time, UserId};

use super::caller::Caller;

/// Callers by the digest of their token, for a moment after it was checked.
#[derive(Default)]
pub(super) struct Remembered {
    tokens: Mutex<Tokens>,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Default)]
struct Tokens {
    callers: HashMap<String, Admitted>,
    swept: Time,
}

struct Admitted {
    caller: Caller,
    until: Time,
}

impl Remembered {
    /// Returns the caller of a token that was checked a moment ago, if it has not expired since.
    pub(super) fn caller(&self, digest: &str, now: Time) -> Option<Caller> {
        let tokens = self.tokens();
        let found = tokens.callers.get(digest).filter(|entry| entry.until > now).map(|entry| entry.caller.clone());
        let count = if found.is_some() { &self.hits } else { &self.misses };
        count.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Remembers the caller of a token for [`MOMENT`], but not beyond the token's own end.
    pub(super) fn remember(&self, digest: String, caller: &Caller, now: Time) {
        let Some(pass) = caller.by.pass() else { return };
        let mut tokens = self.tokens();
        if tokens.swept.after(MOMENT) <= now || tokens.callers.len() >= MOST {
            tokens.callers.retain(|_, entry| entry.until > now);
            tokens.swept = now;
        }
        if tokens.callers.len() < MOST {
            let until = now.after(MOMENT).min(pass.expires);
            tokens.callers.insert(digest, Admitted { caller: caller.clone(), until });
        }
    }

    /// Forgets all tokens of a user.
    pub(super) fn forget(&self, user: UserId) {
        self.tokens().callers.retain(|_, entry| entry.caller.id() != user);
    }

    /// Returns how many looks found a token, and how many did not.
    pub(super) fn looks(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For how long a token is not checked again. A name that was changed on another node may show this much later.
const MOMENT: Duration = Duration::from_secs(10);
/// How many tokens are remembered; others are checked each time.
const MOST: usize = 100_000;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chat_domain::{Account, Person};

    use super::super::caller::{By, Pass};
    use super::*;

    fn caller(number: i64, expires: Time) -> Caller {
        let handle = UserId::new(number).expect("an id").into();
        let person = Arc::new(Person { handle, username: "a".into(), name: "A".into(), avatar: String::new() });
        let pass = Pass { expires, grant: None, issued: None };
        Caller { account: Account { person, last_seen: None }, by: By::Token(pass) }
    }

    #[test]
    fn a_token_is_remembered_for_a_moment_and_not_beyond_its_end() {
        let (remembered, at) = (Remembered::default(), |seconds: i64| Time::from_secs(1_000 + seconds));
        remembered.remember("long".into(), &caller(1, at(100)), at(0));
        remembered.remember("short".into(), &caller(2, at(3)), at(0));
        let known = |digest: &str, now| remembered.caller(digest, now).map(|caller| caller.id().number());
        assert_eq!((known("long", at(9)), known("long", at(10))), (Some(1), None));
        assert_eq!((known("short", at(2)), known("short", at(3))), (Some(2), None));
        assert_eq!(known("none", at(0)), None);
        remembered.forget(UserId::new(1).expect("an id"));
        assert_eq!((known("long", at(1)), known("short", at(1))), (None, Some(2)));
        remembered.remember("late".into(), &caller(3, at(100)), at(20));
        assert_eq!(remembered.tokens().callers.len(), 1);
    }
}

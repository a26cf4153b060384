//! How often users may do things.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chat_domain::bucket::{Bucket, Rate};
use chat_domain::{Time, UserId};
use tokio_util::sync::CancellationToken;

use crate::address::Source;
use crate::clock;

/// What may be done how often.
#[derive(Clone, Copy, Debug)]
pub struct RateSettings {
    /// Messages, edits, deletes and likes of a user.
    pub messages: Rate,
    /// Typing signs of a user, and changes of status.
    pub typing: Rate,
    /// Attempts to log in to an account from an address.
    pub logins: Rate,
    /// Log-ins, registrations and refreshed tokens of an address.
    pub addresses: Rate,
}

impl Default for RateSettings {
    fn default() -> RateSettings {
        RateSettings {
            messages: Rate { per_second: 20, burst: 60 },
            typing: Rate { per_second: 5, burst: 5 },
            logins: Rate { per_second: 1, burst: 10 },
            addresses: Rate { per_second: 1, burst: 100 },
        }
    }
}

/// Who has done how much lately.
pub struct Rates {
    settings: RateSettings,
    messages: Buckets<UserId>,
    typing: Buckets<UserId>,
    logins: Buckets<(String, Source)>,
    addresses: Buckets<Source>,
}

impl Rates {
    /// Nobody has done anything.
    pub fn new(settings: RateSettings) -> Rates {
        Rates {
            settings,
            messages: Buckets::default(),
            typing: Buckets::default(),
            logins: Buckets::default(),
            addresses: Buckets::default(),
        }
    }

    /// A user sends, edits, deletes or likes; if that is too fast, how many seconds to wait.
    pub fn message(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.messages.take(user, self.settings.messages, now)
    }

    /// Whether a sign of typing is passed on. Too many are dropped without a word, but the end of typing always counts.
    pub fn lets_type(&self, user: UserId, is_typing: bool, now: Time) -> bool {
        !is_typing || self.sign(user, now).is_ok()
    }

    /// A user types, or changes how others see them.
    pub fn sign(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.typing.take(user, self.settings.typing, now)
    }

    /// Somebody at an address logs in, registers or refreshes a token.
    pub fn address(&self, from: Source, now: Time) -> Result<(), u64> {
        self.addresses.take(from, self.settings.addresses, now)
    }

    /// Somebody tries to log in to an account from an address.
    pub fn login(&self, username: &str, from: Source, now: Time) -> Result<(), u64> {
        self.logins.take((username.to_lowercase(), from), self.settings.logins, now)
    }

    /// They have logged in: the attempts before are forgiven.
    pub fn logged_in(&self, username: &str, from: Source) {
        self.logins.forget(&(username.to_lowercase(), from));
    }

    /// Forgets those who have not done anything lately, now and then.
    pub async fn run(&self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
            let now = clock::now();
            self.messages.sweep(now);
            self.typing.sweep(now);
            self.logins.sweep(now);
            self.addresses.sweep(now);
        }
    }
}

struct Buckets<K>(Mutex<HashMap<K, Bucket>>);

impl<K: Eq + Hash> Buckets<K> {
    fn take(&self, key: K, rate: Rate, now: Time) -> Result<(), u64> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = buckets.entry(key).or_default().take(rate, now);
        taken.map_err(|wait| wait.as_secs() + 1)
    }

    fn forget(&self, key: &K) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn sweep(&self, now: Time) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.retain(|_, bucket| !bucket.is_full(now));
        if buckets.capacity() > 4 * buckets.len() + 64 {
            buckets.shrink_to_fit();
        }
    }
}

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Buckets(Mutex::default())
    }
}

const SWEEP: Duration = Duration::from_secs(5);

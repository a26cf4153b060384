//! Limits on how often users and addresses may do things.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use chat_domain::bucket::{Bucket, Rate};
use chat_domain::{Time, UserId};
use tokio_util::sync::CancellationToken;

use crate::address::Source;

/// How often each kind of thing may be done.
#[derive(Clone, Copy, Debug)]
pub struct RateSettings {
    /// Messages, edits, deletions and likes of a user.
    pub messages: Rate,
    /// Every other lasting change of a user, counted once for each person who hears of it.
    pub changes: Rate,
    /// Bytes that a user fetches in replays, histories and lists.
    pub replays: Rate,
    /// Typing signs of a user, and changes of status.
    pub typing: Rate,
    /// Attempts to log in to one account from one address.
    pub logins: Rate,
    /// Log-ins, registrations and refreshed tokens from one address.
    pub addresses: Rate,
}

impl Default for RateSettings {
    fn default() -> RateSettings {
        RateSettings {
            messages: Rate { per_second: 20, burst: 60 },
            changes: Rate { per_second: 100, burst: 3_000 },
            replays: Rate { per_second: 4 << 20, burst: 64 << 20 },
            typing: Rate { per_second: 5, burst: 5 },
            logins: Rate { per_second: 1, burst: 10 },
            addresses: Rate { per_second: 1, burst: 100 },
        }
    }
}

/// What users and addresses have done lately.
pub(crate) struct Rates {
    settings: RwLock<RateSettings>,
    messages: Buckets<UserId>,
    changes: Buckets<UserId>,
    replays: Buckets<UserId>,
    typing: Buckets<UserId>,
    logins: Buckets<(String, Source)>,
    addresses: Buckets<Source>,
}

impl Rates {
    /// Creates empty counters with these limits.
    pub(crate) fn new(settings: RateSettings) -> Rates {
        Rates {
            settings: RwLock::new(settings),
            messages: Buckets::default(),
            changes: Buckets::default(),
            replays: Buckets::default(),
            typing: Buckets::default(),
            logins: Buckets::default(),
            addresses: Buckets::default(),
        }
    }

    /// Replaces the limits. What was counted so far stays.
    pub(crate) fn replace(&self, settings: RateSettings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    fn settings(&self) -> RateSettings {
        *self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a message, edit, deletion or like. The error is the number of seconds to wait.
    pub(crate) fn message(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.messages.take(user, self.settings().messages, now)
    }

    /// Counts another lasting change, of which this many people hear. The error is the number of seconds to wait.
    pub(crate) fn change(&self, user: UserId, people: usize, now: Time) -> Result<(), u64> {
        self.changes.take_many(user, tenths(people), self.settings().tenths(), now).map_err(seconds)
    }

    /// Counts a mark of having read. It costs a tenth of a person now; [`heard`](Self::heard) adds the rest once it has moved a
    /// position.
    pub(crate) fn read(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.changes.take_many(user, 1, self.settings().tenths(), now).map_err(seconds)
    }

    /// Adds to a change the people who heard of it beyond those that were counted before. It never refuses: the user waits longer
    /// next time.
    pub(crate) fn heard(&self, user: UserId, more: usize, now: Time) {
        self.changes.owe(user, tenths(more), self.settings().tenths(), now);
    }

    /// Counts stored bytes that are to be sent to a user. The error is how long to wait first.
    pub(crate) fn replay(&self, user: UserId, bytes: usize, now: Time) -> Result<(), Duration> {
        self.replays.take_many(user, bytes.try_into().unwrap_or(u64::MAX), self.settings().replays, now)
    }

    /// Counts a request for something stored before its size is known; [`fetched`](Self::fetched) adds the rest. The error is the
    /// number of seconds to wait.
    pub(crate) fn fetch(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.replay(user, FETCH, now).map_err(seconds)
    }

    /// Adds the size of what was fetched, beyond what [`fetch`](Self::fetch) has counted.
    pub(crate) fn fetched(&self, user: UserId, bytes: usize, now: Time) {
        let more = bytes.saturating_sub(FETCH).try_into().unwrap_or(u64::MAX);
        self.replays.owe(user, more, self.settings().replays, now);
    }

    /// Tells whether a sign of typing is passed on. Beyond the limit a sign is dropped silently, but the end of typing always
    /// passes.
    pub(crate) fn lets_type(&self, user: UserId, is_typing: bool, now: Time) -> bool {
        !is_typing || self.sign(user, now).is_ok()
    }

    /// Counts a sign of typing or a change of status. The error is the number of seconds to wait.
    pub(crate) fn sign(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.typing.take(user, self.settings().typing, now)
    }

    /// Counts a log-in, a registration or a refreshed token from an address. The error is the number of seconds to wait.
    pub(crate) fn address(&self, from: Source, now: Time) -> Result<(), u64> {
        self.addresses.take(from, self.settings().addresses, now)
    }

    /// Counts an attempt to log in to an account from an address. The error is the number of seconds to wait.
    pub(crate) fn login(&self, username: &str, from: Source, now: Time) -> Result<(), u64> {
        self.logins.take((username.to_lowercase(), from), self.settings().logins, now)
    }

    /// Forgets the attempts before a log-in that succeeded.
    pub(crate) fn logged_in(&self, username: &str, from: Source) {
        self.logins.forget(&(username.to_lowercase(), from));
    }

    /// Drops counters that are back at zero from time to time, until told to stop.
    pub(crate) async fn run(&self, now: impl Fn() -> Time, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
            let now = now();
            self.messages.sweep(now);
            self.changes.sweep(now);
            self.replays.sweep(now);
            self.typing.sweep(now);
            self.logins.sweep(now);
            self.addresses.sweep(now);
        }
    }
}

struct Buckets<K>(Mutex<HashMap<K, Bucket>>);

impl<K: Eq + Hash> Buckets<K> {
    fn take(&self, key: K, rate: Rate, now: Time) -> Result<(), u64> {
        self.take_many(key, 1, rate, now).map_err(seconds)
    }

    fn take_many(&self, key: K, many: u64, rate: Rate, now: Time) -> Result<(), Duration> {
        self.buckets().entry(key).or_default().take_many(many, rate, now)
    }

    fn owe(&self, key: K, many: u64, rate: Rate, now: Time) {
        self.buckets().entry(key).or_default().owe(many, rate, now);
    }

    fn forget(&self, key: &K) {
        self.buckets().remove(key);
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<K, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sweep(&self, now: Time) {
        let mut buckets = self.buckets();
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

impl RateSettings {
    /// Returns the limit of changes in tenths of a person, so that a mark of having read can cost a tenth.
    fn tenths(&self) -> Rate {
        let Rate { per_second, burst } = self.changes;
        Rate { per_second: per_second.saturating_mul(10), burst: burst.saturating_mul(10) }
    }
}

fn tenths(people: usize) -> u64 {
    u64::try_from(people).unwrap_or(u64::MAX).saturating_mul(10)
}

/// Returns the seconds that a client is told to wait: never 0.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
}

/// Bytes that a request counts for at least, whatever comes of it.
const FETCH: usize = 1 << 10;
const SWEEP: Duration = Duration::from_secs(5);

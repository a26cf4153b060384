//! Limits on how often users and addresses may do things.

mod used;

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use chat_domain::backplane::{Rated, Spent};
use chat_domain::bucket::Rate;
use chat_domain::{Time, UserId};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use self::used::{ToTell, Used};
use crate::address::Source;
use crate::hub::Standing;

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
    standing: RwLock<Standing>,
    messages: Used,
    changes: Used,
    replays: Used,
    typing: Used,
    logins: Used,
    addresses: Used,
    /// What the other nodes are still to be told.
    to_tell: ToTell,
}

impl Rates {
    /// Creates empty counters with these limits.
    pub(crate) fn new(settings: RateSettings) -> Rates {
        Rates {
            settings: RwLock::new(settings),
            standing: RwLock::default(),
            messages: Used::default(),
            changes: Used::default(),
            replays: Used::default(),
            typing: Used::default(),
            logins: Used::default(),
            addresses: Used::default(),
            to_tell: ToTell::default(),
        }
    }

    /// Replaces the limits. What was counted so far stays.
    pub(crate) fn replace(&self, settings: RateSettings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// From here on this node stands so among the others.
    pub(crate) fn stands(&self, standing: Standing) {
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    /// Counts a message, edit, deletion or like. The error is the number of seconds to wait.
    pub(crate) fn message(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.take(Rated::Messages, of(user), 1, now).map_err(seconds)
    }

    /// Counts another lasting change, of which this many people hear. The error is the number of seconds to wait.
    pub(crate) fn change(&self, user: UserId, people: usize, now: Time) -> Result<(), u64> {
        self.take(Rated::Changes, of(user), tenths(people), now).map_err(seconds)
    }

    /// Counts a mark of having read. It costs a tenth of a person now; [`heard`](Self::heard) adds the rest once it has moved a
    /// position.
    pub(crate) fn read(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.take(Rated::Changes, of(user), 1, now).map_err(seconds)
    }

    /// Adds to a change the people who heard of it beyond those that were counted before. It never refuses: the user waits longer
    /// next time.
    pub(crate) fn heard(&self, user: UserId, more: usize, now: Time) {
        self.owe(Rated::Changes, of(user), tenths(more), now);
    }

    /// Counts stored bytes that are to be sent to a user. The error is how long to wait first.
    pub(crate) fn replay(&self, user: UserId, bytes: usize, now: Time) -> Result<(), Duration> {
        self.take(Rated::Replays, of(user), bytes.try_into().unwrap_or(u64::MAX), now)
    }

    /// Counts a request for something stored before its size is known; [`fetched`](Self::fetched) adds the rest. The error is the
    /// number of seconds to wait.
    pub(crate) fn fetch(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.replay(user, FETCH, now).map_err(seconds)
    }

    /// Adds the size of what was fetched, beyond what [`fetch`](Self::fetch) has counted.
    pub(crate) fn fetched(&self, user: UserId, bytes: usize, now: Time) {
        let more = bytes.saturating_sub(FETCH).try_into().unwrap_or(u64::MAX);
        self.owe(Rated::Replays, of(user), more, now);
    }

    /// Tells whether a sign of typing is passed on. Beyond the limit a sign is dropped silently, but the end of typing always
    /// passes.
    pub(crate) fn lets_type(&self, user: UserId, is_typing: bool, now: Time) -> bool {
        !is_typing || self.sign(user, now).is_ok()
    }

    /// Counts a sign of typing or a change of status. The error is the number of seconds to wait.
    pub(crate) fn sign(&self, user: UserId, now: Time) -> Result<(), u64> {
        self.take(Rated::Typing, of(user), 1, now).map_err(seconds)
    }

    /// Counts a log-in, a registration or a refreshed token from an address. The error is the number of seconds to wait.
    pub(crate) fn address(&self, from: Source, now: Time) -> Result<(), u64> {
        self.take(Rated::Addresses, digest(&from.to_string()), 1, now).map_err(seconds)
    }

    /// Counts an attempt to log in to an account from an address. The error is the number of seconds to wait.
    pub(crate) fn login(&self, username: &str, from: Source, now: Time) -> Result<(), u64> {
        self.take(Rated::Logins, account(username, from), 1, now).map_err(seconds)
    }

    /// Forgets the attempts before a log-in that succeeded.
    pub(crate) fn logged_in(&self, username: &str, from: Source) {
        self.logins.forget(account(username, from));
    }

    /// What has been done here that other nodes are to be told, once there is something.
    pub(crate) async fn spent(&self) -> Vec<Spent> {
        self.to_tell.next().await
    }

    /// This was done on other nodes: it is paid for here, too.
    pub(crate) fn spent_elsewhere(&self, spent: Vec<Spent>, now: Time) {
        for Spent { of, who, many } in spent {
            self.used(of).owe(who, many, self.rate(of), now);
        }
    }

    /// Drops counters that are back at zero from time to time, until told to stop.
    pub(crate) async fn run(&self, now: impl Fn() -> Time, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(SWEEP)).await.is_some() {
            let all = [&self.messages, &self.changes, &self.replays, &self.typing, &self.logins, &self.addresses];
            all.into_iter().for_each(|used| used.sweep(now()));
        }
    }

    fn take(&self, of: Rated, who: u64, many: u64, now: Time) -> Result<(), Duration> {
        let standing = *self.standing.read().unwrap_or_else(PoisonError::into_inner);
        let is_told = self.used(of).take(who, many, self.rate(of), standing, now)?;
        if is_told {
            self.to_tell.add(of, who, many);
        }
        Ok(())
    }

    fn owe(&self, of: Rated, who: u64, many: u64, now: Time) {
        let standing = *self.standing.read().unwrap_or_else(PoisonError::into_inner);
        let (used, rate) = (self.used(of), self.rate(of));
        used.owe(who, many, rate, now);
        if standing.others > 0 && used.is_to_be_told(who, many, rate, now) {
            self.to_tell.add(of, who, many);
        }
    }

    fn used(&self, of: Rated) -> &Used {
        match of {
            Rated::Messages => &self.messages,
            Rated::Changes => &self.changes,
            Rated::Replays => &self.replays,
            Rated::Typing => &self.typing,
            Rated::Logins => &self.logins,
            Rated::Addresses => &self.addresses,
        }
    }

    fn rate(&self, of: Rated) -> Rate {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
        match of {
            Rated::Messages => settings.messages,
            Rated::Changes => settings.tenths(),
            Rated::Replays => settings.replays,
            Rated::Typing => settings.typing,
            Rated::Logins => settings.logins,
            Rated::Addresses => settings.addresses,
        }
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

fn of(user: UserId) -> u64 {
    user.number() as u64
}

fn account(username: &str, from: Source) -> u64 {
    digest(&format!("{from} {}", username.to_lowercase()))
}

/// The same on every node, and nobody finds another text with the same one.
fn digest(text: &str) -> u64 {
    Sha256::digest(text).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Returns the seconds that a client is told to wait: never 0.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + 1
}

/// Bytes that a request counts for at least, whatever comes of it.
const FETCH: usize = 1 << 10;
const SWEEP: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;

//! What was told to people and is known here. It may come over the bus and from the journal, in either order.

use std::collections::HashMap;
use std::time::Duration;

use chat_domain::Time;
use chat_domain::backplane::{Tell, TellKey};

/// The tells that are known here, so that none is taken in twice.
#[derive(Default)]
pub(super) struct Known {
    heard: HashMap<TellKey, Time>,
    read: HashMap<u64, Time>,
    /// Up to when the journal was read.
    pub(super) until: Option<Time>,
}

impl Known {
    /// Notes a tell that came over the bus. Returns false if it was known.
    pub(super) fn is_news(&mut self, tell: &Tell, now: Time) -> bool {
        forget(&mut self.heard, now);
        tell.key().is_none_or(|key| self.heard.insert(key, now).is_none())
    }

    /// Notes a tell that was read under this number. Returns false if it was known.
    pub(super) fn is_unread(&mut self, no: u64, now: Time) -> bool {
        forget(&mut self.read, now);
        self.read.insert(no, now).is_none()
    }
}

fn forget<K>(known: &mut HashMap<K, Time>, now: Time) {
    if known.len() >= MANY {
        known.retain(|_, at| now.since(*at) < LONG);
    }
}

/// A clean-up is worth it only with at least this many entries.
const MANY: usize = 8192;
/// Nothing older than this is read.
const LONG: Duration = Duration::from_secs(300);

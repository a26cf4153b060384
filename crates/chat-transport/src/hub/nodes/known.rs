//! What was told to people and is known here: it may come over the bus and be read in the journal, in either order.

use std::collections::HashMap;
use std::time::Duration;

use chat_domain::Time;
use chat_domain::backplane::{Tell, TellKey};

/// What was told to people and is known here.
#[derive(Default)]
pub(super) struct Known {
    heard: HashMap<TellKey, Time>,
    read: HashMap<u64, Time>,
    /// Until when the journal was read.
    pub(super) until: Option<Time>,
}

impl Known {
    /// Takes in that this is told; false if it was known.
    pub(super) fn is_news(&mut self, tell: &Tell, now: Time) -> bool {
        forget(&mut self.heard, now);
        tell.key().is_none_or(|key| self.heard.insert(key, now).is_none())
    }

    /// The same of what is read under this number.
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

/// So many at least are looked through for those that are forgotten.
const MANY: usize = 8192;
/// What is older than this is read no more.
const LONG: Duration = Duration::from_secs(300);

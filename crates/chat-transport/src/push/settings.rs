//! How people are pushed what they miss.

use std::time::Duration;

use tokio::sync::{Notify, OnceCell};

use super::vouch::Voucher;

/// How people are pushed what they miss.
#[derive(Clone, Debug)]
pub struct PushSettings {
    /// Whether names and words go along.
    pub content: bool,
    /// Whom the operators of push services write to: an address beginning with `mailto:` or `https:`.
    pub contact: String,
    /// How long it is waited after the first try in vain; then three times as long each time.
    pub first: Duration,
    /// How long at most, without what chance adds to it.
    pub longest: Duration,
    /// After how long something is not worth telling any more.
    pub keep: Duration,
    /// How many devices one person may have; of more the oldest goes.
    pub devices: usize,
}

impl Default for PushSettings {
    fn default() -> PushSettings {
        PushSettings {
            content: true,
            contact: String::from("mailto:nobody@chat.invalid"),
            first: Duration::from_secs(3),
            longest: Duration::from_secs(3600),
            keep: DAY,
            devices: 20,
        }
    }
}

/// What rings when a device was named here, and the key that signs.
#[derive(Default)]
pub(crate) struct Pushing {
    pub(crate) changed: Notify,
    pub(super) voucher: OnceCell<Voucher>,
}

const DAY: Duration = Duration::from_secs(24 * 3600);

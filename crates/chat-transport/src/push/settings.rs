//! Settings of pushes.

use std::time::Duration;

use tokio::sync::{Notify, OnceCell};

use super::vouch::Voucher;

/// Settings of pushes.
#[derive(Clone, Debug)]
pub struct PushSettings {
    /// Whether a push contains names and the message's text.
    pub content: bool,
    /// The contact for the operators of push services: an address that begins with `mailto:` or `https:`.
    pub contact: String,
    /// The pause after the first failure. It is three times as long after each further one.
    pub first: Duration,
    /// The longest pause, before chance adds to it.
    pub longest: Duration,
    /// After how long a message is no longer worth a push.
    pub keep: Duration,
    /// How many devices one person may have. When there are more, the oldest is dropped.
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

/// Rings when a device was added on this node; and the key that signs.
#[derive(Default)]
pub(crate) struct Pushing {
    pub(crate) changed: Notify,
    pub(super) voucher: OnceCell<Voucher>,
}

const DAY: Duration = Duration::from_secs(24 * 3600);

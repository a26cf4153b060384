//! Settings of webhooks.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::client::{ClientSettings, Dns, Only, Resolve, is_public};

/// Settings of webhooks.
#[derive(Clone, Debug)]
pub struct HookSettings {
    /// Whether addresses of private networks and of this machine are allowed.
    pub private: bool,
    /// How long one attempt may take.
    pub patience: Duration,
    /// The pause after the first failure. It is three times as long after each further one.
    pub first: Duration,
    /// The longest pause, before chance adds to it.
    pub longest: Duration,
    /// After how long without success a webhook is ended.
    pub give_up: Duration,
    /// How many webhooks there may be.
    pub most: usize,
}

impl Default for HookSettings {
    fn default() -> HookSettings {
        HookSettings {
            private: false,
            patience: Duration::from_secs(10),
            first: Duration::from_secs(5),
            longest: Duration::from_secs(5 * 3600),
            give_up: Duration::from_secs(3 * 24 * 3600),
            most: 100,
        }
    }
}

impl HookSettings {
    /// Returns the settings of a client that may be given addresses by strangers.
    pub(crate) fn client(&self) -> ClientSettings {
        let resolve: Arc<dyn Resolve> = match self.private {
            true => Arc::new(Dns),
            false => Arc::new(Only { by: Arc::new(Dns), allows: is_public }),
        };
        ClientSettings {
            connect: CONNECT.min(self.patience),
            patience: self.patience,
            most: ANSWER,
            resolve,
            roots: None,
        }
    }
}

/// Rings when a webhook was added, changed or ended on this node.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) changed: Notify,
}

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How many bytes an answer may have. It is not read.
const ANSWER: usize = 64 << 10;

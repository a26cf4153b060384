//! How back ends are told what happens.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::client::{ClientSettings, Dns, Only, Resolve, is_public};

/// How back ends are told what happens.
#[derive(Clone, Debug)]
pub struct HookSettings {
    /// Whether addresses of private networks, and of this machine, may be told.
    pub private: bool,
    /// How long a try may take.
    pub patience: Duration,
    /// How long it is waited after the first try in vain; then three times as long each time.
    pub first: Duration,
    /// How long at most, without what chance adds to it.
    pub longest: Duration,
    /// After how long without success a webhook ends.
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
    /// Who asks addresses that strangers name.
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

/// What rings when webhooks were subscribed, changed or ended here.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) changed: Notify,
}

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of an answer: nobody reads it.
const ANSWER: usize = 64 << 10;

//! Settings of back ends: what they are told, and what they are asked.

use std::time::Duration;

use chat_transport::check::Check;
use chat_transport::hooks::HookSettings;
use clap::{Args, ValueEnum};
use http::Uri;

use super::pushes::Pushes;
use super::values::web_address;

/// Settings of back ends, and of pushes.
#[derive(Clone, Debug, Args)]
pub(crate) struct BackEnds {
    /// Let back ends subscribe webhooks at addresses of private networks and of this machine. Whoever has the API key could
    /// explore these networks that way.
    #[arg(long)]
    pub(crate) allow_private_webhooks: bool,
    /// An address of your back end that is asked before a message is sent or edited: it gets `{chat_id, user_id, type, content,
    /// metadata}`, and answers `{allow, content?, reason?}` within 300 ms.
    #[arg(long, value_parser = web_address)]
    pub(crate) check_url: Option<Uri>,
    /// What happens to messages while that address does not answer.
    #[arg(long, default_value = "open")]
    pub(crate) check_fails: Fails,
    #[command(flatten)]
    pub(crate) pushes: Pushes,
}

/// What happens to messages while the back end does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fails {
    /// They are let through.
    Open,
    /// They are refused.
    Closed,
}

impl BackEnds {
    /// Returns the settings of webhooks. A webhook ends after `keep` without success: by then the changes are pruned.
    pub(crate) fn hooks(&self, keep: Duration) -> HookSettings {
        let default = HookSettings::default();
        let give_up = default.give_up.min(keep / 10 * 9);
        HookSettings { private: self.allow_private_webhooks, give_up, ..default }
    }

    /// Returns the back end that is asked before a message is stored, if there is one.
    pub(crate) fn check(&self) -> Result<Option<Check>, String> {
        let check = self.check_url.clone().map(|address| Check::new(address, self.check_fails == Fails::Open));
        check.transpose().map_err(|error| error.to_string())
    }
}

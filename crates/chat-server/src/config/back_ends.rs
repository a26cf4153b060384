//! Settings of what back ends are told and asked.

use std::time::Duration;

use chat_transport::check::Check;
use chat_transport::hooks::HookSettings;
use clap::{Args, ValueEnum};
use http::Uri;

use super::pushes::Pushes;
use super::values::web_address;

/// What back ends are told, and asked, and what people are pushed by others' servers.
#[derive(Clone, Debug, Args)]
pub(crate) struct BackEnds {
    /// Let back ends subscribe addresses of private networks and of this machine. Whoever has the API key could look around there.
    #[arg(long)]
    pub(crate) allow_private_webhooks: bool,
    /// An address of your back end that is asked before anything is said or edited: it gets `{chat_id, user_id, type, content, metadata}`
    /// and answers `{allow, content?, reason?}` within 300 ms.
    #[arg(long, value_parser = web_address)]
    pub(crate) check_url: Option<Uri>,
    /// Whether everything may be said while that does not answer, or nothing.
    #[arg(long, default_value = "open")]
    pub(crate) check_fails: Fails,
    #[command(flatten)]
    pub(crate) pushes: Pushes,
}

/// What may be said while nobody says whether it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fails {
    /// Everything may be said meanwhile.
    Open,
    /// Nothing may be said meanwhile.
    Closed,
}

impl BackEnds {
    /// How they are told, where changes are forgotten after this time: what was not told by then is told no more.
    pub(crate) fn hooks(&self, keep: Duration) -> HookSettings {
        let default = HookSettings::default();
        let give_up = default.give_up.min(keep / 10 * 9);
        HookSettings { private: self.allow_private_webhooks, give_up, ..default }
    }

    /// Who is asked before something is said.
    pub(crate) fn check(&self) -> Result<Option<Check>, String> {
        let check = self.check_url.clone().map(|address| Check::new(address, self.check_fails == Fails::Open));
        check.transpose().map_err(|error| error.to_string())
    }
}

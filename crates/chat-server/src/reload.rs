//! What changes while the server runs: files of keys and certificates within seconds, and some settings after a hang-up signal.

use std::sync::Arc;
use std::time::Duration;

use chat_transport::app::App;
use chat_transport::carry::http::Tls;
use tokio::signal::unix::Signal;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::assembly::rates;
use crate::config::{Given, InForce, Unread};
use crate::log::Adjust;
use crate::operators::shown;

/// What is needed to change settings.
pub(crate) struct Reload {
    pub(crate) app: Arc<App>,
    pub(crate) tls: Option<Tls>,
    pub(crate) log: Adjust,
    /// The settings in force now.
    pub(crate) in_force: Vec<InForce>,
    /// Reads the settings as at the start.
    pub(crate) read: fn() -> Result<Given, Unread>,
}

impl Reload {
    /// Looks at the files every few seconds, and after a hang-up signal also at the settings, for ever.
    pub(crate) async fn keep(mut self, mut hang_up: Signal) {
        loop {
            tokio::select! {
                _ = hang_up.recv() => {
                    info!("looking at the settings and the files of keys again");
                    self.read_settings();
                }
                () = sleep(LOOK) => {}
            }
            if let Some(tls) = &self.tls {
                tls.reread();
            }
            self.app.gate.tokens().reread();
            self.app.gate.tokens().fetch().await;
        }
    }

    /// Applies the settings that can change while the server runs, and logs those that cannot. If anything is wrong, everything
    /// stays as it was.
    fn read_settings(&mut self) {
        let given = match (self.read)() {
            Ok(given) => given,
            Err(unread) => {
                let problem = match unread {
                    Unread::Clap(error) => error.to_string(),
                    Unread::Wrong(problem) => problem,
                };
                return warn!(problem, "the settings stay as they were");
            }
        };
        let (mut changed, mut kept) = (Vec::new(), Vec::new());
        for (now, new) in self.in_force.iter_mut().zip(given.in_force) {
            if now.value == new.value {
                continue;
            }
            if RELOADED.contains(&&*now.name) {
                changed.push(now.name.clone());
                *now = new;
            } else {
                kept.push(now.name.clone());
            }
        }
        let shown = shown(self.in_force.clone());
        self.app.change(rates(&given.config), given.config.allowed_origin.clone(), shown);
        (self.log)(&given.config.reports.log);
        if !changed.is_empty() {
            info!(settings = changed.join(", "), "changed");
        }
        if !kept.is_empty() {
            warn!(settings = kept.join(", "), "these cannot change while the server runs: start it again");
        }
    }
}

/// The settings that can change while the server runs.
const RELOADED: [&str; 8] = [
    "allowed_origin",
    "rate_messages",
    "rate_changes",
    "rate_replays",
    "rate_typing",
    "rate_logins",
    "rate_address",
    "log",
];
/// How often the files of keys are looked at.
const LOOK: Duration = Duration::from_secs(5);

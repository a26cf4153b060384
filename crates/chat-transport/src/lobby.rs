//! Keeping the lobby: a search or a place in the roulette lasts while its person has a socket, and ends when they have been away
//! for too long.

use chat_domain::{Command, Failure, Order, Time};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::app::App;

impl App {
    /// Renews and ends leases until told to stop.
    pub(crate) async fn keep_lobby(&self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(self.settings.lobby)).await.is_some() {
            if let Err(failure) = self.visit_lobby().await {
                debug!(%failure, "the lobby was not looked after");
            }
        }
    }

    async fn visit_lobby(&self) -> Result<(), Failure> {
        let now = self.now();
        let here = self.hub.at_roulette(self.journal.expired_leases(Time(i64::MAX)).await?);
        if !here.is_empty() {
            // Renewed beyond now, since whoever leaves before the next visit is to have the whole time from when they leave.
            self.journal.renew_leases(here, now.after(self.settings.lobby)).await?;
        }
        for actor in self.journal.expired_leases(now).await? {
            for command in [Command::StopSearch, Command::LeaveRoulette] {
                self.journal.submit(Order { actor, at: now, command, origin: None });
            }
        }
        Ok(())
    }
}

//! Rates over several nodes: each node tells the others what its users have used of their rates.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::app::App;

impl App {
    /// Tells other nodes what was used of rates here, and takes in what they tell, until told to stop.
    pub(crate) async fn share_rates(&self, stop: CancellationToken) {
        if self.hub.node().is_some() {
            tokio::join!(self.tell_spent(&stop), self.hear_spent(&stop), self.keep_standing(&stop));
        }
    }

    /// Tells the first use at once, and then what has gathered.
    async fn tell_spent(&self, stop: &CancellationToken) {
        while let Some(spent) = stop.run_until_cancelled(self.rates.spent()).await {
            self.hub.tell_spent(&spent);
            stop.run_until_cancelled(sleep(PAUSE)).await;
        }
    }

    async fn hear_spent(&self, stop: &CancellationToken) {
        while let Some(spent) = stop.run_until_cancelled(self.hub.spent_elsewhere()).await {
            self.rates.spent_elsewhere(spent, self.now());
        }
    }

    async fn keep_standing(&self, stop: &CancellationToken) {
        loop {
            self.rates.stands(self.hub.standing());
            if stop.run_until_cancelled(sleep(LOOK)).await.is_none() {
                return;
            }
        }
    }
}

/// The pause in which uses gather.
const PAUSE: Duration = Duration::from_millis(50);
/// How often to look which other nodes there are, and whether the bus works.
const LOOK: Duration = Duration::from_millis(500);

//! This store among the others on its database: who they are, and how they hear of each other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chat_domain::backplane::{Listener, Neighbour, Speaker, Wire};
use chat_domain::journal::Answer;

use tokio::time::sleep;

use super::notify::Notifying;
use super::{Database, life};
use crate::error::OpenError;
use crate::work::new_life;

/// How long a node tries to meet the others when it begins.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(100);

impl Database {
    /// Who this node is among those on its database; these ears hear who of them is alive.
    pub(crate) async fn meet(&self, ears: &Arc<dyn Listener>) -> Result<Speaker, OpenError> {
        let began = Instant::now();
        let cluster = loop {
            let cluster = self.write(|conn| Box::pin(life::cluster(conn, new_life()))).await;
            match cluster {
                Ok(cluster) => break cluster,
                // Many may begin together.
                Err(_) if began.elapsed() < PATIENCE => sleep(GLANCE).await,
                Err(failure) => return Err(OpenError::Unready(failure.to_string())),
            }
        };
        self.hearers.begin(ears);
        let node = self.address.node().id;
        Ok(Speaker { cluster, epoch: self.life(), node, life: node })
    }

    /// The way to the other nodes.
    pub(crate) async fn wire(&self, ears: Arc<dyn Listener>) -> Result<Arc<dyn Wire>, OpenError> {
        Ok(Arc::new(Notifying::begin(&self.address, ears).await.ok_or(OpenError::Unheard)?))
    }

    /// The other nodes that were alive a moment ago.
    pub(crate) fn neighbours(&self) -> Vec<Neighbour> {
        self.neighbours.all()
    }

    /// Those that are now.
    pub(crate) fn look(&self) -> Answer<'static, Vec<Neighbour>> {
        let (address, known) = (self.address.clone(), self.neighbours.clone());
        let asked = self.read(move |conn| Box::pin(async move { Ok(address.node().neighbours(conn).await?) }));
        Box::pin(async move {
            let living = asked.await?;
            known.put(&living);
            Ok(living)
        })
    }
}

//! This node among the other nodes on its database: its identity, and its way to the others.

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chat_domain::backplane::{Listener, Neighbour, Speaker, Wire};
use chat_domain::journal::Answer;

use tokio::time::sleep;

use super::notify::Notifying;
use super::{Database, life};
use crate::error::OpenError;
use crate::work::new_life;

/// How long a node tries to meet the others at its start.
const PATIENCE: Duration = Duration::from_secs(20);
const GLANCE: Duration = Duration::from_millis(100);

/// The other nodes that had the database open when it was last asked.
#[derive(Default)]
pub(super) struct Neighbours(Mutex<Vec<Neighbour>>);

impl Neighbours {
    pub(super) fn all(&self) -> Vec<Neighbour> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn put(&self, living: &[Neighbour]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = living.to_vec();
    }
}

impl Database {
    /// Returns this node's identity. The ears are told which other nodes are alive.
    pub(crate) async fn meet(&self, ears: &Arc<dyn Listener>) -> Result<Speaker, OpenError> {
        let began = Instant::now();
        let cluster = loop {
            let cluster = self.write(|conn| Box::pin(life::cluster(conn, new_life()))).await;
            match cluster {
                Ok(cluster) => break cluster,
                // Many nodes may begin at the same time.
                Err(_) if began.elapsed() < PATIENCE => sleep(GLANCE).await,
                Err(failure) => return Err(OpenError::Unready(failure.to_string())),
            }
        };
        self.hearers.begin(ears);
        let node = self.address.node().id;
        Ok(Speaker { cluster, epoch: self.life(), node, life: node })
    }

    /// Returns the wire to the other nodes.
    pub(crate) async fn wire(&self, ears: Arc<dyn Listener>) -> Result<Arc<dyn Wire>, OpenError> {
        Ok(Arc::new(Notifying::begin(&self.address, ears).await.ok_or(OpenError::Unheard)?))
    }

    /// Returns the microseconds by which the clock of this machine is ahead of the database's; kept up to date.
    pub(crate) fn ahead(&self) -> Arc<AtomicI64> {
        self.address.node().clock.ahead()
    }

    /// Returns the other nodes that were alive when the database was last asked.
    pub(crate) fn neighbours(&self) -> Vec<Neighbour> {
        self.neighbours.all()
    }

    /// Asks the database which other nodes are alive now.
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

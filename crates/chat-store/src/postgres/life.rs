//! The life of the database in which a running store believes it is. The server can be failed over or restored from a
//! backup at any time, so every new connection is examined before anything is asked of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Conn;
use super::queries::schema;
use crate::work::new_life;
use crate::work_error::{WorkError, Worked};

/// What is known of the database's life. Epochs only grow, so a database with a lower one is an older copy.
#[derive(Default)]
pub(super) struct Life(Mutex<Belief>);

#[derive(Clone, Copy, Default)]
struct Belief {
    epoch: u64,
    /// The newest transaction that this store committed in this life. A database that does not have it is an older
    /// copy.
    mark: Option<i64>,
}

impl Life {
    /// Returns the epoch of the present life.
    pub(super) fn epoch(&self) -> u64 {
        self.belief().epoch
    }

    /// Notes that another life has begun, unless a later one is known.
    pub(super) fn begin(&self, epoch: u64) {
        let mut belief = self.belief();
        if epoch > belief.epoch {
            *belief = Belief { epoch, mark: None };
        }
    }

    /// Notes that a transaction was committed in the life with this epoch.
    pub(super) fn committed(&self, epoch: u64, mark: i64) {
        let mut belief = self.belief();
        if belief.epoch == epoch {
            belief.mark = belief.mark.max(Some(mark));
        }
    }

    /// Returns the epoch of the database behind a new connection. If the database is in another place, or older than it
    /// was, whoever notices first begins another life, and everybody else finds that it has begun.
    pub(super) async fn recognise(&self, conn: &Conn) -> Worked<u64> {
        if conn.is_standby().await? {
            return Err(WorkError::Broken("the server is a standby, or is still recovering".into()));
        }
        let known = *self.belief();
        let identity = conn.identity().await;
        if let Some(epoch) = known.goes_on(conn, identity).await? {
            self.begin(epoch);
            return Ok(epoch);
        }
        conn.begin().await?;
        let begun = super::queries::transacted(conn, |conn| Box::pin(known.begin_another(conn, identity))).await;
        let (epoch, is_new) = begun?;
        self.begin(epoch);
        if is_new {
            conn.send_others_away().await?;
        }
        Ok(epoch)
    }

    fn belief(&self) -> MutexGuard<'_, Belief> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Belief {
    /// Returns the epoch of the database if the life goes on, and no other has to begin.
    async fn goes_on(self, conn: &Conn, identity: Option<i64>) -> Worked<Option<u64>> {
        let (epoch, before) = schema::epoch_and_identity(conn).await?;
        let moved = identity.is_some() && before != identity;
        let good = match self.mark {
            _ if moved || epoch < self.epoch => false,
            Some(mark) if epoch == self.epoch => conn.knows(mark).await?,
            _ => true,
        };
        Ok(good.then_some(epoch))
    }

    /// Begins another life, unless somebody else was faster. Returns its epoch, and whether it was begun here.
    async fn begin_another(self, conn: &Conn, identity: Option<i64>) -> Worked<(u64, bool)> {
        schema::lock(conn).await?;
        if let Some(epoch) = self.goes_on(conn, identity).await? {
            return Ok((epoch, false));
        }
        tracing::warn!("the database was failed over or restored: whoever comes back loads anew");
        let epoch = schema::renew(conn, new_life(), self.epoch).await?;
        if let Some(identity) = identity {
            schema::put(conn, "place", identity).await?;
        }
        Ok((epoch, true))
    }
}

/// Returns the number of the cluster, which tells the nodes of this database from all others. `fresh` becomes that
/// number if there is none.
pub(super) async fn cluster(conn: &Conn, fresh: u64) -> Worked<u64> {
    schema::lock(conn).await?;
    if let Some(cluster) = schema::fact(conn, "cluster").await? {
        return Ok(cluster as u64);
    }
    schema::put(conn, "cluster", fresh as i64).await?;
    Ok(fresh)
}

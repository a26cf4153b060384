//! The life that a running store believes the database to be in. Beneath it a server may be failed over, or put back from a
//! backup: every new connection has a look, before anything is asked of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Conn;
use super::queries::schema;
use crate::work::new_life;
use crate::work_error::{WorkError, Worked};

/// What is known of it. Epochs only grow: one that is lower than this has come back with an older copy.
#[derive(Default)]
pub(super) struct Life(Mutex<Belief>);

#[derive(Clone, Copy, Default)]
struct Belief {
    epoch: u64,
    /// The newest transaction of this life that was committed here. A database that has not heard of it is an older copy.
    mark: Option<i64>,
}

impl Life {
    /// What tells this life from every other.
    pub(super) fn epoch(&self) -> u64 {
        self.belief().epoch
    }

    /// Another life has begun, unless a later one has already.
    pub(super) fn begin(&self, epoch: u64) {
        let mut belief = self.belief();
        if epoch > belief.epoch {
            *belief = Belief { epoch, mark: None };
        }
    }

    /// A transaction was committed in the life of this epoch.
    pub(super) fn committed(&self, epoch: u64, mark: i64) {
        let mut belief = self.belief();
        if belief.epoch == epoch {
            belief.mark = belief.mark.max(Some(mark));
        }
    }

    /// The epoch of the database behind a new connection. The first who finds the database elsewhere, or older than it was,
    /// begins another life; everybody else finds that it has begun.
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
    /// The epoch of the database, if nobody need begin another one.
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

    /// Begins another life, unless somebody was faster; says which it is, and whether it was begun here.
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

/// What tells the nodes of this database from all others.
pub(super) async fn cluster(conn: &Conn, fresh: u64) -> Worked<u64> {
    schema::lock(conn).await?;
    if let Some(cluster) = schema::fact(conn, "cluster").await? {
        return Ok(cluster as u64);
    }
    schema::put(conn, "cluster", fresh as i64).await?;
    Ok(fresh)
}

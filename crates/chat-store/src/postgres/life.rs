//! The life of the database in which a running store believes it is. The server can be failed over or restored from a
//! backup at any time, so every new connection is examined before anything is asked of it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chat_domain::RoomId;
use tokio::time::sleep;

use super::Conn;
use super::queries::schema;
use super::vouch::{GLANCE, Place, VOUCHES_WITHIN};
use crate::work::new_life;
use crate::work_error::{WorkError, Worked};

/// What is known of the database's life. Epochs only grow, so a database with a lower one is an older copy.
#[derive(Default)]
pub(super) struct Life(Mutex<Belief>);

#[derive(Clone, Default)]
struct Belief {
    epoch: u64,
    /// The newest transaction that this store committed in this life. A database that does not have it is an older
    /// copy.
    mark: Option<i64>,
    /// Where rooms stood after the newest of them. On another timeline, and in an older copy, transactions get numbers that were
    /// given before, so a mark alone proves nothing there.
    heads: VecDeque<(RoomId, u64)>,
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
            *belief = Belief { epoch, ..Belief::default() };
        }
    }

    /// Notes that a transaction was committed in the life with this epoch.
    pub(super) fn committed(&self, epoch: u64, mark: i64) {
        let mut belief = self.belief();
        if belief.epoch == epoch {
            belief.mark = belief.mark.max(Some(mark));
        }
    }

    /// Notes how far a room came by a transaction that was committed in the life with this epoch.
    pub(super) fn reached(&self, epoch: u64, room: RoomId, seq: u64) {
        let mut belief = self.belief();
        if belief.epoch == epoch {
            belief.heads.push_back((room, seq));
            if belief.heads.len() > HEADS {
                belief.heads.pop_front();
            }
        }
    }

    /// Returns the epoch of the database behind a new connection, and its timeline. If the database is in another place, or older
    /// than it was, whoever notices first begins another life, and everybody else finds that it has begun. The life goes on if a
    /// standby was promoted and no node misses anything.
    pub(super) async fn recognise(&self, conn: &Conn, node: u64) -> Worked<(u64, i64)> {
        if conn.is_standby().await? {
            return Err(WorkError::Broken("the server is a standby, or is still recovering".into()));
        }
        let known = self.belief().clone();
        let place = conn.place().await;
        let (identity, line) = (place.map(|place| place.number), place.map_or(0, |place| place.line));
        if let Some(epoch) = known.goes_on(conn, identity).await? {
            self.begin(epoch);
            return Ok((epoch, line));
        }
        let before = match known.is_promoted(conn, place).await? {
            Some(before) if known.all_vouch(conn, node, identity).await? => Some(before),
            _ => None,
        };
        conn.begin().await?;
        let begun = super::queries::transacted(conn, |conn| {
            Box::pin(async move { known.settles(conn, identity, before).await })
        })
        .await;
        let (epoch, is_new) = begun?;
        self.begin(epoch);
        if is_new {
            conn.send_others_away().await?;
        }
        Ok((epoch, line))
    }

    fn belief(&self) -> MutexGuard<'_, Belief> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Belief {
    /// Returns the epoch of the database if the life goes on, and no other has to begin.
    async fn goes_on(&self, conn: &Conn, identity: Option<i64>) -> Worked<Option<u64>> {
        let (epoch, before) = schema::epoch_and_identity(conn).await?;
        let moved = identity.is_some() && before != identity;
        let good = match moved || epoch < self.epoch {
            true => false,
            false => epoch != self.epoch || self.finds_all(conn).await?,
        };
        Ok(good.then_some(epoch))
    }

    /// Whether the database has everything that this store has committed in this life.
    async fn finds_all(&self, conn: &Conn) -> Worked<bool> {
        let knows = match self.mark {
            Some(mark) => conn.knows(mark).await?,
            None => true,
        };
        let heads: Vec<_> = self.heads.iter().copied().collect();
        Ok(knows && conn.has_come_to(&heads).await?)
    }

    /// Returns the former place of the database if a standby was promoted that has everything this node has committed.
    async fn is_promoted(&self, conn: &Conn, place: Option<Place>) -> Worked<Option<i64>> {
        let (epoch, before) = schema::epoch_and_identity(conn).await?;
        let (Some(place), Some(before)) = (place, before) else { return Ok(None) };
        if !place.follows(before) || epoch != self.epoch {
            return Ok(None);
        }
        Ok(self.finds_all(conn).await?.then_some(before))
    }

    /// Waits until every node that was alive before has found everything of its own. Returns false if that takes too long, or if it
    /// has been decided meanwhile.
    async fn all_vouch(&self, conn: &Conn, node: u64, identity: Option<i64>) -> Worked<bool> {
        let began = Instant::now();
        conn.vouch(node).await?;
        while began.elapsed() < VOUCHES_WITHIN && self.goes_on(conn, identity).await?.is_none() {
            if conn.every_node_vouches().await? {
                return Ok(true);
            }
            sleep(GLANCE).await;
        }
        Ok(false)
    }

    /// Lets the life go on if all nodes have vouched for that since the database was in the place `vouched`; else begins another
    /// one, unless somebody else was faster. Returns its epoch, and whether it was begun here.
    async fn settles(&self, conn: &Conn, identity: Option<i64>, vouched: Option<i64>) -> Worked<(u64, bool)> {
        schema::lock(conn).await?;
        if let Some(epoch) = self.goes_on(conn, identity).await? {
            return Ok((epoch, false));
        }
        let (epoch, before) = schema::epoch_and_identity(conn).await?;
        let goes_on = vouched.is_some() && vouched == before && epoch == self.epoch;
        let epoch = match goes_on {
            true => {
                tracing::warn!("the database was failed over, and nothing is missing");
                epoch
            }
            false => {
                tracing::warn!("the database was failed over or restored: whoever comes back loads anew");
                schema::renew(conn, new_life(), self.epoch).await?
            }
        };
        if let Some(identity) = identity {
            schema::put(conn, "place", identity).await?;
        }
        Ok((epoch, !goes_on))
    }
}

/// How many of these are kept: several transactions are committed at once, and which was last is not known.
const HEADS: usize = 16;

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

//! Connections that are lent for one piece of work each.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::Conn;
use super::address::Address;
use crate::work_error::{WorkError, Worked};

/// Idle connections, and how many may be lent at once.
pub(super) struct Pool {
    most: usize,
    address: Address,
    idle: Mutex<Vec<Conn>>,
    places: Semaphore,
}

/// A connection that is lent. It is used again only after [`Lease::end`]: otherwise nobody knows what it was doing.
pub(super) struct Lease<'a> {
    pool: &'a Pool,
    conn: Conn,
    _place: SemaphorePermit<'a>,
}

impl Pool {
    pub(super) fn new(address: Address, places: usize) -> Pool {
        let most = places.max(1);
        Pool { most, address, idle: Mutex::default(), places: Semaphore::new(most) }
    }

    /// Lends a connection in a transaction that reads.
    pub(super) async fn reading(&self) -> Worked<Lease<'_>> {
        promptly(async {
            let mut lease = self.lease().await?;
            if lease.conn.begin_reading().await.is_err() {
                lease.conn = self.fresh().await?;
                lease.conn.begin_reading().await?;
            }
            Ok(lease)
        })
        .await
    }

    /// Lends a connection in a transaction that writes.
    pub(super) async fn writing(&self) -> Worked<Lease<'_>> {
        promptly(async {
            let mut lease = self.lease().await?;
            if lease.conn.begin().await.is_err() {
                lease.conn = self.fresh().await?;
                lease.conn.begin().await?;
            }
            Ok(lease)
        })
        .await
    }

    /// Returns how many connections are lent.
    pub(super) fn lent(&self) -> usize {
        self.most - self.places.available_permits().min(self.most)
    }

    /// Lends no more connections.
    pub(super) fn close(&self) {
        self.places.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn lease(&self) -> Worked<Lease<'_>> {
        let place = self.places.acquire().await.map_err(|_| away("the store is closed"))?;
        let conn = match self.idle() {
            Some(conn) => conn,
            None => self.fresh().await?,
        };
        Ok(Lease { pool: self, conn, _place: place })
    }

    /// Returns an idle connection. Those to an earlier life of the database are dropped.
    fn idle(&self) -> Option<Conn> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(Conn::is_current)
    }

    async fn fresh(&self) -> Worked<Conn> {
        self.address.connect().await.map_err(|said| away(&said))
    }
}

impl Lease<'_> {
    /// Returns the connection.
    pub(super) fn conn(&self) -> &Conn {
        &self.conn
    }

    /// Gives the connection back, unless the work failed in a way that leaves it in an unknown state.
    pub(super) fn end<T>(self, work: &Worked<T>) {
        if !matches!(work, Err(WorkError::Away(_) | WorkError::Unclear(_))) {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.conn);
        }
    }
}

/// Fails if the work does not begin soon, so that nobody waits long for a database that is away.
async fn promptly<T>(work: impl Future<Output = Worked<T>>) -> Worked<T> {
    timeout(PROMPT, work).await.unwrap_or_else(|_| Err(away("no connection was free in time")))
}

/// Returns the error of a database that cannot be reached.
pub(super) fn away(said: &str) -> WorkError {
    WorkError::Away(Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(said.to_owned())))
}

/// How long it may take until a connection can begin its work.
const PROMPT: Duration = Duration::from_millis(1800);

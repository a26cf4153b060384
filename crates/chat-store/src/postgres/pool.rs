//! Connections that are lent for one piece of work.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::Conn;
use super::address::Address;
use crate::work_error::{WorkError, Worked};

/// Connections that wait for work, and how many may be at work at once.
pub(super) struct Pool {
    most: usize,
    address: Address,
    idle: Mutex<Vec<Conn>>,
    places: Semaphore,
}

/// A connection that is lent. One that is not ended is not used again: nobody knows what it was doing.
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

    /// A connection that has begun to read.
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

    /// A connection that has begun to write.
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

    /// How many are lent.
    pub(super) fn lent(&self) -> usize {
        self.most - self.places.available_permits().min(self.most)
    }

    /// Lends nothing any more.
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

    /// One that waits for work; those to an earlier life of the database are let go.
    fn idle(&self) -> Option<Conn> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(Conn::is_current)
    }

    async fn fresh(&self) -> Worked<Conn> {
        self.address.connect().await.map_err(|said| away(&said))
    }
}

impl Lease<'_> {
    /// The connection that was lent.
    pub(super) fn conn(&self) -> &Conn {
        &self.conn
    }

    /// Gives the connection back if the work went well, or as well as rules and rows let it.
    pub(super) fn end<T>(self, work: &Worked<T>) {
        if !matches!(work, Err(WorkError::Away(_) | WorkError::Unclear(_))) {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.conn);
        }
    }
}

/// The same if it comes soon: whoever has begun nothing is not kept waiting for a database that is away.
async fn promptly<T>(work: impl Future<Output = Worked<T>>) -> Worked<T> {
    timeout(PROMPT, work).await.unwrap_or_else(|_| Err(away("no connection was free in time")))
}

/// The error of a database that is not there.
pub(super) fn away(said: &str) -> WorkError {
    WorkError::Away(Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(said.to_owned())))
}

/// How long a connection may take to begin its work.
const PROMPT: Duration = Duration::from_millis(1800);

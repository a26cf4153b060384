//! Connections that are lent for one piece of work.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::Conn;
use crate::error::OpenError;
use crate::trouble::{Trouble, Worked};

/// Where the database is.
#[derive(Clone)]
pub(super) struct Address(Arc<str>);

impl Address {
    pub(super) fn new(url: &str) -> Address {
        Address(url.into())
    }

    /// A new connection with the settings that all of them have; what was said where there is none.
    pub(super) async fn connect(&self) -> Result<Conn, String> {
        let connected = timeout(PATIENCE, AsyncPgConnection::establish(&self.0)).await;
        let inner = connected.map_err(|_| "no answer in time".to_owned())?.map_err(|error| error.to_string())?;
        let conn = Conn::new(inner);
        conn.script(SETTINGS).await.map_err(|error| error.to_string())?;
        Ok(conn)
    }

    /// The error for an operator, without the password.
    pub(super) fn refused(&self, said: String) -> OpenError {
        let place = self
            .0
            .rsplit_once('@')
            .map_or_else(|| self.0.split_once("://").map_or(&*self.0, |(_, place)| place), |(_, place)| place);
        OpenError::Refused { place: place.into(), said }
    }
}

/// Connections that wait for work, and how many may be at work at once.
pub(super) struct Pool {
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
        Pool { address, idle: Mutex::default(), places: Semaphore::new(places.max(1)) }
    }

    /// A connection that has begun to read.
    pub(super) async fn reading(&self) -> Worked<Lease<'_>> {
        let mut lease = self.lease().await?;
        if lease.conn.begin_reading().await.is_err() {
            lease.conn = self.fresh().await?;
            lease.conn.begin_reading().await?;
        }
        Ok(lease)
    }

    /// A connection that has begun to write.
    pub(super) async fn writing(&self) -> Worked<Lease<'_>> {
        let mut lease = self.lease().await?;
        if lease.conn.begin().await.is_err() {
            lease.conn = self.fresh().await?;
            lease.conn.begin().await?;
        }
        Ok(lease)
    }

    /// Lends nothing any more.
    pub(super) fn close(&self) {
        self.places.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn lease(&self) -> Worked<Lease<'_>> {
        let place = timeout(PATIENCE, self.places.acquire()).await;
        let place = place.map_err(|_| away("all connections are busy"))?.map_err(|_| away("the store is closed"))?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => self.fresh().await?,
        };
        Ok(Lease { pool: self, conn, _place: place })
    }

    async fn fresh(&self) -> Worked<Conn> {
        self.address.connect().await.map_err(|said| away(&said))
    }
}

impl Lease<'_> {
    /// The connection.
    pub(super) fn conn(&self) -> &Conn {
        &self.conn
    }

    /// Gives the connection back if the work went well, or as well as rules and rows let it.
    pub(super) fn end<T>(self, work: &Worked<T>) {
        if !matches!(work, Err(Trouble::Away(_) | Trouble::Unclear(_))) {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.conn);
        }
    }
}

/// The error of a database that is not there.
pub(super) fn away(said: &str) -> Trouble {
    Trouble::Away(Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(said.to_owned())))
}

/// A node that freezes must not hold a room for long. Every question here walks along an index in the order that it wants, or
/// looks up what it found before: whatever the planner thinks of tables that are still small, or were when it last looked, it
/// shall neither collect a whole room and sort it nor read a table to join it. So one plan of each is good for ever. A server
/// that is set up not to wait for its disk is asked to.
const SETTINGS: &str = "
    SET lock_timeout = '3s';
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '10s';
    SET jit = off;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off;
    SET enable_sort = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET plan_cache_mode = force_generic_plan;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
";

/// How long a connection may take to come.
const PATIENCE: Duration = Duration::from_secs(5);

//! Connections that are lent for one piece of work.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::Conn;
use super::life::Life;
use super::node::Node;
use crate::error::OpenError;
use crate::work::{Options, new_life};
use crate::work_error::{WorkError, Worked};

/// Where the database is.
#[derive(Clone)]
pub(super) struct Address {
    url: Arc<str>,
    life: Arc<Life>,
    node: Node,
}

impl Address {
    pub(super) fn new(url: &str, life: Arc<Life>, options: &Options) -> Address {
        Address { url: url.into(), life, node: Node::new(new_life(), options) }
    }

    /// Who connects.
    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// A new connection to a database whose life is known; what was said where there is none.
    pub(super) async fn connect(&self) -> Result<Conn, String> {
        let mut conn = self.dial().await?;
        conn.epoch = self.life.recognise(&conn).await.map_err(|error| error.to_string())?;
        self.node.check(&conn).await.map_err(|error| error.to_string())?;
        match conn.is_current() {
            true => {
                conn.hurry();
                Ok(conn)
            }
            false => Err("the database has begun another life meanwhile".into()),
        }
    }

    /// A new connection with the settings that all of them have.
    pub(super) async fn dial(&self) -> Result<Conn, String> {
        let connected = timeout(PATIENCE, AsyncPgConnection::establish(&self.url)).await;
        let inner = connected.map_err(|_| "no answer in time".to_owned())?.map_err(|error| error.to_string())?;
        let conn = Conn::new(inner, self.life.clone());
        let settings = format!("SET application_name = '{NAME} {:x}'; {SETTINGS}", self.node.id);
        conn.script(&settings).await.map_err(|error| error.to_string())?;
        Ok(conn)
    }

    /// The error for an operator, without the password.
    pub(super) fn refused(&self, said: String) -> OpenError {
        let place = self
            .url
            .rsplit_once('@')
            .map_or_else(|| self.url.split_once("://").map_or(&*self.url, |(_, place)| place), |(_, place)| place);
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
    /// The connection.
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

/// A node that freezes must not hold a room for long. Every question here walks along an index in the order that it wants, or
/// looks up what it found before: whatever the planner thinks of tables that are still small, or were when it last looked, it
/// shall neither collect a whole room and sort it nor read a table to join it. So one plan of each is good for ever. A server
/// that is set up not to wait for its disk is asked to.
const SETTINGS: &str = "
    SET lock_timeout = '1800ms';
    SET statement_timeout = '10s';
    SET idle_in_transaction_session_timeout = '1500ms';
    SET tcp_user_timeout = '10s';
    SET jit = off;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off;
    SET enable_sort = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET plan_cache_mode = force_generic_plan;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
";

/// What the server calls us, before the number of the node.
pub(super) const NAME: &str = "chat-server";

/// How long a connection may take to begin its work.
const PROMPT: Duration = Duration::from_millis(1800);

/// How long it may take to come.
const PATIENCE: Duration = Duration::from_secs(5);

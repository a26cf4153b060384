//! The store on Postgres: a few committers write, a pool of connections reads.

mod address;
mod archive;
mod backlog;
mod clock;
mod committer;
mod conn;
mod doubt;
mod index;
mod life;
mod meet;
mod node;
mod notify;
mod optimistic;
mod passwords;
mod pool;
mod process;
#[path = "../queries/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "the same questions, compiled once for each database's connection")]
mod queries;
mod raw;
mod server;
mod suitable;
mod tls;
mod vouch;

use std::sync::Arc;
use std::time::Duration;

use chat_domain::journal::Answer;
use chat_domain::{Failure, Order, Outcome, RoomId, Settled, Time};
use tokio::sync::{mpsc, oneshot};

use self::address::Address;
pub(crate) use self::archive::export;
use self::backlog::Work;
use self::conn::Conn;
pub(crate) use self::index::{reindex, unindexed};
use self::life::Life;
use self::meet::Neighbours;
use self::notify::Hearers;
use self::pool::Pool;
use self::queries::prune::Part;
use crate::error::OpenError;
use crate::work::{Intake, Options, Waiting, Working, long_ago, now};
use crate::work_error::WorkError;

/// A chat in a Postgres database, which other processes may share.
pub(crate) struct Database {
    intake: Arc<Intake>,
    committers: Vec<mpsc::Sender<Work>>,
    pool: Arc<Pool>,
    /// The connections for the feed, the index of words and searches, so that these keep nobody else waiting.
    beside: Arc<Pool>,
    life: Arc<Life>,
    /// Tells the task that keeps this node's row fresh to end; it answers when it has.
    alive: mpsc::Sender<oneshot::Sender<()>>,
    address: Address,
    hearers: Arc<Hearers>,
    neighbours: Arc<Neighbours>,
    /// Tells the task that writes the feed to end; it answers when it has.
    feeder: mpsc::Sender<oneshot::Sender<()>>,
}

impl Database {
    /// Opens the database at this address. Must be called and used within a tokio runtime.
    pub(crate) async fn open(url: &str, intake: Intake, life: u64) -> Result<Arc<Database>, OpenError> {
        let (intake, known) = (Arc::new(intake), Arc::new(Life::default()));
        let address = Address::parse(url, known.clone(), &intake.options)?;
        let conn = address.dial().await.map_err(|said| address.refused(said))?;
        conn.is_suitable().await?;
        queries::schema::migrate(&conn, life, conn.identity().await).await?;
        known.begin(queries::schema::epoch(&conn).await.map_err(OpenError::away)?);
        address.node().begin(&conn, intake.options.take_over).await?;
        address.node().clock.look(&conn).await.map_err(OpenError::away)?;
        let committers = (0..intake.options.committers.max(1)).map(|_| {
            let (queue, orders) = mpsc::channel(intake.options.queue);
            tokio::spawn(committer::run(orders, intake.clone(), address.clone()));
            queue
        });
        let committers = committers.collect();
        let (alive, stop) = mpsc::channel(1);
        let (hearers, neighbours) = (Arc::new(Hearers::default()), Arc::new(Neighbours::default()));
        tokio::spawn(node::keep_alive(address.clone(), hearers.clone(), neighbours.clone(), stop));
        let beside = Arc::new(Pool::new(address.clone(), BESIDE));
        let pool = Arc::new(Pool::new(address.clone(), intake.options.readers));
        tokio::spawn(keep(Arc::downgrade(&pool), intake.options.keep_changes));
        let (holder, (feeder, stop)) = (address.node().id, mpsc::channel(1));
        let intake_too = intake.clone();
        let database =
            Database { intake, committers, pool, beside, life: known, alive, address, hearers, neighbours, feeder };
        let database = Arc::new(database);
        tokio::spawn(queries::feeder::run(Arc::downgrade(&database), intake_too, holder, stop));
        Ok(database)
    }

    /// Does what waits already, then stops.
    pub(crate) async fn close(&self) {
        let (tell, told) = oneshot::channel();
        if self.feeder.send(tell).await.is_ok() {
            // The task has ended already.
            let _ = told.await;
        }
        for committer in &self.committers {
            let (tell, told) = oneshot::channel();
            if committer.send(Work::Close(tell)).await.is_ok() {
                // The committer has ended already.
                let _ = told.await;
            }
        }
        self.pool.close();
        self.beside.close();
        let (tell, told) = oneshot::channel();
        if self.alive.send(tell).await.is_ok() {
            // The task has ended already.
            let _ = told.await;
        }
    }

    /// Begins another life of the database.
    pub(crate) async fn renew_epoch(&self, life: u64) -> Result<u64, Failure> {
        let known = self.life();
        let epoch = self.write(move |conn| Box::pin(queries::schema::renew(conn, life, known))).await?;
        self.life.begin(epoch);
        // The other nodes notice when they connect again.
        self.write(|conn| Box::pin(async move { Ok(conn.send_others_away().await?) })).await?;
        Ok(epoch)
    }

    /// Deletes everything that is too old.
    pub(crate) async fn prune(&self, old: Time, now: Time) -> Result<(), Failure> {
        prune(&self.pool, old, now).await.map_err(WorkError::into_failure)
    }

    /// Returns how many connections of the pool are in use.
    fn reading(&self) -> usize {
        self.pool.lent()
    }

    /// Does nothing: Postgres itself overwrites what was deleted, with its next VACUUM.
    fn scrub(&self) -> std::future::Ready<Result<(), Failure>> {
        std::future::ready(Ok(()))
    }

    /// Returns how much work waits for the committers.
    fn queued(&self) -> usize {
        self.committers.iter().map(|queue| queue.max_capacity() - queue.capacity()).sum()
    }

    fn options(&self) -> &Options {
        &self.intake.options
    }

    fn life(&self) -> u64 {
        self.life.epoch()
    }

    /// Puts an order into the queue at once. The answer can be awaited.
    fn enqueue(&self, order: Order) -> Answer<'_, Outcome> {
        let (caller, answer) = oneshot::channel();
        let queue = self.committer(&order);
        let full = queue.try_send(Work::Order(Waiting::new(order, Some(caller)))).is_err();
        Box::pin(async move {
            if full { Err(Failure::Unavailable) } else { answer.await.unwrap_or(Err(Failure::Unavailable)) }
        })
    }

    /// Puts an order into the queue whose answer only the sink is told.
    fn enqueue_unheard(&self, order: Order) {
        let (origin, queue) = (order.origin, self.committer(&order));
        if queue.try_send(Work::Order(Waiting::new(order, None))).is_err() {
            self.intake.sink.settled(vec![Settled { origin, result: Err(Failure::Unavailable) }]);
        }
    }

    /// Returns the committer of an order. All orders about one room go to the same committer, so that they are decided
    /// in order, what it remembers of the room is right, and committers do not wait for each other's locks. Orders
    /// about no room go by their actor, so that they stay in order, too.
    fn committer(&self, order: &Order) -> &mpsc::Sender<Work> {
        let number = order.command.room().map_or(order.actor.number(), RoomId::number);
        &self.committers[number as usize % self.committers.len()]
    }

    /// Asks the database a question.
    fn read<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        let pool = self.pool.clone();
        Box::pin(async move {
            let lease = pool.reading().await.map_err(WorkError::into_failure)?;
            let answer = queries::looked(lease.conn(), work).await;
            lease.end(&answer);
            answer.map_err(WorkError::into_failure)
        })
    }

    /// Asks a question that also needs the index of words.
    fn search<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        let beside = self.beside.clone();
        Box::pin(async move {
            let lease = beside.reading().await.map_err(WorkError::into_failure)?;
            let answer = queries::looked(lease.conn(), work).await;
            lease.end(&answer);
            answer.map_err(WorkError::into_failure)
        })
    }

    /// Writes to the index of words.
    fn index<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        self.write_beside(work)
    }

    /// Does something in a transaction of its own.
    fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        let pool = self.pool.clone();
        Box::pin(async move {
            let lease = pool.writing().await.map_err(WorkError::into_failure)?;
            let answer = queries::transacted(lease.conn(), work).await;
            lease.end(&answer);
            answer.map_err(WorkError::into_failure)
        })
    }

    /// Does something in a transaction of its own that no order depends on. A crash of the server may lose it.
    fn write_beside<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        let beside = self.beside.clone();
        Box::pin(async move {
            let lease = beside.writing().await.map_err(WorkError::into_failure)?;
            let answer = match lease.conn().script("SET LOCAL synchronous_commit = off").await {
                Ok(()) => queries::transacted(lease.conn(), work).await,
                Err(error) => Err(error.into()),
            };
            lease.end(&answer);
            answer.map_err(WorkError::into_failure)
        })
    }
}

/// Deletes old rows soon after the start and then from time to time, until the store is gone.
async fn keep(pool: std::sync::Weak<Pool>, keep: Duration) {
    let mut pause = PRUNE_FIRST;
    loop {
        tokio::time::sleep(pause).await;
        let Some(pool) = pool.upgrade() else { return };
        if let Err(error) = prune(&pool, long_ago(keep), now()).await {
            tracing::error!("old changes could not be forgotten: {error}");
        }
        pause = PRUNE_EVERY;
    }
}

async fn prune(pool: &Pool, old: Time, now: Time) -> Result<(), WorkError> {
    for part in Part::ALL {
        let mut left = true;
        while left {
            let lease = pool.writing().await?;
            let done =
                queries::transacted(lease.conn(), |conn| Box::pin(queries::prune::slice(conn, part, old, now))).await;
            lease.end(&done);
            left = !done?;
        }
    }
    Ok(())
}

/// How many connections there are for the feed, the index and searches.
const BESIDE: usize = 3;

/// When old rows are first deleted: soon, because a server that is restarted often would otherwise never get to it.
const PRUNE_FIRST: Duration = Duration::from_secs(2);

/// How often old rows are deleted after that.
const PRUNE_EVERY: Duration = Duration::from_secs(600);

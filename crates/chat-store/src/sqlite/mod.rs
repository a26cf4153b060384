//! The store on SQLite: one thread writes, a few read, and one brings the log of writes into the file.

mod archive;
mod backup;
mod checkpointer;
mod conn;
mod file;
mod index;
#[path = "../queries/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "the same questions, compiled once for each database's connection")]
mod queries;
mod queue;
mod readers;
mod restore;
mod scrub;
mod task;
mod writer;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chat_domain::journal::Answer;
use chat_domain::{Failure, Order, Outcome, Settled, Time};
use tokio::sync::{mpsc, oneshot};

pub(crate) use self::archive::export;
pub(crate) use self::backup::{back_up, files_of_copy};
use self::conn::{Conn, ready};
pub(crate) use self::index::{reindex, unindexed};
use self::queries::prune::Part;
use self::queue::Queue;
use self::readers::Readers;
pub(crate) use self::restore::restore;
use self::task::{Change, task};
use self::writer::Work;
use crate::error::OpenError;
use crate::work::{Intake, Options, Waiting, Working};
use crate::work_error::Worked;

/// A chat in an SQLite file, or in memory.
pub(crate) struct Database {
    intake: Arc<Intake>,
    queue: mpsc::Sender<Work>,
    /// `None` in memory, where one connection both writes and reads.
    readers: Option<Readers>,
    /// The threads that search. The index of words has a file and a writer of its own, which is not so in memory.
    finders: Option<Readers>,
    index: Option<Arc<Mutex<Option<Conn>>>>,
    epoch: AtomicU64,
    /// Tells the task that writes the feed to end; it answers when it has.
    feeder: mpsc::Sender<oneshot::Sender<()>>,
}

impl Database {
    /// Opens the file, or a chat in memory.
    pub(crate) fn open(path: &str, intake: Intake, life: u64) -> Result<Arc<Database>, OpenError> {
        let intake = Arc::new(intake);
        let file = file::DatabaseFile::find(path)?;
        let conn = file.connect()?;
        ready(queries::schema::migrate(&conn, life, file.number())).map_err(|error| file.explain(error))?;
        recognise(&conn, &file, path, life)?;
        // A crash leaves the log as it was, so a loop of crashes would make it longer each time.
        if let Err(error) = conn.empty_log() {
            tracing::warn!("the log of writes could not be brought into the file at once: {error}");
        }
        let epoch = AtomicU64::new(ready(queries::schema::epoch(&conn)).map_err(OpenError::away)?);
        let readers = file.path().map(|path| Readers::start(path, None, intake.options.readers)).transpose()?;
        let (finders, index) = match file.path() {
            Some(path) => {
                let place = index::beside(path);
                let index = index::open(&place)?;
                (Some(Readers::start(path, Some(&place), FINDERS)?), Some(Arc::new(Mutex::new(Some(index)))))
            }
            None => {
                index::attach(&conn, None).map_err(|error| OpenError::Unready(error.to_string()))?;
                (None, None)
            }
        };
        let (queue, orders) = mpsc::channel(intake.options.queue);
        writer::start(conn, Queue::new(orders, intake.clone()), intake.clone(), file, queue.downgrade());
        let (feeder, stop) = mpsc::channel(1);
        let database = Arc::new(Database { intake: intake.clone(), queue, readers, finders, index, epoch, feeder });
        tokio::spawn(queries::feeder::run(Arc::downgrade(&database), intake, life, stop));
        Ok(database)
    }

    /// Does what waits already, then stops. Afterwards the file is complete without its log, and this process does not
    /// have it open any more.
    pub(crate) async fn close(&self) {
        let (tell, told) = oneshot::channel();
        if self.feeder.send(tell).await.is_ok() {
            // The task has ended already.
            let _ = told.await;
        }
        for readers in self.readers.iter().chain(&self.finders) {
            readers.close().await;
        }
        if let Some(index) = &self.index {
            *index.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        let (tell, told) = oneshot::channel();
        if self.queue.send(Work::Close(tell)).await.is_ok() {
            let _ = told.await;
        }
    }

    /// Begins another life of the database.
    pub(crate) async fn renew_epoch(&self, life: u64) -> Result<u64, Failure> {
        let epoch = self.write(move |conn| Box::pin(queries::schema::renew(conn, life, 0))).await?;
        self.epoch.store(epoch, Ordering::Relaxed);
        Ok(epoch)
    }

    /// Deletes everything that is too old.
    pub(crate) async fn prune(&self, old: Time, now: Time) -> Result<(), Failure> {
        for part in Part::ALL {
            while !self.write(move |conn| Box::pin(queries::prune::slice(conn, part, old, now))).await? {}
        }
        Ok(())
    }

    /// Returns how many readers are in use.
    fn reading(&self) -> usize {
        self.readers.as_ref().map_or(0, Readers::busy)
    }

    /// Returns how much work waits for the writer.
    fn queued(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    fn options(&self) -> &Options {
        &self.intake.options
    }

    fn life(&self) -> u64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Puts an order into the queue at once. The answer can be awaited.
    fn enqueue(&self, order: Order) -> Answer<'_, Outcome> {
        let (caller, answer) = oneshot::channel();
        let full = self.queue.try_send(Work::Order(Waiting::new(order, Some(caller)))).is_err();
        Box::pin(async move {
            if full { Err(Failure::Unavailable) } else { answer.await.unwrap_or(Err(Failure::Unavailable)) }
        })
    }

    /// Puts an order into the queue whose answer only the sink is told.
    fn enqueue_unheard(&self, order: Order) {
        let origin = order.origin;
        if self.queue.try_send(Work::Order(Waiting::new(order, None))).is_err() {
            self.intake.sink.settled(vec![Settled { origin, result: Err(Failure::Unavailable) }]);
        }
    }

    /// Asks the database a question, on a thread that may wait for the disk.
    fn read<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        self.look(self.readers.as_ref(), work)
    }

    /// Asks a question that also needs the index of words.
    fn search<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        self.look(self.finders.as_ref(), work)
    }

    fn look<T: Send + 'static>(
        &self,
        readers: Option<&Readers>,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        let (task, answer) = task(move |conn| ready(look(conn, work)));
        match readers {
            Some(readers) => readers.offer(task),
            None => self.ask(Work::Look(task)),
        }
        answer
    }

    /// Writes to the index of words.
    fn index<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        let Some(index) = self.index.clone() else { return self.write_beside(work) };
        Box::pin(async move {
            let written = tokio::task::spawn_blocking(move || {
                let index = index.lock().unwrap_or_else(PoisonError::into_inner);
                let conn = index.as_ref().ok_or(Failure::Unavailable)?;
                ready(transact(conn, work)).map_err(|error| {
                    tracing::error!("the index of words could not be written: {error}");
                    Failure::Unavailable
                })
            });
            written.await.unwrap_or(Err(Failure::Unavailable))
        })
    }

    /// Does something in a transaction of its own, between two batches.
    fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        let (change, answer) = Change::new(move |conn| ready(transact(conn, work)));
        self.ask(Work::Change(change));
        answer
    }

    /// Does something in a transaction of its own that no order depends on. A power cut may lose it.
    fn write_beside<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T> + Send + 'static,
    ) -> Answer<'static, T> {
        let (change, answer) = Change::new(move |conn| ready(transact(conn, work)));
        self.ask(Work::Beside(change));
        answer
    }

    /// Hands work to the writer that answers by itself, even when it is dropped because there is no room.
    fn ask(&self, work: Work) {
        drop(self.queue.try_send(work));
    }
}

/// The number of threads that search.
const FINDERS: usize = 2;

/// Begins another life if the file is an older copy of the database. Notes that the file is open.
fn recognise(conn: &Conn, file: &file::DatabaseFile, path: &str, life: u64) -> Result<(), OpenError> {
    let last = ready(conn.last_mark()).map_err(|error| OpenError::away(error.into()))?;
    let was_open = ready(queries::schema::fact(conn, "open")).map_err(OpenError::away)? == Some(1);
    if last < file.noted() {
        tracing::warn!("the file is older than it was: whoever comes back loads anew");
        ready(queries::schema::renew(conn, life, 0)).map_err(OpenError::away)?;
    } else if was_open && !file.had_log() {
        tracing::warn!(
            "the file was copied while it was in use, without its log ({path}-wal): what was said last is missing, and \
             whoever comes back loads anew; `chat-server backup` copies all of it"
        );
        ready(queries::schema::renew(conn, life, 0)).map_err(OpenError::away)?;
    }
    ready(queries::schema::put(conn, "open", 1)).map_err(OpenError::away)?;
    file.note(last);
    Ok(())
}

/// Does work in a transaction of its own.
async fn transact<T>(conn: &Conn, work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T>) -> Worked<T> {
    conn.begin().await?;
    queries::transacted(conn, work).await
}

/// Answers questions from one snapshot.
async fn look<T>(conn: &Conn, work: impl for<'c> FnOnce(&'c Conn) -> Working<'c, T>) -> Worked<T> {
    conn.begin_reading().await?;
    queries::looked(conn, work).await
}

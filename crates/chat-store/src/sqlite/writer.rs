//! The writer: the one thread that writes to the database.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::checkpointer::Checkpointer;
use super::file::DatabaseFile;
use super::queries::commit::{After, Unknown, commit_batch};
use super::queries::schema;
use super::queue::{Askers, Queue};
use super::task::{Change, Task};
use super::{Conn, ready};
use crate::company::{Company, awaited};
use crate::room_cache::RoomCache;
use crate::work::{Intake, Waiting};

/// What the writer is asked to do.
pub(super) enum Work {
    /// To decide a command, together with those that wait beside it.
    Order(Waiting),
    /// To do something alone that changes no row.
    Look(Task),
    /// To do something alone that may change any row.
    Change(Change),
    /// To write something on which no order depends, and that need not be on the disk at once.
    Beside(Change),
    /// To stop, after everything that came before.
    Close(oneshot::Sender<()>),
}

/// Starts the thread. It ends when it is told to, or when nobody can ask for anything any more.
pub(super) fn start(
    conn: Conn,
    queue: Arc<Queue>,
    intake: Arc<Intake>,
    file: DatabaseFile,
    back: mpsc::WeakSender<Work>,
) {
    let checkpointer = file.path().map(|path| Checkpointer::start(path, back, intake.options.keep_changes));
    let (cache, company) = (RoomCache::default(), Company::default());
    let writer = Writer { conn: Some(conn), cache, company, queue, intake, file, checkpointer };
    // Without a thread there is no store. This is the one place where the program may panic for want of something.
    thread::Builder::new().name("chat-write".into()).spawn(move || writer.run()).expect("a thread for the store");
}

/// Notes that the writer has ended, however it does, so that its queue is no longer watched.
struct End(Arc<Queue>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.end();
    }
}

struct Writer {
    /// `None` while the database cannot be opened again.
    conn: Option<Conn>,
    cache: RoomCache,
    company: Company,
    queue: Arc<Queue>,
    intake: Arc<Intake>,
    file: DatabaseFile,
    checkpointer: Option<Checkpointer>,
}

impl Writer {
    fn run(mut self) {
        let _end = End(self.queue.clone());
        let mut next = None;
        while let Some(work) = next.take().or_else(|| self.queue.blocking_recv()) {
            match work {
                Work::Order(first) => next = self.batch(first),
                Work::Look(task) => self.task(task, Askers::default()),
                Work::Change(Change { task, doubt, .. }) => {
                    self.cache.forget();
                    self.task(task, Askers::Change(doubt));
                    self.look_at_log();
                }
                Work::Beside(Change { task, doubt, .. }) => {
                    let beside: Task = Box::new(|conn| {
                        // If this fails, the commit waits for the disk, which is only slower.
                        let quick = conn.wait_for_disk(false).is_ok();
                        task(conn) && (!quick || conn.wait_for_disk(true).is_ok())
                    });
                    self.task(beside, Askers::Change(doubt));
                    self.look_at_log();
                }
                Work::Close(done) => {
                    self.note();
                    self.queue.close();
                    // Everything that is still on its way into the queue is dropped: the checkpointer may wait for an
                    // answer.
                    while self.queue.blocking_recv().is_some() {}
                    if let Some(checkpointer) = self.checkpointer {
                        checkpointer.stop();
                    }
                    // Otherwise the next start would look for a log that is gone.
                    self.conn.as_ref().map(|conn| (ready(schema::put(conn, "open", 0)), conn.empty_log()));
                    drop((self.conn, self.file));
                    // Whoever asked may be gone.
                    let _ = done.send(());
                    return;
                }
            }
        }
    }

    /// Commits an order with all that wait behind it. Returns the work that came after them.
    fn batch(&mut self, first: Waiting) -> Option<Work> {
        let (mut batch, mut next) = (vec![first], None);
        self.fill(&mut batch, &mut next);
        self.company.begins(&batch);
        let most = self.intake.options.batch;
        while next.is_none()
            && batch.len() < most
            && let Some(pause) = self.company.lacks(Instant::now())
        {
            thread::sleep(pause);
            let were = batch.len();
            self.fill(&mut batch, &mut next);
            self.company.joins(&batch[were..]);
        }
        self.company.goes();
        let (began, answered) = (Instant::now(), awaited(&batch));
        self.commit(batch);
        self.note();
        self.look_at_log();
        self.company.parts(answered, began, self.intake.answered());
        next
    }

    /// Takes orders out of the queue, up to the first other work.
    fn fill(&mut self, batch: &mut Vec<Waiting>, next: &mut Option<Work>) {
        while batch.len() < self.intake.options.batch && next.is_none() {
            match self.queue.try_recv() {
                Ok(Work::Order(waiting)) => batch.push(waiting),
                Ok(other) => *next = Some(other),
                Err(_) => break,
            }
        }
    }

    /// Notes the last mark beside the file. This is always after the commit, so a file that is older than the note is a
    /// copy.
    fn note(&self) {
        if let Some(Ok(mark)) = self.conn.as_ref().map(|conn| ready(conn.last_mark())) {
            self.file.note(mark);
        }
    }

    /// Keeps the log of writes from growing. If the look fails, the next commit looks again.
    fn look_at_log(&mut self) {
        if let (Some(conn), Some(checkpointer)) = (&self.conn, &mut self.checkpointer)
            && let Err(error) = checkpointer.look_at_log(conn)
        {
            tracing::error!("the log of writes could not be looked at: {error}");
        }
    }

    fn commit(&mut self, batch: Vec<Waiting>) {
        let _under_way = self.queue.begin(Askers::Orders(batch.iter().map(Waiting::asker).collect()));
        let intake = self.intake.clone();
        self.connected();
        let Some(conn) = &self.conn else { return intake.turn_away(batch) };
        match ready(commit_batch(conn, &intake, &mut self.cache, batch)) {
            After::Good => {}
            After::Broken => self.disconnect(),
            After::NotBegun(batch) => {
                self.disconnect();
                intake.turn_away(batch);
            }
            After::Unknown(unknown) => self.find_out(unknown),
        }
    }

    fn task(&mut self, task: Task, askers: Askers) {
        let _under_way = self.queue.begin(askers);
        // Dropping the task answers that the database is away.
        let Some(conn) = self.connected() else { return };
        if !catch_unwind(AssertUnwindSafe(|| task(conn))).unwrap_or(false) {
            self.disconnect();
        }
    }

    /// Finds out over a new connection whether the last commit succeeded.
    fn find_out(&mut self, unknown: Unknown) {
        for _ in 0..TRIES {
            self.disconnect();
            let last = self.connected().map(|conn| ready(conn.last_mark()));
            if let Some(Ok(last)) = last {
                let committed = last >= unknown.mark;
                return unknown.found(&self.intake, committed);
            }
            thread::sleep(PAUSE);
        }
        unknown.found(&self.intake, false);
    }

    fn connected(&mut self) -> Option<&Conn> {
        if self.conn.is_none() {
            self.conn = self.file.connect().inspect_err(|error| tracing::error!("{error}")).ok();
        }
        self.conn.as_ref()
    }

    /// Drops a connection that is not to be trusted; not in memory, where the chat lives in the only connection.
    fn disconnect(&mut self) {
        if self.file.path().is_some() {
            self.conn = None;
        }
    }
}

/// How often, and how long apart, the writer tries to find out whether a commit succeeded.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(100);

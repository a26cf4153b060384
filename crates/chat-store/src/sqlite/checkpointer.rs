//! The checkpointer: a thread that brings SQLite's log of writes (the WAL) into the database file beside the writer,
//! and has old rows deleted.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::mpsc;

use super::queries::prune::{self, Part};
use super::task::{Change, Task};
use super::writer::Work;
use super::{Conn, ready, transact};
use crate::work::{long_ago, now};

/// The writer's handle of the thread, which ends when this is dropped.
pub(super) struct Checkpointer {
    wake: SyncSender<()>,
    /// How many pages the log had when the thread was last woken.
    woken: i64,
    /// How many pages the log must have for the writer to bring it into the file itself.
    long: i64,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread.
    pub(super) fn start(path: &Path, writer: mpsc::WeakSender<Work>, keep: Duration) -> Checkpointer {
        let (wake, woken) = sync_channel(1);
        let path = path.display().to_string();
        let thread =
            thread::Builder::new().name("chat-checkpoint".into()).spawn(move || run(&path, &woken, &writer, keep));
        let thread = thread.inspect_err(|error| tracing::error!("the log of writes will grow: {error}")).ok();
        Checkpointer { wake, woken: 0, long: LONG, thread }
    }

    /// Waits until the thread has ended. The thread may wait for the writer, whose queue must be empty already.
    pub(super) fn stop(self) {
        drop(self.wake);
        self.thread.map(JoinHandle::join);
    }

    /// Looks at the log after a commit. The checkpointer brings it into the file beside the writer. But the next write
    /// begins at the log's start only if all of it is in the file, which it never is while others write. So from time
    /// to time the writer brings the rest into the file, which is little by then.
    pub(super) fn look_at_log(&mut self, conn: &Conn) -> QueryResult<()> {
        let pages = ready(conn.log_pages())?;
        if pages < self.woken {
            (self.woken, self.long) = (0, LONG);
        }
        if pages >= self.woken + EVERY {
            self.woken = pages;
            // The thread is awake already, or has ended.
            let _ = self.wake.try_send(());
        }
        if pages >= self.long {
            // While somebody reads an older state, the log stays. It is looked at again when it is longer.
            self.long = pages + EVERY;
            let mut is_busy = ready(conn.checkpoint())?;
            for _ in 0..if pages >= TOO_LONG { TRIES } else { 0 } {
                if !is_busy {
                    break;
                }
                thread::sleep(PAUSE);
                is_busy = ready(conn.checkpoint())?;
            }
        }
        Ok(())
    }
}

fn run(path: &str, woken: &Receiver<()>, writer: &mpsc::WeakSender<Work>, keep: Duration) {
    let mut conn = None;
    let mut pruned = None::<Instant>;
    loop {
        match woken.recv_timeout(IDLE) {
            Err(RecvTimeoutError::Disconnected) => return,
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
        }
        checkpoint(&mut conn, path);
        if pruned.is_none_or(|last| last.elapsed() > PRUNE_EVERY) && forget(writer, keep) {
            pruned = Some(Instant::now());
        }
    }
}

/// A passive checkpoint: it waits for nobody, and nobody waits for it.
fn checkpoint(conn: &mut Option<Conn>, path: &str) {
    if conn.is_none() {
        *conn = Conn::open(path).inspect_err(|error| tracing::error!("{error}")).ok();
    }
    if let Some(Err(error)) = conn.as_ref().map(|conn| ready(conn.checkpoint())) {
        tracing::error!("the log of writes could not be brought into the file: {error}");
        *conn = None;
    }
}

/// Has the writer delete old rows, slice after slice. Returns whether the writer could be asked.
fn forget(writer: &mpsc::WeakSender<Work>, keep: Duration) -> bool {
    Part::ALL.into_iter().all(|part| {
        loop {
            match forget_slice(writer, part, keep) {
                Some(false) => thread::sleep(BREATH),
                Some(true) => return true,
                None => return false,
            }
        }
    })
}

/// Returns whether nothing is left, if the writer could be asked.
fn forget_slice(writer: &mpsc::WeakSender<Work>, part: Part, keep: Duration) -> Option<bool> {
    let (tell, told) = sync_channel(1);
    let task: Task = Box::new(move |conn| {
        let done = ready(transact(conn, |conn| Box::pin(prune::slice(conn, part, long_ago(keep), now()))));
        let good = done.is_ok();
        // The checkpointer waits for the answer, unless the store was closed meanwhile.
        let _ =
            tell.send(done.inspect_err(|error| tracing::error!("old changes could not be forgotten: {error}")).ok());
        good
    });
    writer.upgrade()?.try_send(Work::Change(Change::unheard(task))).ok()?;
    told.recv().ok()?
}

/// After how many pages of 4 KiB the log is brought into the file. Seldom, because most pages change again and again,
/// and are then copied only once.
const EVERY: i64 = 4096;

/// From how many pages on the log should begin anew: 24 MiB, the size to which its file is cut then
/// (`journal_size_limit`).
const LONG: i64 = 6144;

/// From how many pages on the writer waits for the checkpointer to finish; how often, and how long each time.
const TOO_LONG: i64 = 8192;
const TRIES: usize = 400;
const PAUSE: Duration = Duration::from_millis(5);

/// After how long the log is brought into the file if it has fewer pages.
const IDLE: Duration = Duration::from_secs(30);

/// How often old rows are deleted, and how long others are let through between two slices.
const PRUNE_EVERY: Duration = Duration::from_secs(600);
const BREATH: Duration = Duration::from_millis(20);

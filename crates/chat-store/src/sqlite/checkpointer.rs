//! Brings the log of writes into the file beside the writer, and has old things forgotten.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::queries::prune::{self, Part};
use super::writer::Work;
use super::{Conn, Task, ready, transact};
use crate::work::{long_ago, now};

/// The writer's hold on the checkpointer, which ends with it.
pub(super) struct Checkpointer {
    wake: SyncSender<()>,
    written: AtomicUsize,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts its thread.
    pub(super) fn start(path: &Path, writer: mpsc::WeakSender<Work>, keep: Duration) -> Checkpointer {
        let (wake, woken) = sync_channel(1);
        let path = path.display().to_string();
        let thread =
            thread::Builder::new().name("chat-checkpoint".into()).spawn(move || run(&path, &woken, &writer, keep));
        let thread = thread.inspect_err(|error| tracing::error!("the log of writes will grow: {error}")).ok();
        Checkpointer { wake, written: AtomicUsize::new(0), thread }
    }

    /// Waits until its thread has ended. It may wait for the writer, which must have emptied its queue.
    pub(super) fn stop(self) {
        drop(self.wake);
        self.thread.map(JoinHandle::join);
    }

    /// Hears how much was written, in kibibytes or so.
    pub(super) fn wrote(&self, much: usize) {
        if self.written.fetch_add(much, Ordering::Relaxed) + much >= EVERY {
            self.written.store(0, Ordering::Relaxed);
            // It is awake already, or gone.
            let _ = self.wake.try_send(());
        }
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
        if checkpoint(&mut conn, path) > LONG {
            begin_anew(writer);
        }
        if pruned.is_none_or(|last| last.elapsed() > PRUNE_EVERY) && forget(writer, keep) {
            pruned = Some(Instant::now());
        }
    }
}

/// A passive one: it waits for nobody, and nobody for it. Says how many pages the log has.
fn checkpoint(conn: &mut Option<Conn>, path: &str) -> i64 {
    if conn.is_none() {
        *conn = Conn::open(path).inspect_err(|error| tracing::error!("{error}")).ok();
    }
    match conn.as_ref().map(|conn| ready(conn.checkpoint())) {
        Some(Ok(pages)) => pages,
        Some(Err(error)) => {
            tracing::error!("the log of writes could not be brought into the file: {error}");
            *conn = None;
            0
        }
        None => 0,
    }
}

/// Has the writer bring the rest into the file, which is little now. Only when all of the log is there does the next write
/// go to the log's beginning, and while others write it never is: the log would grow for as long as they do.
fn begin_anew(writer: &mpsc::WeakSender<Work>) {
    let task: Task = Box::new(|conn| {
        let done = ready(conn.checkpoint());
        done.inspect_err(|error| tracing::error!("the log of writes could not be begun anew: {error}")).is_ok()
    });
    if let Some(writer) = writer.upgrade() {
        // Where the queue is full another time will do.
        let _ = writer.try_send(Work::Look(task));
    }
}

/// Has the writer forget slice after slice; says whether it could be asked.
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

/// Says whether nothing is left, if the writer could be asked.
fn forget_slice(writer: &mpsc::WeakSender<Work>, part: Part, keep: Duration) -> Option<bool> {
    let (tell, told) = sync_channel(1);
    let task: Task = Box::new(move |conn| {
        let done = ready(transact(conn, |conn| Box::pin(prune::slice(conn, part, long_ago(keep), now()))));
        let good = done.is_ok();
        // The checkpointer waits for it, unless the store was closed meanwhile.
        let _ =
            tell.send(done.inspect_err(|error| tracing::error!("old changes could not be forgotten: {error}")).ok());
        good
    });
    writer.upgrade()?.try_send(Work::Change(task)).ok()?;
    told.recv().ok()?
}

/// After how much the log is brought into the file: seldom, for most pages change again and again, and are copied once each time.
const EVERY: usize = 8192;

/// How many pages make a log that is to begin anew: 16 MiB.
const LONG: i64 = 4096;

/// And after how long when there are fewer.
const IDLE: Duration = Duration::from_secs(30);

/// How often old things are forgotten, and how long the others are let through between two slices.
const PRUNE_EVERY: Duration = Duration::from_secs(600);
const BREATH: Duration = Duration::from_millis(20);

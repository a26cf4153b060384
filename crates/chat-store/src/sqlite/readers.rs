//! Threads that read, each with a connection of its own.

use std::mem::take;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::task::Task;
use super::{Conn, index};
use crate::error::OpenError;

/// Threads that answer questions. Whichever is free takes the next question.
pub(super) struct Readers {
    /// Questions; `None` tells a thread to stop.
    queue: SyncSender<Option<Task>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    busy: Arc<AtomicUsize>,
}

impl Readers {
    /// Starts `how_many` threads, which end when this is dropped.
    pub(super) fn start(path: &Path, index: Option<&Path>, how_many: usize) -> Result<Readers, OpenError> {
        let (queue, tasks) = sync_channel(MOST_QUESTIONS);
        let tasks = Arc::new(Mutex::new(tasks));
        let (path, busy) = (path.display().to_string(), Arc::<AtomicUsize>::default());
        let mut threads = Vec::new();
        for _ in 0..how_many.max(1) {
            let files = Files { database: path.clone(), index: index.map(Path::to_owned) };
            let conn = files.connect().map_err(OpenError::Unready)?;
            let (tasks, busy) = (tasks.clone(), busy.clone());
            let thread = thread::Builder::new().name("chat-read".into());
            let thread = thread.spawn(move || read(conn, &files, &tasks, &busy));
            threads.push(thread.map_err(|error| OpenError::Unready(error.to_string()))?);
        }
        Ok(Readers { queue, threads: Mutex::new(threads), busy })
    }

    /// Returns how many threads are answering.
    pub(super) fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }

    /// Takes a question. If too many wait, it is dropped, which answers it.
    pub(super) fn offer(&self, task: Task) {
        drop(self.queue.try_send(Some(task)));
    }

    /// Answers what was asked already; then all threads end.
    pub(super) async fn close(&self) {
        let threads = take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let queue = self.queue.clone();
        let ended = tokio::task::spawn_blocking(move || {
            // A thread that has ended already does not need it.
            threads.iter().for_each(|_| drop(queue.send(None)));
            threads.into_iter().for_each(|thread| drop(thread.join()));
        });
        // If the runtime is ending, nobody waits for the threads.
        let _ = ended.await;
    }
}

/// The files that the threads read.
struct Files {
    database: String,
    /// The index of words, for threads that search.
    index: Option<PathBuf>,
}

impl Files {
    fn connect(&self) -> Result<Conn, String> {
        let conn = Conn::open(&self.database).map_err(|error| error.to_string())?;
        if let Some(index) = &self.index {
            index::attach(&conn, Some(index)).map_err(|error| error.to_string())?;
        }
        Ok(conn)
    }
}

fn read(mut conn: Conn, files: &Files, tasks: &Mutex<Receiver<Option<Task>>>, busy: &AtomicUsize) {
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Some(task)) = next else { return };
        busy.fetch_add(1, Ordering::Relaxed);
        let good = catch_unwind(AssertUnwindSafe(|| task(&conn))).unwrap_or(false);
        busy.fetch_sub(1, Ordering::Relaxed);
        if !good && let Ok(fresh) = files.connect() {
            conn = fresh;
        }
    }
}

/// The largest number of questions that wait.
const MOST_QUESTIONS: usize = 4096;

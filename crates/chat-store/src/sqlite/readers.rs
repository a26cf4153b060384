//! Connections that read, each on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::{Conn, Task};
use crate::error::OpenError;

/// Threads that answer questions; whichever is free takes the next.
pub(super) struct Readers(SyncSender<Task>);

impl Readers {
    /// Starts so many of them. They end when this is dropped.
    pub(super) fn start(path: &Path, how_many: usize) -> Result<Readers, OpenError> {
        let (queue, tasks) = sync_channel(MOST_QUESTIONS);
        let tasks = Arc::new(Mutex::new(tasks));
        let path = path.display().to_string();
        for _ in 0..how_many.max(1) {
            let conn = Conn::open(&path).map_err(|error| OpenError::Unready(error.to_string()))?;
            let (path, tasks) = (path.clone(), tasks.clone());
            let thread = thread::Builder::new().name("chat-read".into()).spawn(move || read(conn, &path, &tasks));
            thread.map_err(|error| OpenError::Unready(error.to_string()))?;
        }
        Ok(Readers(queue))
    }

    /// Takes a question, unless too many wait.
    pub(super) fn offer(&self, task: Task) -> bool {
        self.0.try_send(task).is_ok()
    }
}

fn read(mut conn: Conn, path: &str, tasks: &Mutex<Receiver<Task>>) {
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = next else { return };
        let good = catch_unwind(AssertUnwindSafe(|| task(&conn))).unwrap_or(false);
        if !good && let Ok(fresh) = Conn::open(path) {
            conn = fresh;
        }
    }
}

/// How many questions may wait.
const MOST_QUESTIONS: usize = 4096;

//! Work that has the connection to itself, with its answer.

use std::time::Instant;

use chat_domain::Failure;
use chat_domain::journal::Answer;
use tokio::sync::oneshot;

use super::Conn;
use crate::work_error::WorkError;

/// Work that answers by itself; returns whether the connection can still be used. If it is dropped instead, it answers
/// that the database is away.
pub(super) type Task = Box<dyn FnOnce(&Conn) -> bool + Send>;

/// A change that is made alone, between two batches.
pub(super) struct Change {
    pub(super) task: Task,
    pub(super) since: Instant,
    pub(super) doubt: Doubt,
}

/// Tells the caller of a change that nobody knows what becomes of it.
pub(super) type Doubt = oneshot::Sender<()>;

/// Makes a task of some work, and its answer.
pub(super) fn task<T: Send + 'static>(
    work: impl FnOnce(&Conn) -> Result<T, WorkError> + Send + 'static,
) -> (Task, Answer<'static, T>) {
    let (tell, told) = oneshot::channel();
    let task: Task = Box::new(move |conn| {
        if tell.is_closed() {
            return true;
        }
        let done = work(conn);
        let good = !matches!(done, Err(WorkError::Away(_) | WorkError::Unclear(_)));
        // The caller may be gone.
        let _ = tell.send(done.map_err(WorkError::into_failure));
        good
    });
    (task, Box::pin(async move { told.await.unwrap_or(Err(Failure::Unavailable)) }))
}

impl Change {
    /// Makes a change that is asked for now. Its answer may be that nobody knows whether it was made.
    pub(super) fn new<T: Send + 'static>(
        work: impl FnOnce(&Conn) -> Result<T, WorkError> + Send + 'static,
    ) -> (Change, Answer<'static, T>) {
        let (task, answer) = task(work);
        let (doubt, doubted) = oneshot::channel();
        let answer = Box::pin(async move {
            tokio::select! {
                biased;
                answer = answer => answer,
                Ok(()) = doubted => Err(Failure::Unavailable),
            }
        });
        (Change { task, since: Instant::now(), doubt }, answer)
    }

    /// Makes a change whose caller is answered only by its task.
    pub(super) fn unheard(task: Task) -> Change {
        Change { task, since: Instant::now(), doubt: oneshot::channel().0 }
    }
}

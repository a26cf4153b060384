//! Everything that leaves a connection goes through its [`Outbox`].
//!
//! On a plain TCP socket with nothing waiting, whoever offers a frame writes it at once; otherwise the frame
//! queues and the connection's own task is woken to write all that has gathered. The queue is bounded: a reader
//! too slow for it is closed and resumes later, so nobody's slowness delays or starves anyone else.

mod budget;
mod count;
mod depot;
mod ends;
mod pipe;
mod queue;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use budget::{HEAVY, Holder};
pub use count::Count;
pub(crate) use depot::Reached;
pub use depot::{Depot, Limits};
pub(crate) use ends::Drive;
pub use ends::{Close, Offered};
pub(crate) use queue::Bookmark;

use std::{
    slice,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use tokio::net::tcp::OwnedWriteHalf;

use pipe::Pipe;
use state::{OutboxState, Phase};

/// The way out of one connection, shared by its task and by everyone who has something to tell it.
#[derive(Debug)]
pub struct Outbox {
    state: Mutex<OutboxState>,
    waker: AtomicWaker,
    /// Whoever waits for the queue to shrink.
    patient: AtomicWaker,
    depot: Arc<Depot>,
    me: Weak<Outbox>,
    heard: AtomicU64,
    /// Whether the budget already knows this outbox as one that may have to go.
    heavy: AtomicBool,
}

impl Outbox {
    /// An outbox that writes straight to a TCP socket. `owner` comes back with every mark that is reached.
    pub fn direct(depot: Arc<Depot>, owner: u64, socket: OwnedWriteHalf) -> Arc<Outbox> {
        Outbox::build(depot, owner, Pipe::Socket(socket))
    }

    /// An outbox that only queues; its task takes what has gathered (TLS, SSE, long-polling).
    pub(crate) fn queued(depot: Arc<Depot>, owner: u64) -> Arc<Outbox> {
        Outbox::build(depot, owner, Pipe::Taken)
    }

    /// An outbox that counts what it is offered, as if it had been written.
    #[cfg(feature = "bench")]
    pub(crate) fn counted(depot: Arc<Depot>, owner: u64) -> Arc<Outbox> {
        Outbox::build(depot, owner, Pipe::Counted)
    }

    fn build(depot: Arc<Depot>, owner: u64, pipe: Pipe) -> Arc<Outbox> {
        let heard = depot.now();
        Arc::new_cyclic(|me| Outbox {
            state: Mutex::new(OutboxState::new(pipe, owner)),
            waker: AtomicWaker::new(),
            patient: AtomicWaker::new(),
            depot,
            me: me.clone(),
            heard: AtomicU64::new(heard),
            heavy: AtomicBool::new(false),
        })
    }

    /// Gives a queueing outbox the socket that it was made for: what has gathered leaves, and from here on it writes straight.
    pub fn connect(&self, socket: OwnedWriteHalf) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Gone(_)) {
            return;
        }
        state.pipe = Pipe::Socket(socket);
        drop(state);
        self.waker.wake();
    }

    /// Sends a frame: now if the socket takes it, else in its turn.
    pub fn offer(&self, frame: Bytes) -> Offered {
        self.offer_all(slice::from_ref(&frame), None)
    }

    /// Sends several frames in one write; the mark is reached with the last of them. If the answer is [`Offered::Queued`], it comes
    /// back through [`Depot::reached`] once that is flushed; if it is [`Offered::Written`], that has already happened.
    pub(crate) fn offer_all(&self, frames: &[Bytes], mark: Option<Bookmark>) -> Offered {
        self.offer_in(self.state(), frames, mark)
    }

    /// Sends a frame that is worth nothing later (typing, presence): beyond a small queue it is dropped.
    pub(crate) fn offer_droppable(&self, frame: Bytes) -> Offered {
        let state = self.state();
        if state.weight() > self.depot.limits().droppable {
            self.depot.counters().dropped.fetch_add(1, Ordering::Relaxed);
            return Offered::Dropped;
        }
        self.offer_in(state, slice::from_ref(&frame), None)
    }

    /// Sends a last frame after everything that is queued, then ends the connection. An empty frame just ends it.
    pub fn offer_last(&self, frame: Bytes, close: Close) {
        self.state().last(frame, close, &self.depot);
        self.wake_all();
    }

    /// Gives the connection up: what has not begun to leave is forgotten, and its task is woken to close it.
    pub(crate) fn doom(&self, close: Close) {
        self.state().doom(close, &self.depot);
        self.wake_all();
    }

    /// Forgets everything: the connection is gone. Dropping the socket's writing half tells the peer.
    pub fn shut(&self) {
        self.state().shut(&self.depot);
        self.wake_all();
    }

    /// Writes what the socket takes and says whether the connection is to end; the task is woken when there is more
    /// to do. For outboxes that only queue, this just registers the task.
    pub(crate) fn poll_drive(&self, cx: &mut Context<'_>) -> Drive {
        self.waker.register(cx.waker());
        let mut state = self.state();
        let before = (state.phase, state.queue.pending());
        let drive = state.drive(cx, &self.depot);
        let moved = before != (state.phase, state.queue.pending());
        drop(state);
        // Only when there is news: who waits may be this very task, which would wake itself again and again.
        if moved {
            self.patient.wake();
        }
        drive
    }

    /// Resolves once the queue is empty or the socket is gone; writes on the way.
    pub fn poll_empty(&self, cx: &mut Context<'_>) -> Poll<()> {
        let drive = self.poll_drive(cx);
        let done = drive == Drive::Gone || self.state().queue.pending() == 0;
        if done { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Resolves once no more than `most` bytes wait, or the connection is ending; may be awaited beside the connection's own task,
    /// by one waiter at a time.
    pub(crate) fn poll_drained(&self, cx: &mut Context<'_>, most: usize) -> Poll<()> {
        self.patient.register(cx.waker());
        let state = self.state();
        let done = state.phase != Phase::Open || state.queue.pending() <= most;
        if done { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Takes up to `max` bytes (at least one frame, if there is one) out of an outbox that only queues. They count as
    /// waiting until `flushed` says that they have left.
    pub fn take(&self, max: usize) -> Option<Bytes> {
        self.state().queue.take(max)
    }

    /// Says that this many taken bytes have left.
    pub(crate) fn flushed(&self, bytes: usize) {
        self.state().flushed(bytes, &self.depot);
        self.patient.wake();
    }

    /// Why the connection is ending, if it is.
    pub(crate) fn ending(&self) -> Option<Close> {
        match self.state().phase {
            Phase::Open => None,
            Phase::Doomed(close) | Phase::Last(close) | Phase::Gone(close) => Some(close),
        }
    }

    /// Whether the last frame has been offered already.
    pub(crate) fn has_last(&self) -> bool {
        matches!(self.state().phase, Phase::Last(_) | Phase::Gone(_))
    }

    /// Bytes that wait.
    pub fn pending(&self) -> usize {
        self.state().queue.pending()
    }

    /// When bytes last left, in milliseconds on [`Depot::lately`]'s clock; `None` before the first.
    pub(crate) fn last_written(&self) -> Option<u64> {
        Some(self.state().written).filter(|written| *written > 0)
    }

    /// The number that comes back with every mark, usually the user's.
    pub fn owner(&self) -> u64 {
        self.state().owner
    }

    /// Says whose it is, if that was not known when it was made.
    pub(crate) fn belongs_to(&self, owner: u64) {
        self.state().owner = owner;
    }

    /// What all outboxes of this server share.
    pub fn depot(&self) -> &Arc<Depot> {
        &self.depot
    }

    /// Notes that something was heard from the peer: any byte counts as life.
    pub fn hear(&self) {
        self.heard.store(self.depot.now(), Ordering::Relaxed);
    }

    /// When the peer was last heard, in milliseconds on [`Depot::now`]'s clock.
    pub(crate) fn last_heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    fn offer_in(&self, mut state: MutexGuard<'_, OutboxState>, frames: &[Bytes], mark: Option<Bookmark>) -> Offered {
        let was_waiting = !state.queue.is_empty();
        let offered = state.offer(frames, mark, &self.depot);
        let weight = state.weight();
        drop(state);
        if offered == Offered::Written {
            return offered;
        }
        // A task with something to write already waits for its socket.
        if !(was_waiting && offered == Offered::Queued) {
            self.wake_all();
        }
        if weight >= budget::HEAVY && !self.heavy.swap(true, Ordering::Relaxed) {
            self.depot.budget().watch(self.me.clone());
        }
        self.depot.budget().relieve();
        offered
    }

    /// Wakes the connection's task, and whoever waits for the queue to shrink: it may have ended.
    fn wake_all(&self) {
        self.waker.wake();
        self.patient.wake();
    }

    fn state(&self) -> MutexGuard<'_, OutboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Holder for Outbox {
    fn weight(&self) -> usize {
        self.state().weight()
    }

    fn give_up(&self) {
        self.doom(Close::TOO_SLOW);
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let pending = self.state.get_mut().unwrap_or_else(PoisonError::into_inner).queue.pending();
        self.depot.budget().account(pending, 0);
    }
}

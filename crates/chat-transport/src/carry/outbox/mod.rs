//! The way out of a connection: everything that leaves goes through its [`Outbox`].
//!
//! On a plain TCP socket with nothing queued, whoever offers a frame also writes it, at once. Otherwise the frame is queued, and
//! the connection's own task is woken to write everything that has gathered. The queue is bounded. A reader that is too slow for
//! it is closed and may resume later, so that no slow reader delays others.

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

/// The way out of one connection, shared by its task and by everybody who sends to it.
#[derive(Debug)]
pub struct Outbox {
    state: Mutex<OutboxState>,
    waker: AtomicWaker,
    /// The one who waits for the queue to shrink.
    patient: AtomicWaker,
    depot: Arc<Depot>,
    me: Weak<Outbox>,
    heard: AtomicU64,
    /// Whether the budget knows this outbox as a heavy one.
    heavy: AtomicBool,
}

impl Outbox {
    /// Creates an outbox that writes straight to a TCP socket. `owner` is reported with every mark that is reached.
    pub fn direct(depot: Arc<Depot>, owner: u64, socket: OwnedWriteHalf) -> Arc<Outbox> {
        Outbox::build(depot, owner, Pipe::Socket(socket))
    }

    /// Creates an outbox that only queues. Its task takes what has gathered (TLS, server-sent events, long-polling).
    pub(crate) fn queued(depot: Arc<Depot>, owner: u64) -> Arc<Outbox> {
        Outbox::build(depot, owner, Pipe::Taken)
    }

    /// Creates an outbox for tests and benchmarks that counts frames as if they were written.
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

    /// Gives a queueing outbox its socket: what has gathered is written, and from now on frames are written straight.
    pub fn connect(&self, socket: OwnedWriteHalf) {
        let mut state = self.state();
        if matches!(state.phase, Phase::Gone(_)) {
            return;
        }
        state.pipe = Pipe::Socket(socket);
        drop(state);
        self.waker.wake();
    }

    /// Sends a frame: at once if nothing is queued and the socket takes it, otherwise in its turn.
    pub fn offer(&self, frame: Bytes) -> Offered {
        self.offer_all(slice::from_ref(&frame), None)
    }

    /// Sends several frames with one write, and a mark that is reached with the last of them. After [`Offered::Queued`] the mark
    /// is reported by [`Depot::reached`] once the frames are flushed; after [`Offered::Written`] they are already, and it is not
    /// reported.
    pub(crate) fn offer_all(&self, frames: &[Bytes], mark: Option<Bookmark>) -> Offered {
        self.offer_in(self.state(), frames, mark)
    }

    /// Sends a frame that is worthless later (typing, presence). It is dropped if more than a little is queued.
    pub(crate) fn offer_droppable(&self, frame: Bytes) -> Offered {
        let state = self.state();
        if state.weight() > self.depot.limits().droppable {
            self.depot.counters().dropped.fetch_add(1, Ordering::Relaxed);
            return Offered::Dropped;
        }
        self.offer_in(state, slice::from_ref(&frame), None)
    }

    /// Queues a last frame, then ends the connection once all is sent. With an empty frame it just ends.
    pub fn offer_last(&self, frame: Bytes, close: Close) {
        self.state().last(frame, close, &self.depot);
        self.wake_all();
    }

    /// Gives up the connection: frames that have not begun to leave are dropped, and its task is woken to close it.
    pub(crate) fn doom(&self, close: Close) {
        self.state().doom(close, &self.depot);
        self.wake_all();
    }

    /// Drops everything: the connection is gone. Dropping the socket's writing half tells the peer.
    pub fn shut(&self) {
        self.state().shut(&self.depot);
        self.wake_all();
    }

    /// Writes what the socket takes, and returns what the task must do. The task is woken when there is more to do. An outbox
    /// that only queues just registers the task.
    pub(crate) fn poll_drive(&self, cx: &mut Context<'_>) -> Drive {
        self.waker.register(cx.waker());
        let mut state = self.state();
        let before = (state.phase, state.queue.pending());
        let drive = state.drive(cx, &self.depot);
        let moved = before != (state.phase, state.queue.pending());
        drop(state);
        // Only after a change: the one who waits may be this same task, which would otherwise wake itself for ever.
        if moved {
            self.patient.wake();
        }
        drive
    }

    /// Resolves once nothing waits or the socket is gone. It writes what it can.
    pub fn poll_empty(&self, cx: &mut Context<'_>) -> Poll<()> {
        let drive = self.poll_drive(cx);
        let done = drive == Drive::Gone || self.state().queue.pending() == 0;
        if done { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Resolves once at most `most` bytes wait, or the connection is ending. It may be awaited outside of the connection's own
    /// task, but by one waiter at a time.
    pub(crate) fn poll_drained(&self, cx: &mut Context<'_>, most: usize) -> Poll<()> {
        self.patient.register(cx.waker());
        let state = self.state();
        let done = state.phase != Phase::Open || state.queue.pending() <= most;
        if done { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Takes up to `max` bytes (at least one frame, if there is one) out of an outbox that only queues. They count as waiting
    /// until they are reported as sent.
    pub(crate) fn take(&self, max: usize) -> Option<Bytes> {
        self.state().queue.take(max)
    }

    /// Notes that this many of the taken bytes were sent.
    pub(crate) fn flushed(&self, bytes: usize) {
        self.state().flushed(bytes, &self.depot);
        self.patient.wake();
    }

    /// Returns why the connection is ending, if it is.
    pub(crate) fn ending(&self) -> Option<Close> {
        match self.state().phase {
            Phase::Open => None,
            Phase::Doomed(close) | Phase::Last(close) | Phase::Gone(close) => Some(close),
        }
    }

    /// Tells whether the last frame was offered.
    pub(crate) fn has_last(&self) -> bool {
        matches!(self.state().phase, Phase::Last(_) | Phase::Gone(_))
    }

    /// Returns how many bytes wait.
    pub(crate) fn pending(&self) -> usize {
        self.state().queue.pending()
    }

    /// Returns when bytes were last sent, in the milliseconds of [`Depot::lately`]; `None` if never.
    pub(crate) fn last_written(&self) -> Option<u64> {
        Some(self.state().written).filter(|written| *written > 0)
    }

    /// Sets the owner, if it was not known when the outbox was made.
    pub(crate) fn belongs_to(&self, owner: u64) {
        self.state().owner = owner;
    }

    /// Returns what all outboxes of this server share.
    pub(crate) fn depot(&self) -> &Arc<Depot> {
        &self.depot
    }

    /// Notes that the peer was heard. Any byte counts as a sign of life.
    pub(crate) fn hear(&self) {
        self.heard.store(self.depot.now(), Ordering::Relaxed);
    }

    /// Returns when the peer was last heard, in the milliseconds of [`Depot::now`].
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
        // If frames were queued before, the task already waits for the socket, and needs no waking.
        if !(was_waiting && offered == Offered::Queued) {
            self.wake_all();
        }
        if weight >= budget::HEAVY && !self.heavy.swap(true, Ordering::Relaxed) {
            self.depot.budget().watch(self.me.clone());
        }
        self.depot.budget().relieve();
        offered
    }

    /// Wakes the connection's task, and whoever waits for the queue to shrink, since the connection may be ending.
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

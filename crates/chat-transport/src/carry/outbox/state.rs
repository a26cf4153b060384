//! The state of an outbox, which its lock protects.

use std::task::Context;

use bytes::Bytes;

use super::{
    depot::Depot,
    ends::{Close, Drive, Offered},
    pipe::{Pipe, Wrote},
    queue::{Bookmark, Queue},
};
use crate::mistakes::planted;

#[derive(Debug)]
pub(super) struct OutboxState {
    pub(super) phase: Phase,
    pub(super) queue: Queue,
    pub(super) pipe: Pipe,
    pub(super) owner: u64,
    /// When bytes were last sent, in the milliseconds of [`Depot::lately`]; 0 means never.
    pub(super) written: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// It is to be closed. A last frame may still be offered.
    Doomed(Close),
    /// The last frame is in the queue.
    Last(Close),
    /// The socket is gone: closed for this reason, or lost.
    Gone(Close),
}

impl OutboxState {
    pub(super) fn new(pipe: Pipe, owner: u64) -> OutboxState {
        OutboxState { phase: Phase::Open, queue: Queue::default(), pipe, owner, written: 0 }
    }

    /// Writes the frames if nothing waits, and queues what the socket does not take.
    pub(super) fn offer(&mut self, frames: &[Bytes], mark: Option<Bookmark>, depot: &Depot) -> Offered {
        if self.phase != Phase::Open {
            return Offered::Closed;
        }
        if !self.queue.is_empty() {
            return self.enqueue(frames, 0, mark, depot);
        }
        match self.pipe.write(frames, depot.counters()) {
            Wrote::All(bytes) => {
                self.queue.pass(bytes);
                self.written = depot.lately();
                Offered::Written
            }
            Wrote::Part(bytes) => self.enqueue(frames, bytes, mark, depot),
            Wrote::Broken => {
                self.shut(depot);
                Offered::Closed
            }
        }
    }

    /// Queues what is left of `frames` after `written` bytes. Dooms the connection if the queue is then too long.
    fn enqueue(&mut self, frames: &[Bytes], written: usize, mark: Option<Bookmark>, depot: &Depot) -> Offered {
        let size: usize = frames.iter().map(Bytes::len).sum();
        if planted!(Drops) && self.queue.pending() + size > depot.limits().per_socket {
            return Offered::Queued;
        }
        self.accounted(depot, |state| {
            state.queue.pass(written);
            state.queue.push_rest(frames, written);
        });
        if self.queue.pending() > depot.limits().per_socket && !planted!(Unbound) {
            self.doom(Close::TOO_SLOW, depot);
            return Offered::Full;
        }
        if let Some(mark) = mark {
            self.queue.mark(mark);
        }
        Offered::Queued
    }

    pub(super) fn last(&mut self, frame: Bytes, close: Close, depot: &Depot) {
        if matches!(self.phase, Phase::Last(_) | Phase::Gone(_)) {
            return;
        }
        self.phase = Phase::Last(close);
        if !frame.is_empty() {
            self.accounted(depot, |state| state.queue.push(frame));
        }
        self.flush(depot);
    }

    pub(super) fn doom(&mut self, close: Close, depot: &Depot) {
        self.phase = match self.phase {
            Phase::Open => Phase::Doomed(close),
            // The last frame was dropped with the rest; the reason stays.
            Phase::Last(close) => Phase::Doomed(close),
            Phase::Doomed(_) | Phase::Gone(_) => return,
        };
        self.accounted(depot, |state| state.queue.forget_unstarted());
        depot.count_doomed();
    }

    pub(super) fn shut(&mut self, depot: &Depot) {
        self.phase = match self.phase {
            Phase::Open => Phase::Gone(Close::LOST),
            Phase::Doomed(close) | Phase::Last(close) | Phase::Gone(close) => Phase::Gone(close),
        };
        self.pipe = Pipe::Taken;
        self.accounted(depot, |state| state.queue.forget_all());
    }

    /// Writes for as long as the socket takes anything. The task is woken when it takes more.
    pub(super) fn drive(&mut self, cx: &mut Context<'_>, depot: &Depot) -> Drive {
        while !self.queue.is_empty() && self.pipe.poll_ready(cx) {
            self.flush(depot);
        }
        match self.phase {
            Phase::Open => Drive::Quiet,
            Phase::Doomed(close) | Phase::Last(close) => Drive::Ending(close),
            Phase::Gone(_) => Drive::Gone,
        }
    }

    /// Counts bytes as flushed and reports the marks that are reached by it.
    pub(super) fn flushed(&mut self, bytes: usize, depot: &Depot) {
        let mut reached = Vec::new();
        self.written = depot.lately();
        self.accounted(depot, |state| reached = state.queue.advance(bytes));
        depot.reach(self.owner, reached);
    }

    /// Returns how many bytes closing this connection would free.
    pub(super) fn weight(&self) -> usize {
        if matches!(self.phase, Phase::Open | Phase::Last(_)) { self.queue.pending() } else { 0 }
    }

    fn flush(&mut self, depot: &Depot) {
        match self.pipe.write_queue(&self.queue, depot.counters()) {
            Wrote::All(bytes) | Wrote::Part(bytes) => self.flushed(bytes, depot),
            Wrote::Broken => self.shut(depot),
        }
    }

    /// Changes the queue, and tells the budget how its size changed.
    fn accounted(&mut self, depot: &Depot, change: impl FnOnce(&mut OutboxState)) {
        let before = self.queue.pending();
        change(self);
        depot.budget().account(before, self.queue.pending());
    }
}

//! Sending through a session, and ending it.

use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{Frame, Input};

use super::Engine;
use crate::carry::outbox::{Bookmark, Close, Holder, Offered, Outbox};
use crate::carry::websocket::{Opcode, close_frame, frame};

impl Engine {
    /// Tells whether a WebSocket carries the session.
    pub(crate) fn on_web_socket(&self) -> bool {
        self.carrier.get().is_some()
    }

    /// Sends complete Engine.IO packets. The mark is reached when they have been sent.
    pub(crate) fn send(&self, packets: &[Bytes], mark: Option<Bookmark>) -> Offered {
        let mut state = self.state();
        if let Some(outbox) = self.carrier.get() {
            let frames: Vec<Bytes> = packets.iter().map(|packet| frame(Opcode::Text, packet)).collect();
            drop(state);
            return outbox.offer_all(&frames, mark);
        }
        if state.machine.is_over() || self.burden.is_given_up() {
            return Offered::Closed;
        }
        for packet in packets {
            state.waiting += packet.len();
            state.machine.send(Frame::Text(packet.clone()));
        }
        state.marks.extend(mark);
        self.carry_out(&mut state);
        let waits = state.waiting > 0;
        drop(state);
        self.depot.budget().relieve();
        if waits { Offered::Queued } else { Offered::Written }
    }

    /// Sends one frame, text or binary.
    pub fn send_frame(&self, frame: Frame) {
        self.with(|machine| machine.send(frame));
    }

    /// Sets the user, who is reported with reached marks.
    pub(crate) fn belongs_to(&self, owner: u64) {
        let mut state = self.state();
        state.owner = owner;
        if let Some(outbox) = &state.socket {
            outbox.belongs_to(owner);
        }
    }

    /// Tells whether the server has ended the session. What its client said afterwards must not happen.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended.get().is_some()
    }

    /// Returns the close with which the session is ending, if it is.
    pub(crate) fn ending(&self) -> Option<Close> {
        self.ended.get().copied().or_else(|| self.outbox()?.ending())
    }

    /// Returns how many bytes wait.
    pub(crate) fn pending(&self) -> usize {
        self.outbox().map_or_else(|| self.burden.held(), |outbox| outbox.pending())
    }

    /// Returns when bytes were last sent, as [`Outbox::last_written`] does.
    pub(crate) fn last_written(&self) -> Option<u64> {
        match self.outbox() {
            Some(outbox) => outbox.last_written(),
            None => Some(self.state().answered).filter(|answered| *answered > 0),
        }
    }

    /// Tells whether the session must end because of what it holds.
    pub(crate) fn is_given_up(&self) -> bool {
        self.burden.is_given_up()
    }

    /// Ends the session after everything that was sent, as Socket.IO's own `close()` does: the transport is closed, and the
    /// client reconnects by itself.
    pub fn close(&self, close: Close) {
        self.end(close, false);
    }

    /// Disconnects the client from its namespace after everything that was sent, and ends the session. The client does not
    /// reconnect by itself.
    pub(crate) fn put_out(&self, close: Close) {
        self.end(close, true);
    }

    fn end(&self, close: Close, for_good: bool) {
        // The first close counts.
        let _ = self.ended.set(close);
        if let Some(outbox) = self.carrier.get() {
            if for_good {
                outbox.offer(frame(Opcode::Text, b"41"));
            }
            outbox.offer_last(close_frame(close.code, close.reason), close);
            return;
        }
        let mut state = self.state();
        if for_good {
            state.machine.disconnect("/");
        }
        self.input(&mut state, Input::Close);
    }

    /// Returns the outbox of the WebSocket that carries the session, if one does.
    pub(crate) fn outbox(&self) -> Option<&Arc<Outbox>> {
        self.carrier.get()
    }

    /// Waits until at most `most` bytes are left to be sent.
    pub(crate) async fn drained(&self, most: usize) {
        loop {
            if let Some(outbox) = self.carrier.get() {
                return poll_fn(|cx| outbox.poll_drained(cx, most)).await;
            }
            let fetched = self.fetched.notified();
            {
                let state = self.state();
                if state.waiting <= most || state.machine.is_over() || self.burden.is_given_up() {
                    return;
                }
            }
            fetched.await;
        }
    }
}

impl Holder for Engine {
    fn weight(&self) -> usize {
        self.burden.held()
    }

    /// Only sets a flag: the session's own task does the rest.
    fn give_up(&self) {
        self.burden.give_up(&self.depot);
        self.bell.notify_one();
        // Whoever waits for the client to take something need not wait any longer.
        self.fetched.notify_waiters();
        self.taken.notify_waiters();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.burden.set_free(&self.depot);
    }
}

//! What a session is to say.

use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use chat_protocol::engineio::{Frame, Input};

use super::Engine;
use crate::carry::outbox::{Bookmark, Close, Holder, Offered, Outbox};
use crate::carry::websocket::{Opcode, close_frame, frame};

impl Engine {
    /// Whether a WebSocket carries it.
    pub(crate) fn on_web_socket(&self) -> bool {
        self.carrier.get().is_some()
    }

    /// Sends complete Engine.IO packets. The mark is reached when they have left.
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

    /// Sends one frame, text or an attachment.
    pub fn send_frame(&self, frame: Frame) {
        self.with(|machine| machine.send(frame));
    }

    /// Whose session it is, for what is known once frames have left.
    pub(crate) fn belongs_to(&self, owner: u64) {
        let mut state = self.state();
        state.owner = owner;
        if let Some(outbox) = &state.socket {
            outbox.belongs_to(owner);
        }
    }

    /// Whether the server has ended it: what its client said behind that is not to happen.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended.get().is_some()
    }

    /// With what it is ending, if it is.
    pub(crate) fn ending(&self) -> Option<Close> {
        self.ended.get().copied().or_else(|| self.outbox()?.ending())
    }

    /// Bytes that wait for its client.
    pub(crate) fn pending(&self) -> usize {
        self.outbox().map_or_else(|| self.burden.held(), |outbox| outbox.pending())
    }

    /// When something last left, as [`Outbox::last_written`] says it.
    pub(crate) fn last_written(&self) -> Option<u64> {
        match self.outbox() {
            Some(outbox) => outbox.last_written(),
            None => Some(self.state().answered).filter(|answered| *answered > 0),
        }
    }

    /// Whether it is to end for what it keeps.
    pub(crate) fn is_given_up(&self) -> bool {
        self.burden.is_given_up()
    }

    /// Ends the session after what was sent, as Socket.IO's own `close()` does: its transport goes, and its client comes back by
    /// itself.
    pub fn close(&self, close: Close) {
        self.end(close, false);
    }

    /// Puts the client out of its namespace after what was sent, and ends the session: it does not come back by itself.
    pub(crate) fn put_out(&self, close: Close) {
        self.end(close, true);
    }

    fn end(&self, close: Close, for_good: bool) {
        // The first word counts.
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

    /// The outbox of the WebSocket that carries the session.
    pub fn outbox(&self) -> Option<&Arc<Outbox>> {
        self.carrier.get()
    }

    /// Waits until its client has taken most of what it was sent.
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

    /// Its own task does the rest.
    fn give_up(&self) {
        self.burden.give_up(&self.depot);
        self.bell.notify_one();
        // Whoever waits for the client waits no longer.
        self.fetched.notify_waiters();
        self.taken.notify_waiters();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.burden.set_free(&self.depot);
    }
}

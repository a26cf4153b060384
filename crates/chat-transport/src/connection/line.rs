//! The way out to one client, whatever its transport.

use std::future::poll_fn;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use chat_protocol::Frames;

use super::closes;
use crate::carry::outbox::{Bookmark, Close, Offered, Outbox};
use crate::carry::websocket::{Opcode, close_frame, put_frame};
use crate::socketio::Engine;

/// The way out to one client.
#[derive(Debug)]
pub(crate) enum Line {
    /// A WebSocket.
    WebSocket(Arc<Outbox>),
    /// A stream of server-sent events.
    Stream(Arc<Outbox>),
    /// A Socket.IO session, which may change from polling to WebSocket.
    Engine(Arc<Engine>),
}

/// How frames are prepared for a kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Each with a WebSocket header, all in one piece of memory.
    WebSocket,
    /// One after the other, without headers.
    Plain,
    /// Each by itself, since polling joins them later.
    Packets,
}

/// Frames that are prepared for a line. Cheap to clone, so that many lines share them.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    /// Bytes for the socket.
    Bytes(Bytes),
    /// Packets of Engine.IO.
    Packets(Arc<[Bytes]>),
}

impl Payload {
    /// Prepares frames.
    pub(crate) fn of(frames: &Frames, framing: Framing) -> Payload {
        match framing {
            Framing::Packets => Payload::Packets(frames.iter().map(Bytes::copy_from_slice).collect()),
            Framing::WebSocket => Payload::joined(frames, |joined, frame| put_frame(joined, Opcode::Text, frame)),
            Framing::Plain => Payload::joined(frames, |joined, frame| joined.extend_from_slice(frame)),
        }
    }

    /// Prepares frames in payloads of at most `most` bytes, or of one longer frame. One change may have more frames than fit into
    /// an outbox.
    pub(crate) fn in_pieces(frames: &Frames, framing: Framing, most: usize) -> Vec<Payload> {
        if frames.size() <= 2 * most {
            return vec![Payload::of(frames, framing)];
        }
        let (mut pieces, mut piece) = (Vec::new(), Frames::new());
        for frame in frames.iter() {
            if !piece.is_empty() && piece.size() + frame.len() > most {
                pieces.push(Payload::of(&piece, framing));
                piece.clear();
            }
            piece.frame(|bytes| bytes.extend_from_slice(frame));
        }
        pieces.push(Payload::of(&piece, framing));
        pieces
    }

    fn joined(frames: &Frames, mut put: impl FnMut(&mut BytesMut, &[u8])) -> Payload {
        let size = frames.iter().map(|frame| frame.len() + MAX_HEADER).sum();
        let mut joined = BytesMut::with_capacity(size);
        frames.iter().for_each(|frame| put(&mut joined, frame));
        Payload::Bytes(joined.freeze())
    }
}

impl Line {
    /// Returns how frames for this line must be prepared.
    pub(crate) fn framing(&self) -> Framing {
        match self {
            Line::WebSocket(_) => Framing::WebSocket,
            Line::Stream(_) => Framing::Plain,
            Line::Engine(engine) if engine.on_web_socket() => Framing::WebSocket,
            Line::Engine(_) => Framing::Packets,
        }
    }

    /// Prepares frames and sends them with one write.
    pub(crate) fn offer(&self, frames: &Frames) -> Offered {
        if frames.is_empty() {
            return Offered::Written;
        }
        self.offer_payload(Payload::of(frames, self.framing()), None)
    }

    /// Sends a prepared payload. The mark is reported once it is flushed, unless the result is [`Offered::Written`].
    pub(crate) fn offer_payload(&self, payload: Payload, mark: Option<Bookmark>) -> Offered {
        match (self, payload) {
            (Line::Engine(engine), Payload::Packets(packets)) => engine.send(&packets, mark),
            (Line::WebSocket(outbox) | Line::Stream(outbox), Payload::Packets(packets)) => {
                outbox.offer_all(&packets, mark)
            }
            (line, Payload::Bytes(bytes)) => line.offer_bytes(&[bytes], mark),
        }
    }

    /// Sends two payloads of the same framing with one write.
    pub(crate) fn offer_both(&self, first: Payload, second: Payload, mark: Option<Bookmark>) -> Offered {
        match (first, second) {
            (Payload::Bytes(first), Payload::Bytes(second)) => self.offer_bytes(&[first, second], mark),
            (first, second) => {
                self.offer_payload(first, None);
                self.offer_payload(second, mark)
            }
        }
    }

    /// Sends frames that are worthless later; they may be dropped.
    pub(crate) fn offer_droppable(&self, payload: Payload) {
        match (self.outbox(), payload) {
            (Some(outbox), Payload::Bytes(bytes)) => drop(outbox.offer_droppable(bytes)),
            (_, payload) => drop(self.offer_payload(payload, None)),
        }
    }

    fn offer_bytes(&self, bytes: &[Bytes], mark: Option<Bookmark>) -> Offered {
        // There is an outbox: bytes are prepared only for a line that has one, and a line that has one keeps it.
        self.outbox().map_or(Offered::Closed, |outbox| outbox.offer_all(bytes, mark))
    }

    /// Tells whether the client is still connected, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        match (self.outbox(), self) {
            (Some(outbox), _) => outbox.ending().is_none(),
            (None, Line::Engine(engine)) => !engine.is_over() && !engine.is_given_up(),
            (None, _) => false,
        }
    }

    /// Ends the connection after everything that is queued.
    pub(crate) fn close(&self, close: Close) {
        match self {
            Line::WebSocket(outbox) => outbox.offer_last(close_frame(close.code, close.reason), close),
            Line::Stream(outbox) => outbox.offer_last(Bytes::new(), close),
            Line::Engine(engine) if closes::is_for_good(close) => engine.put_out(close),
            Line::Engine(engine) => engine.close(close),
        }
    }

    /// Returns the outbox of the line; `None` for a Socket.IO session that polls.
    pub(crate) fn outbox(&self) -> Option<&Arc<Outbox>> {
        match self {
            Line::WebSocket(outbox) | Line::Stream(outbox) => Some(outbox),
            Line::Engine(engine) => engine.outbox(),
        }
    }

    /// Returns why the line is ending, if it is.
    pub(crate) fn ending(&self) -> Option<Close> {
        match self {
            Line::WebSocket(outbox) | Line::Stream(outbox) => outbox.ending(),
            Line::Engine(engine) => engine.ending(),
        }
    }

    /// Returns how many bytes wait.
    pub(crate) fn pending(&self) -> usize {
        match self {
            Line::WebSocket(outbox) | Line::Stream(outbox) => outbox.pending(),
            Line::Engine(engine) => engine.pending(),
        }
    }

    /// Returns when bytes were last sent, as [`Outbox::last_written`] does.
    pub(crate) fn last_written(&self) -> Option<u64> {
        match self {
            Line::WebSocket(outbox) | Line::Stream(outbox) => outbox.last_written(),
            Line::Engine(engine) => engine.last_written(),
        }
    }

    /// Waits until at most `most` bytes are left to be sent.
    pub(crate) async fn drained(&self, most: usize) {
        match self {
            Line::WebSocket(outbox) | Line::Stream(outbox) => poll_fn(|cx| outbox.poll_drained(cx, most)).await,
            Line::Engine(engine) => engine.drained(most).await,
        }
    }
}

const MAX_HEADER: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_frames_go_in_pieces_that_a_queue_has_room_for() {
        let mut frames = Frames::new();
        (0..50).for_each(|number: u8| frames.frame(|bytes| bytes.extend_from_slice(&[number; 100])));
        let pieces = Payload::in_pieces(&frames, Framing::Plain, 1_000);
        let bytes = |piece: &Payload| match piece {
            Payload::Bytes(bytes) => bytes.to_vec(),
            Payload::Packets(_) => Vec::new(),
        };
        assert!(pieces.iter().all(|piece| bytes(piece).len() <= 1_000) && pieces.len() == 5);
        let all: Vec<u8> = pieces.iter().flat_map(bytes).collect();
        assert_eq!(all, frames.iter().flatten().copied().collect::<Vec<_>>());
        assert_eq!(Payload::in_pieces(&frames, Framing::Plain, 2_500).len(), 1);
    }
}

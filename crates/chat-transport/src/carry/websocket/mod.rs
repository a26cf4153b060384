//! The server's side of a WebSocket, on the raw socket after the upgrade.
//!
//! Outgoing frames are built once ([`frame()`]) and go through the connection's [`Outbox`]. Incoming bytes pass through
//! tungstenite, which checks framing, UTF-8, fragments and control frames. Between two messages a connection keeps neither a
//! buffer nor tungstenite's state.

mod boundary;
mod frame;
mod guardian;
mod handshake;
mod limits;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use frame::put_frame;
pub use frame::{Opcode, close_frame, frame, text};
pub use handshake::{Handshake, Refused, Upgrading};
pub use limits::FrameLimits;
pub use tokio_tungstenite::tungstenite::Utf8Bytes;

use std::{
    future::{Future, poll_fn},
    mem::MaybeUninit,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use tokio::{io::ReadBuf, net::TcpStream, time::timeout};

use super::http::Duplex;
use super::outbox::{Close, Depot, Drive, Outbox};
use guardian::{Guardian, Heard};
use stream::Stream;

/// A connection after its handshake.
#[derive(Debug)]
pub struct WebSocket {
    outbox: Arc<Outbox>,
    stream: Stream,
    guardian: Guardian,
    /// When the message that is coming in began, in the depot's milliseconds.
    since: Option<u64>,
}

/// What [`WebSocket::next`] returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A text message.
    Text(Utf8Bytes),
    /// A binary message.
    Binary(Bytes),
    /// The end. Only [`WebSocket::shut`] is left to be called. A close frame from the peer has been answered already.
    Closed(Closed),
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The peer sent a close frame with this code, or 1005 if it had none.
    ByPeer(u16),
    /// The peer broke the protocol or a limit. The close frame is on its way.
    Broken(Close),
    /// This side ends it: the outbox is doomed, or its last frame was offered.
    ByUs(Close),
    /// The connection broke without a close frame.
    Lost,
}

impl WebSocket {
    /// Takes over a connected socket. `early` are bytes that came with the handshake.
    pub fn new(socket: TcpStream, early: Bytes, limits: FrameLimits, depot: Arc<Depot>, owner: u64) -> WebSocket {
        let (read, write) = socket.into_split();
        let outbox = Outbox::direct(depot, owner, write);
        WebSocket::build(outbox, Stream::Plain(read), early, limits)
    }

    /// Takes over a connected socket for an outbox that may have been filled already.
    pub fn join(outbox: Arc<Outbox>, socket: TcpStream, early: Bytes, limits: FrameLimits) -> WebSocket {
        let (read, write) = socket.into_split();
        outbox.connect(write);
        WebSocket::build(outbox, Stream::Plain(read), early, limits)
    }

    /// Runs over any stream, such as TLS. Its outbox only queues.
    pub fn over(stream: impl Duplex, early: Bytes, limits: FrameLimits, depot: Arc<Depot>, owner: u64) -> WebSocket {
        let outbox = Outbox::queued(depot, owner);
        WebSocket::build(outbox, Stream::wrapped(stream), early, limits)
    }

    fn wrap(outbox: Arc<Outbox>, stream: impl Duplex, early: Bytes, limits: FrameLimits) -> WebSocket {
        WebSocket::build(outbox, Stream::wrapped(stream), early, limits)
    }

    fn build(outbox: Arc<Outbox>, stream: Stream, early: Bytes, limits: FrameLimits) -> WebSocket {
        let mut guardian = Guardian::new(limits);
        if !early.is_empty() {
            guardian.feed(&early);
        }
        WebSocket { outbox, stream, guardian, since: None }
    }

    /// Returns the way out.
    pub fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// Waits for the next message, and writes what is queued meanwhile. It may be dropped and called again without loss. After
    /// [`Incoming::Closed`] it must not be called again.
    pub async fn next(&mut self) -> Incoming {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Polls for the next message, for hand-written futures; see [`next`](Self::next).
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Incoming> {
        loop {
            if let Some(incoming) = self.heard() {
                return Poll::Ready(incoming);
            }
            match self.stream.poll_drive(cx, &self.outbox) {
                Drive::Quiet => {}
                Drive::Ending(close) => return Poll::Ready(Incoming::Closed(Closed::ByUs(close))),
                Drive::Gone => return Poll::Ready(Incoming::Closed(Closed::Lost)),
            }
            if !ready!(self.poll_read(cx)) {
                self.outbox.shut();
                return Poll::Ready(Incoming::Closed(Closed::Lost));
            }
        }
    }

    /// Writes what is queued and reads nothing. It is never ready: poll it beside something else.
    pub(crate) fn poll_drive<T>(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        // The result can wait: `next` asks again.
        self.stream.poll_drive(cx, &self.outbox);
        Poll::Pending
    }

    /// Does some work, and writes what is queued meanwhile. Nothing is read, so that requests are processed in order.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let done = poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => self.poll_drive(cx),
        });
        let done = done.await;
        // The work's time must not count against a message that is coming in.
        self.since = None;
        done
    }

    /// Ends the connection: offers the close frame unless one was offered, sends what is queued and waits for the peer to hang
    /// up, each for at most `patience`. Bytes that still come in are read and thrown away: the kernel resets a socket that is
    /// closed with unread bytes, and the peer would lose the close frame.
    pub async fn shut(mut self, patience: Duration) {
        if let (Some(close), false) = (self.outbox.ending(), self.outbox.has_last()) {
            self.outbox.offer_last(close_frame(close.code, close.reason), close);
        }
        let emptied = timeout(patience, poll_fn(|cx| self.stream.poll_empty(cx, &self.outbox))).await;
        self.outbox.shut();
        if emptied.is_ok() {
            // An elapsed timeout needs no handling: the socket is dropped in either case.
            let _ = timeout(patience, poll_fn(|cx| self.stream.poll_hang_up(cx))).await;
        }
    }

    /// Returns the next message that is ready. Replies between messages (pongs) are sent on the way, in their order.
    fn heard(&mut self) -> Option<Incoming> {
        loop {
            match self.guardian.next()? {
                Heard::Text(text) => {
                    self.since = None;
                    return Some(Incoming::Text(text));
                }
                Heard::Binary(bytes) => {
                    self.since = None;
                    return Some(Incoming::Binary(bytes));
                }
                Heard::Reply(frame) => drop(self.outbox.offer(frame)),
                Heard::Closed { code, reply } => {
                    self.outbox.offer_last(reply, Close::new(code, ""));
                    return Some(Incoming::Closed(Closed::ByPeer(code)));
                }
                Heard::Broken(close) => {
                    self.outbox.offer_last(close_frame(close.code, close.reason), close);
                    return Some(Incoming::Closed(Closed::Broken(close)));
                }
            }
        }
    }

    /// Reads once and passes the bytes on; returns false at the end of the stream. The buffer is on the stack, so that an idle
    /// connection has none.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let mut space = [const { MaybeUninit::uninit() }; READ];
        let mut buffer = ReadBuf::uninit(&mut space);
        if ready!(self.stream.poll_read(cx, &mut buffer)).is_err() || buffer.filled().is_empty() {
            return Poll::Ready(false);
        }
        self.outbox.hear();
        self.outbox.depot().counters().heard.add(buffer.filled().len() as u64);
        self.guardian.feed(buffer.filled());
        self.judge_pace();
        Poll::Ready(true)
    }

    /// Ends a connection whose message takes longer than [`LONGEST`]: a client that sends byte by byte would hold memory for
    /// ever.
    fn judge_pace(&mut self) {
        if !self.guardian.is_within() {
            self.since = None;
            return;
        }
        let now = self.outbox.depot().now();
        let since = *self.since.get_or_insert(now);
        if u128::from(now.saturating_sub(since)) > LONGEST.as_millis() {
            self.outbox.offer_last(close_frame(DRIPS.code, DRIPS.reason), DRIPS);
        }
    }
}

/// How long a message may take from its first byte to its last.
const LONGEST: Duration = Duration::from_secs(10);
const DRIPS: Close = Close::new(1008, "a message came too slowly");
/// How many bytes are read at once.
const READ: usize = 16 << 10;

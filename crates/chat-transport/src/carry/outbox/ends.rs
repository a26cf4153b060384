//! What happens to an offered frame, and how a connection ends.

/// What became of an offered frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// The kernel has taken all of it.
    Written,
    /// It waits in the queue. Its mark is reported once it is flushed.
    Queued,
    /// It was a droppable frame, and something was queued already.
    Dropped,
    /// The queue was too full: the frame is lost, and the connection will be closed.
    Full,
    /// The connection is closing or gone.
    Closed,
}

/// Why a connection ends, in WebSocket's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    /// The close code.
    pub code: u16,
    /// A short reason for the client's author.
    pub reason: &'static str,
}

impl Close {
    /// The client could not keep up. It should come back later.
    pub(crate) const TOO_SLOW: Close = Close::new(1013, "too slow");
    /// The connection broke without a close frame.
    pub(crate) const LOST: Close = Close::new(1006, "connection lost");

    /// A close with this code and reason.
    pub const fn new(code: u16, reason: &'static str) -> Close {
        Close { code, reason }
    }
}

/// What the connection's task has to do after [`Outbox::poll_drive`](super::Outbox::poll_drive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drive {
    /// Nothing before its next wake-up.
    Quiet,
    /// End the connection for this reason, after sending what is still queued.
    Ending(Close),
    /// Stop: the socket is gone.
    Gone,
}

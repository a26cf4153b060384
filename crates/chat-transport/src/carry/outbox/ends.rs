//! What becomes of what is offered, and how a connection ends.

/// What became of an offered frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// The kernel has all of it.
    Written,
    /// It waits its turn; a mark that was given with it comes back once it is flushed.
    Queued,
    /// A droppable frame met a queue and was let go.
    Dropped,
    /// The queue was full: the frame is lost and the connection will be closed.
    Full,
    /// The connection is closing or gone.
    Closed,
}

/// Why a connection ends, in WebSocket terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    /// The close code.
    pub code: u16,
    /// A short reason for the client's author.
    pub reason: &'static str,
}

impl Close {
    /// The reader could not keep up and should come back later.
    pub(crate) const TOO_SLOW: Close = Close::new(1013, "too slow");
    /// The connection broke without a word.
    pub(crate) const LOST: Close = Close::new(1006, "connection lost");

    /// A close with this code and reason.
    pub const fn new(code: u16, reason: &'static str) -> Close {
        Close { code, reason }
    }
}

/// What the connection's task has to do after `Outbox::poll_drive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drive {
    /// Nothing that cannot wait for the next wake-up.
    Quiet,
    /// The connection is to end for this reason; its last frame may still be in the queue.
    Ending(Close),
    /// The socket is gone.
    Gone,
}

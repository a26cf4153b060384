//! The stream under a WebSocket: a plain socket, or one that encrypts.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::tcp::OwnedReadHalf,
};

use crate::carry::http::Duplex;
use crate::carry::outbox::{Drive, Outbox};

#[derive(Debug)]
pub(super) enum Stream {
    /// The outbox has the writing half and writes itself.
    Plain(OwnedReadHalf),
    Wrapped(Box<Wrapped>),
}

/// A stream that only the connection's task may write to.
pub(super) struct Wrapped {
    io: Box<dyn Duplex>,
    writing: Bytes,
    size: usize,
}

impl Stream {
    pub(super) fn wrapped(io: impl Duplex) -> Stream {
        Stream::Wrapped(Box::new(Wrapped { io: Box::new(io), writing: Bytes::new(), size: 0 }))
    }

    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Stream::Plain(read) => Pin::new(read).poll_read(cx, buffer),
            Stream::Wrapped(wrapped) => Pin::new(&mut *wrapped.io).poll_read(cx, buffer),
        }
    }

    /// Writes what can be written now.
    pub(super) fn poll_drive(&mut self, cx: &mut Context<'_>, outbox: &Outbox) -> Drive {
        let drive = outbox.poll_drive(cx);
        if let Stream::Wrapped(wrapped) = self
            && drive != Drive::Gone
            && matches!(wrapped.poll_write(cx, outbox), Poll::Ready(Err(_)))
        {
            outbox.shut();
            return Drive::Gone;
        }
        drive
    }

    /// Resolves when everything is written or the socket is gone.
    pub(super) fn poll_empty(&mut self, cx: &mut Context<'_>, outbox: &Outbox) -> Poll<()> {
        match self.poll_drive(cx, outbox) {
            Drive::Gone => Poll::Ready(()),
            Drive::Quiet | Drive::Ending(_) => outbox.poll_empty(cx),
        }
    }

    /// Shuts the writing side down, and resolves when the peer has hung up too.
    pub(super) fn poll_hang_up(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Stream::Wrapped(wrapped) = self {
            // If the shutdown fails, the reading side shows the end.
            let _ = ready!(Pin::new(&mut *wrapped.io).poll_shutdown(cx));
        }
        let mut space = [0; 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut space);
            if ready!(self.poll_read(cx, &mut buffer)).is_err() || buffer.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }
}

impl Wrapped {
    fn poll_write(&mut self, cx: &mut Context<'_>, outbox: &Outbox) -> Poll<io::Result<()>> {
        loop {
            if self.writing.is_empty() {
                ready!(Pin::new(&mut *self.io).poll_flush(cx))?;
                outbox.flushed(std::mem::take(&mut self.size));
                let Some(next) = outbox.take(CHUNK) else { return Poll::Ready(Ok(())) };
                self.size = next.len();
                self.writing = next;
            }
            match ready!(Pin::new(&mut *self.io).poll_write(cx, &self.writing))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.writing.advance(written),
            }
        }
    }
}

impl fmt::Debug for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wrapped").field("writing", &self.writing.len()).finish_non_exhaustive()
    }
}

/// How many bytes the encrypting stream gets at once.
const CHUNK: usize = 64 << 10;

//! A stream that gives up on a peer that never reads.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use super::answering::Answering;
use super::guard;

/// A stream that can be read and written: TCP, TLS, a Unix socket.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Duplex for T {}

/// Fails with `TimedOut` when nothing could be written for `patience`. The timer exists only while a write is stuck.
///
/// It also adds the headers that every answer has to those that hyper makes itself, since hyper offers no other place for that.
#[derive(Debug)]
pub(crate) struct Patient<S> {
    stream: S,
    patience: Duration,
    stuck: Option<Pin<Box<Sleep>>>,
    answering: Answering,
}

impl<S: Duplex> Patient<S> {
    pub(super) fn new(stream: S, patience: Duration, answering: Answering) -> Patient<S> {
        Patient { stream, patience, stuck: None, answering }
    }

    pub(crate) fn into_inner(self) -> S {
        self.stream
    }

    /// Writes an answer that hyper made itself, with our headers. `None` if the bytes are something else.
    fn own(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Option<Poll<io::Result<usize>>> {
        let sealed = self.answering.is_over().then(|| guard::sealed_head(bytes)).flatten()?;
        // No other answer is buffered, so the socket has room for these few bytes. If it has not, the connection fails.
        let written = Pin::new(&mut self.stream).poll_write(cx, &sealed).map(|written| match written {
            Ok(taken) if taken < sealed.len() => Err(io::ErrorKind::WriteZero.into()),
            written => written.map(|_| bytes.len()),
        });
        Some(self.judge(cx, written))
    }

    fn judge<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let patience = self.patience;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: Duplex> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: Duplex> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(written) = self.own(cx, bytes) {
            return written;
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = slices
            && let Some(written) = self.own(cx, only)
        {
            return written;
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.answering.flushed();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

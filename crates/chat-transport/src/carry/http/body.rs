//! The bodies of answers.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::sync::mpsc;

use super::answering::{Answer, Rest};
use crate::carry::outbox::{Drive, Outbox};

/// The body of an answer: known bytes, a known number of bytes that come in pieces, the bytes of an outbox until it ends, or the
/// body of another server's answer.
#[derive(Debug, Default)]
pub struct Body {
    kind: Kind,
    /// Kept until the body is dropped, so that the connection knows that the answer is under way.
    _answer: Option<Answer>,
    /// Its entry among the answers that wait, on a connection that may have several.
    rest: Option<Arc<Rest>>,
}

#[derive(Debug, Default)]
enum Kind {
    #[default]
    Empty,
    Full(Bytes),
    Stream(Box<Stream>),
    Passed(Box<Incoming>),
    Chunks(Chunks),
    Pages(mpsc::Receiver<Bytes>),
}

/// Bytes that come over a channel, and how many are still to come.
#[derive(Debug)]
struct Chunks {
    next: mpsc::Receiver<Bytes>,
    left: u64,
}

struct Stream {
    outbox: Arc<Outbox>,
    /// Dropped with the body, however the stream ends.
    _guard: Box<dyn Send>,
}

impl Body {
    /// Sends the outbox's bytes as they come. When the client goes away or the outbox ends, the outbox is shut and `guard` is
    /// dropped.
    pub(crate) fn stream(outbox: Arc<Outbox>, guard: impl Send + 'static) -> Body {
        Kind::Stream(Box::new(Stream { outbox, _guard: Box::new(guard) })).into()
    }

    /// Passes on the body of another server's answer. If that breaks off, this body does too.
    pub(crate) fn passed(body: Incoming) -> Body {
        Kind::Passed(Box::new(body)).into()
    }

    /// Sends `length` bytes as they come over the channel. If fewer come, the connection is closed, so that the client cannot
    /// take the body for complete.
    pub(crate) fn chunks(next: mpsc::Receiver<Bytes>, length: u64) -> Body {
        Kind::Chunks(Chunks { next, left: length }).into()
    }

    /// Bytes as they are handed over, however many.
    pub(crate) fn pages(next: mpsc::Receiver<Bytes>) -> Body {
        Kind::Pages(next).into()
    }

    /// Ties the body to the answer that ends with it.
    pub(super) fn ending(self, answer: Answer) -> Body {
        Body { _answer: Some(answer), ..self }
    }

    /// Makes it one of several answers that wait on an HTTP/2 connection. hyper then gets long bytes in pieces, since it would
    /// hold without a bound what the client does not take.
    pub(super) fn among(self, rest: Arc<Rest>) -> Body {
        Body { rest: Some(rest), ..self }
    }

    /// Returns the number of bytes, as far as it is known beforehand, else 0.
    pub(super) fn len(&self) -> usize {
        match &self.kind {
            Kind::Full(bytes) => bytes.len(),
            Kind::Empty | Kind::Stream(_) | Kind::Passed(_) | Kind::Chunks(_) | Kind::Pages(_) => 0,
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        if bytes.is_empty() { Kind::Empty.into() } else { Kind::Full(bytes).into() }
    }
}

impl From<Kind> for Body {
    fn from(kind: Kind) -> Body {
        Body { kind, _answer: None, rest: None }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(rest) = &self.rest {
            rest.ask();
        }
        let Body { kind, rest, .. } = &mut *self;
        let data = match kind {
            Kind::Empty => None,
            Kind::Full(bytes) if rest.is_some() && bytes.len() > CHUNK => {
                // A copy: a slice would keep the whole body in memory for as long as the piece waits.
                let piece = Bytes::copy_from_slice(&bytes.split_to(CHUNK));
                rest.iter().for_each(|rest| rest.leave(piece.len()));
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            Kind::Full(bytes) => Some(std::mem::take(bytes)),
            Kind::Pages(next) => return next.poll_recv(cx).map(|page| page.map(|page| Ok(Frame::data(page)))),
            Kind::Chunks(chunks) => return chunks.poll(cx).map(|data| data.map(|data| Ok(Frame::data(data)))),
            Kind::Stream(stream) => return stream.poll(cx).map(|data| data.map(|data| Ok(Frame::data(data)))),
            Kind::Passed(body) => {
                let frame = Pin::new(&mut **body).poll_frame(cx);
                return frame.map(|frame| frame.and_then(Result::ok).map(Ok));
            }
        };
        self.kind = Kind::Empty;
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Empty => true,
            Kind::Chunks(chunks) => chunks.left == 0,
            Kind::Passed(body) => body.is_end_stream(),
            Kind::Full(_) | Kind::Stream(_) | Kind::Pages(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Chunks(chunks) => SizeHint::with_exact(chunks.left),
            Kind::Stream(_) | Kind::Pages(_) => SizeHint::default(),
            Kind::Passed(body) => body.size_hint(),
        }
    }
}

impl Chunks {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.next.poll_recv(cx).map(|chunk| {
            let chunk = chunk?;
            self.left = self.left.saturating_sub(chunk.len() as u64);
            Some(chunk)
        })
    }
}

impl Stream {
    /// Bytes count as flushed when hyper gets them. It holds at most [`HttpSettings::buffer`](super::HttpSettings) of them.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let drive = self.outbox.poll_drive(cx);
        if let Some(bytes) = self.outbox.take(CHUNK) {
            self.outbox.flushed(bytes.len());
            return Poll::Ready(Some(bytes));
        }
        match drive {
            Drive::Quiet => Poll::Pending,
            Drive::Ending(_) | Drive::Gone => Poll::Ready(None),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.outbox.shut();
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("pending", &self.outbox.pending()).finish_non_exhaustive()
    }
}

/// How many bytes one chunk has at most, unless a single frame is longer.
const CHUNK: usize = 16 << 10;

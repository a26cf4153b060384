//! What an answer carries.

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

/// An answer's body: bytes that are known, so many that come one after another, whatever comes out of an outbox until it ends, or
/// what another server answers.
#[derive(Debug, Default)]
pub struct Body {
    kind: Kind,
    /// What the connection by which it leaves knows of it.
    _answer: Option<Answer>,
    /// Its place among the answers that wait, where there may be several.
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
}

/// Bytes that somebody hands over, and how many are still to come.
#[derive(Debug)]
struct Chunks {
    next: mpsc::Receiver<Bytes>,
    left: u64,
}

struct Stream {
    outbox: Arc<Outbox>,
    /// Dropped with the body, however it ends.
    _guard: Box<dyn Send>,
}

impl Body {
    /// A body that is the outbox's bytes as they come. When the client is gone or the outbox ends, the outbox is shut
    /// and the guard dropped.
    pub fn stream(outbox: Arc<Outbox>, guard: impl Send + 'static) -> Body {
        Kind::Stream(Box::new(Stream { outbox, _guard: Box::new(guard) })).into()
    }

    /// What another server answers. If that breaks off, so does this.
    pub(crate) fn passed(body: Incoming) -> Body {
        Kind::Passed(Box::new(body)).into()
    }

    /// So many bytes, as they are handed over. Where fewer come than that the connection ends, so that nobody takes them for all.
    pub(crate) fn chunks(next: mpsc::Receiver<Bytes>, length: u64) -> Body {
        Kind::Chunks(Chunks { next, left: length }).into()
    }

    /// The same, as the end of an answer.
    pub(super) fn ending(self, answer: Answer) -> Body {
        Body { _answer: Some(answer), ..self }
    }

    /// The same, as one of several answers that wait on a connection. Of a long one hyper gets a piece at a time: it would keep what
    /// the client does not take, all of it and without a bound.
    pub(super) fn among(self, rest: Arc<Rest>) -> Body {
        Body { rest: Some(rest), ..self }
    }

    /// How many bytes it has, as far as that is known.
    pub(super) fn len(&self) -> usize {
        match &self.kind {
            Kind::Full(bytes) => bytes.len(),
            Kind::Empty | Kind::Stream(_) | Kind::Passed(_) | Kind::Chunks(_) => 0,
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
                // A copy, so that the piece does not hold the whole.
                let piece = Bytes::copy_from_slice(&bytes.split_to(CHUNK));
                rest.iter().for_each(|rest| rest.leave(piece.len()));
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            Kind::Full(bytes) => Some(std::mem::take(bytes)),
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
            Kind::Full(_) | Kind::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Chunks(chunks) => SizeHint::with_exact(chunks.left),
            Kind::Stream(_) => SizeHint::default(),
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
    /// What is handed to hyper counts as flushed: hyper keeps at most its buffer of it.
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

/// Bytes that go into one chunk at most, unless a single frame is longer.
const CHUNK: usize = 16 << 10;

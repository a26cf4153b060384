//! Where an outbox writes.

use std::{
    io::{self, ErrorKind, IoSlice},
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::net::tcp::OwnedWriteHalf;

use super::{
    depot::Counters,
    queue::{Queue, SLICES},
};

#[derive(Debug)]
pub(super) enum Pipe {
    Socket(OwnedWriteHalf),
    /// Takes everything and only counts it.
    #[cfg(feature = "bench")]
    Counted,
    /// The connection's task takes the bytes; or the connection is over, and nobody does.
    Taken,
}

pub(super) enum Wrote {
    All(usize),
    Part(usize),
    Broken,
}

impl Pipe {
    /// Writes the frames with one system call.
    pub(super) fn write(&self, frames: &[Bytes], counters: &Counters) -> Wrote {
        let total = frames.iter().map(Bytes::len).sum();
        #[cfg(feature = "bench")]
        if let Pipe::Counted = self {
            return judge(Ok(total), total, counters);
        }
        let Pipe::Socket(socket) = self else { return Wrote::Part(0) };
        let result = match frames {
            [frame] => socket.try_write(frame),
            _ => write_vectored(socket, frames),
        };
        judge(result, total, counters)
    }

    /// Writes the beginning of the queue with one system call.
    pub(super) fn write_queue(&self, queue: &Queue, counters: &Counters) -> Wrote {
        let Pipe::Socket(socket) = self else { return Wrote::Part(0) };
        let mut slices = [IoSlice::new(&[]); SLICES];
        let lent = queue.lend(&mut slices);
        let total = slices[..lent].iter().map(|slice| slice.len()).sum();
        judge(socket.try_write_vectored(&slices[..lent]), total, counters)
    }

    /// Tells whether a write is worth trying. If not, the task is woken when it is.
    pub(super) fn poll_ready(&self, cx: &mut Context<'_>) -> bool {
        let Pipe::Socket(socket) = self else { return false };
        // Ready may also mean an error, which the write that follows reports.
        matches!(socket.as_ref().poll_write_ready(cx), Poll::Ready(_))
    }
}

fn write_vectored(socket: &OwnedWriteHalf, frames: &[Bytes]) -> io::Result<usize> {
    let mut slices = [IoSlice::new(&[]); SLICES];
    let lent = slices.iter_mut().zip(frames).map(|(slice, frame)| *slice = IoSlice::new(frame)).count();
    socket.try_write_vectored(&slices[..lent])
}

fn judge(result: io::Result<usize>, total: usize, counters: &Counters) -> Wrote {
    counters.writes.add(1);
    match result {
        Ok(bytes) => {
            counters.bytes.add(bytes as u64);
            if bytes == total { Wrote::All(bytes) } else { Wrote::Part(bytes) }
        }
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Wrote::Part(0),
        Err(_) => Wrote::Broken,
    }
}

//! The bytes that wait in one outbox, and the marks among them.

use std::{collections::VecDeque, io::IoSlice};

use bytes::{Buf, Bytes, BytesMut};

/// A note that is reported once the bytes before it are flushed: usually a room and a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bookmark(pub u64, pub u64);

/// Frames in order. A part of the first one may have been sent already.
#[derive(Debug, Default)]
pub(super) struct Queue {
    chunks: VecDeque<Bytes>,
    marks: VecDeque<(u64, Bookmark)>,
    offered: u64,
    flushed: u64,
    /// Bytes that were taken out but are not flushed yet.
    taken: usize,
    /// Whether the first chunk is the rest of a frame whose beginning is on the wire.
    torn: bool,
}

/// How many chunks one vectored write carries at most.
pub(super) const SLICES: usize = 32;

/// A queue that has grown beyond this many entries frees its memory once it is empty.
const KEPT_ENTRIES: usize = 4;

impl Queue {
    /// Tells whether nothing waits to be written. Taken bytes may still be on their way.
    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Returns the bytes that were accepted and not flushed yet.
    pub(super) fn pending(&self) -> usize {
        (self.offered - self.flushed) as usize
    }

    /// Counts bytes that were written without being queued.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.offered += bytes as u64;
        self.flushed += bytes as u64;
    }

    pub(super) fn push(&mut self, frame: Bytes) {
        self.offered += frame.len() as u64;
        self.chunks.push_back(frame);
    }

    /// Queues what is left of `frames` once their first `written` bytes are gone.
    pub(super) fn push_rest(&mut self, frames: &[Bytes], mut written: usize) {
        for frame in frames {
            if written >= frame.len() {
                written -= frame.len();
                continue;
            }
            self.torn |= written > 0;
            self.push(frame.slice(written..));
            written = 0;
        }
    }

    /// Sets a mark at the end of what is queued now.
    pub(super) fn mark(&mut self, mark: Bookmark) {
        self.marks.push_back((self.offered, mark));
    }

    /// Lends the first chunks for a vectored write, and returns how many there are.
    pub(super) fn lend<'a>(&'a self, slices: &mut [IoSlice<'a>; SLICES]) -> usize {
        let lent = slices.iter_mut().zip(&self.chunks).map(|(slice, chunk)| *slice = IoSlice::new(chunk));
        lent.count()
    }

    /// Takes whole chunks of at most `max` bytes together, but at least one.
    pub(super) fn take(&mut self, max: usize) -> Option<Bytes> {
        let first = self.chunks.pop_front()?;
        self.torn = false;
        let more = self.chunks_within(max.saturating_sub(first.len()));
        let taken = if more == 0 { first } else { self.join(first, more) };
        self.taken += taken.len();
        Some(taken)
    }

    /// Counts bytes as flushed: first those that were taken, then those in the queue. Returns the marks that are reached by it.
    pub(super) fn advance(&mut self, bytes: usize) -> Vec<Bookmark> {
        // Some may have been forgotten while they were on their way.
        let bytes = bytes.min(self.pending());
        self.flushed += bytes as u64;
        let from_taken = bytes.min(self.taken);
        self.taken -= from_taken;
        self.drop_front(bytes - from_taken);
        self.give_back();
        let reached = self.marks.iter().take_while(|(at, _)| *at <= self.flushed).count();
        self.marks.drain(..reached).map(|(_, mark)| mark).collect()
    }

    /// Drops everything except the rest of a frame whose beginning was sent, so that the stream ends between two frames.
    pub(super) fn forget_unstarted(&mut self) {
        self.chunks.truncate(usize::from(self.torn));
        self.marks.clear();
        let kept: usize = self.chunks.iter().map(Bytes::len).sum();
        self.offered = self.flushed + (self.taken + kept) as u64;
    }

    pub(super) fn forget_all(&mut self) {
        *self = Queue { offered: self.flushed, flushed: self.flushed, ..Queue::default() };
    }

    fn chunks_within(&self, mut room: usize) -> usize {
        let fits = |chunk: &&Bytes| {
            let fits = chunk.len() <= room;
            room = room.saturating_sub(chunk.len());
            fits
        };
        self.chunks.iter().take_while(fits).count()
    }

    fn join(&mut self, first: Bytes, more: usize) -> Bytes {
        let size = first.len() + self.chunks.iter().take(more).map(Bytes::len).sum::<usize>();
        let mut joined = BytesMut::with_capacity(size);
        joined.extend_from_slice(&first);
        self.chunks.drain(..more).for_each(|chunk| joined.extend_from_slice(&chunk));
        joined.freeze()
    }

    fn drop_front(&mut self, mut bytes: usize) {
        while bytes > 0 {
            let Some(first) = self.chunks.front_mut() else { return };
            if bytes < first.len() {
                first.advance(bytes);
                self.torn = true;
                return;
            }
            bytes -= first.len();
            self.torn = false;
            self.chunks.pop_front();
        }
    }

    fn give_back(&mut self) {
        if self.chunks.is_empty() && self.chunks.capacity() > KEPT_ENTRIES {
            self.chunks = VecDeque::new();
        }
        if self.marks.is_empty() && self.marks.capacity() > KEPT_ENTRIES {
            self.marks = VecDeque::new();
        }
    }
}

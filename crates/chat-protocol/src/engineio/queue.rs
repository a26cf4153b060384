use std::collections::VecDeque;

use bytes::Bytes;

use super::EngineSettings;
use super::packet::{self, Frame};

/// The frames that wait for the next poll, bounded in bytes.
#[derive(Debug, Default)]
pub(super) struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
}

impl Queue {
    /// Adds a frame, or gives it back if there is no room.
    pub(super) fn offer(&mut self, frame: Frame, settings: &EngineSettings) -> Result<(), Frame> {
        let bytes = self.bytes + weight(&frame);
        if bytes > settings.max_waiting {
            return Err(frame);
        }
        self.bytes = bytes;
        self.frames.push_back(frame);
        Ok(())
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes out the oldest frames as one payload, as many as an answer may hold; `None` if there are none.
    pub(super) fn payload(&mut self, settings: &EngineSettings) -> Option<Bytes> {
        let count = self.frames.len().min(settings.max_packets_per_poll.max(1));
        let taken: usize = self.frames.range(..count).map(weight).sum();
        self.bytes -= taken;
        let frames = self.frames.drain(..count);
        (count > 0).then(|| packet::encode_payload(frames))
    }

    /// Takes out all frames, in order, for the WebSocket that takes over.
    pub(super) fn take(&mut self) -> VecDeque<Frame> {
        std::mem::take(self).frames
    }
}

/// Returns what a frame costs to keep, not only its bytes: otherwise many tiny frames would take much memory.
fn weight(frame: &Frame) -> usize {
    frame.len() + size_of::<Frame>()
}

//! A reusable buffer for frames.

/// The payloads of several frames in one buffer. It is kept and used again, so that encoding allocates nothing.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Frames {
    /// Makes an empty buffer.
    pub fn new() -> Frames {
        Frames::default()
    }

    /// Removes all frames, and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds a frame, whose payload `write` appends.
    pub fn frame(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve(FIRST_ROOM);
        }
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// Whether there are no frames.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns how many frames there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the number of bytes of all payloads together.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the payloads, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.ends.iter().scan(0, |start, &end| {
            let payload = &self.bytes[*start..end];
            *start = end;
            Some(payload)
        })
    }
}

/// How many bytes are allocated at first: enough for the frame of an ordinary message, so that a new buffer does not
/// grow step by step.
const FIRST_ROOM: usize = 1 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in() {
        let mut frames = Frames::new();
        for text in ["one", "", "three"] {
            frames.frame(|bytes| bytes.extend_from_slice(text.as_bytes()));
        }
        assert_eq!(frames.iter().collect::<Vec<_>>(), [&b"one"[..], b"", b"three"]);
        assert_eq!((frames.len(), frames.size(), frames.is_empty()), (3, 8, false));
        frames.clear();
        assert_eq!((frames.iter().count(), frames.is_empty()), (0, true));
    }
}

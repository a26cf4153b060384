//! A reusable place to write frames into.

/// The payloads of several frames in one buffer. Kept by whoever encodes, so that encoding allocates nothing once it is warm.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Frames {
    /// No frames yet.
    pub fn new() -> Frames {
        Frames::default()
    }

    /// Forgets all frames and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds one frame: `write` appends its payload.
    pub fn frame(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        if self.bytes.capacity() == 0 {
            self.bytes.reserve(FIRST_ROOM);
        }
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of all payloads together.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The payloads, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.ends.iter().scan(0, |start, &end| {
            let payload = &self.bytes[*start..end];
            *start = end;
            Some(payload)
        })
    }
}

/// How many bytes are taken at first: an ordinary message's frame fits, so even a cold one does not grow step by step.
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

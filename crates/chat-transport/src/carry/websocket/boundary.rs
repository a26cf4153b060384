//! Following frame headers through a byte stream, to know when nothing is half read.

use std::io::Cursor;

use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Data, OpCode},
};

/// The position in the stream of frames after the bytes so far.
#[derive(Debug, Default)]
pub(super) struct Boundary {
    /// How many payload bytes of the current frame are still to come.
    remaining: u64,
    /// The beginning of a header whose rest has not come.
    partial: [u8; MAX_HEADER],
    partial_len: u8,
    /// Whether a message has begun whose last fragment has not come.
    fragmented: bool,
    /// Whether the stream was malformed, so that there are no boundaries any more.
    lost: bool,
}

const MAX_HEADER: usize = 14;

impl Boundary {
    /// Moves over these bytes.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.lost {
            let payload = self.remaining.min(bytes.len() as u64);
            self.remaining -= payload;
            bytes = &bytes[payload as usize..];
            if self.remaining == 0 && !bytes.is_empty() {
                bytes = self.header(bytes);
            }
        }
    }

    /// Tells whether the last frame and the last message are complete.
    pub(super) fn is_clean(&self) -> bool {
        self.remaining == 0 && self.partial_len == 0 && !self.fragmented && !self.lost
    }

    /// Reads a header that begins here or has begun before, and returns the bytes behind it.
    fn header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let known = usize::from(self.partial_len);
        let mut head = self.partial;
        let more = bytes.len().min(MAX_HEADER - known);
        head[known..known + more].copy_from_slice(&bytes[..more]);
        let mut cursor = Cursor::new(&head[..known + more]);
        match FrameHeader::parse(&mut cursor) {
            Ok(Some((header, len))) => {
                let used = cursor.position() as usize - known;
                self.begin(&header, len);
                &bytes[used..]
            }
            Ok(None) => {
                self.partial = head;
                self.partial_len = (known + more) as u8;
                &[]
            }
            Err(_) => {
                self.lost = true;
                &[]
            }
        }
    }

    fn begin(&mut self, header: &FrameHeader, len: u64) {
        self.partial_len = 0;
        self.remaining = len;
        if let OpCode::Data(data) = header.opcode {
            self.fragmented = !header.is_final;
            self.lost |= matches!(data, Data::Reserved(_));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text "ab" in two fragments with a ping between them, all masked with zeros.
    const STREAM: &[u8] = &[
        0x01, 0x81, 0, 0, 0, 0, b'a', //
        0x89, 0x80, 0, 0, 0, 0, //
        0x80, 0x81, 0, 0, 0, 0, b'b',
    ];

    #[test]
    fn only_the_end_of_a_message_is_clean() {
        let mut boundary = Boundary::default();
        for (at, byte) in STREAM.iter().enumerate() {
            boundary.pass(&[*byte]);
            assert_eq!(boundary.is_clean(), at + 1 == STREAM.len(), "after byte {at}");
        }
    }

    #[test]
    fn cutting_the_stream_anywhere_changes_nothing() {
        for cut in 0..STREAM.len() {
            let mut boundary = Boundary::default();
            boundary.pass(&STREAM[..cut]);
            assert_eq!(boundary.is_clean(), cut == 0);
            boundary.pass(&STREAM[cut..]);
            boundary.pass(STREAM);
            assert!(boundary.is_clean(), "cut at {cut}");
        }
    }

    #[test]
    fn nonsense_is_never_clean() {
        let mut boundary = Boundary::default();
        boundary.pass(&[0x83, 0x80, 0, 0, 0, 0]);
        assert!(!boundary.is_clean());
    }
}

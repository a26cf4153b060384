//! Building frames as a server sends them: unfragmented and unmasked, so that the same bytes serve every recipient.

use bytes::{BufMut, Bytes, BytesMut};

/// The kind of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// A frame of UTF-8 text.
    Text = 1,
    /// A frame of arbitrary bytes.
    Binary = 2,
    /// A close frame.
    Close = 8,
    /// A ping.
    Ping = 9,
    /// A pong, the answer to a ping.
    Pong = 10,
}

/// Builds a frame: header and payload in one allocation.
pub fn frame(opcode: Opcode, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(header_len(payload.len()) + payload.len());
    put_header(&mut frame, opcode, payload.len());
    frame.put_slice(payload);
    frame.freeze()
}

/// Builds a text frame.
pub fn text(payload: &str) -> Bytes {
    frame(Opcode::Text, payload.as_bytes())
}

/// Builds a close frame. A reason that is too long for a control frame is cut.
pub fn close_frame(code: u16, reason: &str) -> Bytes {
    let reason = &reason[..reason.floor_char_boundary(MAX_REASON)];
    let mut payload = Vec::with_capacity(2 + reason.len());
    payload.put_u16(code);
    payload.put_slice(reason.as_bytes());
    frame(Opcode::Close, &payload)
}

/// Appends a frame to others.
pub(crate) fn put_frame(frames: &mut BytesMut, opcode: Opcode, payload: &[u8]) {
    put_header(frames, opcode, payload.len());
    frames.put_slice(payload);
}

fn put_header(frame: &mut BytesMut, opcode: Opcode, len: usize) {
    frame.put_u8(FINAL | opcode as u8);
    match len {
        0..126 => frame.put_u8(len as u8),
        126..0x1_0000 => {
            frame.put_u8(126);
            frame.put_u16(len as u16);
        }
        _ => {
            frame.put_u8(127);
            frame.put_u64(len as u64);
        }
    }
}

const fn header_len(len: usize) -> usize {
    match len {
        0..126 => 2,
        126..0x1_0000 => 4,
        _ => 10,
    }
}

const FINAL: u8 = 0x80;
const MAX_REASON: usize = 123;

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::protocol::frame::FrameSocket;

    use super::*;

    #[test]
    fn every_length_is_read_back_as_it_was() {
        for len in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000] {
            let payload = vec![b'x'; len];
            let bytes = frame(Opcode::Binary, &payload);
            assert_eq!(bytes.len(), header_len(len) + len);
            let mut peer = FrameSocket::new(bytes.as_ref());
            let read = peer.read(None).expect("a valid frame").expect("a whole frame");
            assert_eq!(read.payload(), payload);
            assert!(read.header().is_final && read.header().mask.is_none());
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let frame = close_frame(4401, &"я".repeat(100));
        assert_eq!(frame.len(), 2 + 2 + 122);
        assert_eq!(frame[2..4], 4401u16.to_be_bytes());
        assert!(std::str::from_utf8(&frame[4..]).is_ok());
    }
}

//! Postgres's messages, cut out of the bytes of a connection.

/// The bytes that come from one side of a connection.
pub struct Messages {
    bytes: Vec<u8>,
    /// Whether the next message is the client's first, which has no kind.
    is_first: bool,
}

impl Messages {
    /// Makes a stream that begins with a client's first byte.
    pub fn of_client() -> Messages {
        Messages { bytes: Vec::new(), is_first: true }
    }

    /// Makes a stream from the server, or from a client that was let in.
    pub fn within() -> Messages {
        Messages { bytes: Vec::new(), is_first: false }
    }

    /// Adds bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
}

/// Returns each complete message, with its kind and all its bytes.
impl Iterator for Messages {
    type Item = (u8, Vec<u8>);

    fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        let kind_bytes = usize::from(!self.is_first);
        let length = self.bytes.get(kind_bytes..kind_bytes + 4)?;
        let length = kind_bytes + u32::from_be_bytes(length.try_into().unwrap()) as usize;
        if self.bytes.len() < length {
            return None;
        }
        let rest = self.bytes.split_off(length);
        let message = std::mem::replace(&mut self.bytes, rest);
        let kind = if self.is_first { 0 } else { message[0] };
        self.is_first = false;
        Some((kind, message))
    }
}

/// Whether the server ends its answer to a client's message of this kind with being ready.
pub fn ends_a_question(kind: u8) -> bool {
    matches!(kind, b'S' | b'Q')
}

/// The kind of the message with which the server says that it is ready.
pub const READY: u8 = b'Z';

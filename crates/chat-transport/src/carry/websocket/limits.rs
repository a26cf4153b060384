//! What a client may send.

/// What a connection may send.
#[derive(Clone, Copy, Debug)]
pub struct FrameLimits {
    /// Bytes in one frame's payload; more closes with 1009.
    pub frame: usize,
    /// Bytes in one message's payload, all fragments together; more closes with 1009.
    pub message: usize,
}

impl Default for FrameLimits {
    fn default() -> Self {
        FrameLimits { frame: 64 << 10, message: 64 << 10 }
    }
}
